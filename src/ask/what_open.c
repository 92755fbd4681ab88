/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What one process has open, as `files` tells it. Who is at the other end costs a look at everybody, so
 * that is a second question, asked only when there is another end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask/question.h"
#include "ask/what.h"

static struct texts keep_texts(struct arena *arena, struct texts texts)
{
	struct text *items = arena_zero(arena, texts.count + 1, sizeof(*items));

	for (size_t i = 0; i < texts.count; i++)
		items[i] = arena_text(arena, texts.items[i]);
	return (struct texts){ items, texts.count };
}

/** A row is only lent. */
static bool take(void *context, const void *row)
{
	struct what *what = context;
	struct file file = *(const struct file *)row;
	struct text *const texts[] = { &file.handle,  &file.access,   &file.kind,  &file.name,
				       &file.use,     &file.flags,    &file.class, &file.path,
				       &file.detail,  &file.locks,    &file.error, &file.user,
				       &file.command, &file.container };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_text(&what->arena, *texts[i]);
	file.peers = keep_texts(&what->arena, file.peers);
	memory_grow(&what->files, what->file_count, sizeof(*what->files));
	what->files[what->file_count++] = file;
	return true;
}

#define COLUMNS \
	"handle,access,kind,size,pos,name,pid,tid,use,fd,class,path,detail,device,inode,mount"

/** With FORMAT_TEXT names say who is at the other end, for people; else `files` looks at nobody else. */
static int ask(struct what *what, bool peers, struct error *err)
{
	const struct what_wish *wish = what->wish;
	struct target target = { .kind = TARGET_PROCESS, .pid = wish->pid };
	struct outcome outcome = { 0 };
	struct selection selection;

	select_default(&file_table, &selection);
	int rc = select_columns(&file_table, text_of(peers ? COLUMNS ",peers" : COLUMNS),
				&selection, err);

	if (rc)
		return rc;
	struct sink *sink = sink_to(&file_table, &selection, peers ? FORMAT_TEXT : FORMAT_JSONL,
				    (struct sink_taker){ take, what });
	struct inquiry inquiry = { .source = wish->source,
				   .targets = &target,
				   .target_count = 1,
				   .words_are_processes = true,
				   .in_short = true,
				   .program = wish->program,
				   .line = "",
				   .sink = sink };
	what->file_count = 0;
	rc = question_files.ask(&inquiry, &outcome, err);
	sink_end(sink);
	if (!rc && (outcome.denied_target || outcome.tally.denied || outcome.tally.guarded))
		what->files_rc = -EACCES;
	if (!rc && outcome.tally.blocked)
		what->files_rc = -ETIMEDOUT;
	return rc;
}

static bool is_one_of(const struct file *file, const char *const *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (text_is(file->kind, kinds[i]))
			return true;
	}
	return false;
}

/** The file that the system call is about. */
static bool is_of_call(const struct what *what, const struct file *file)
{
	const struct insight *insight = &what->insight;

	if (insight->call_rc || insight->compat || insight->call.where != SYSCALL_INSIDE)
		return false;
	int index = syscall_shape(insight->call.number).fd;
	return index >= 0 && file->fd == (unsigned int)syscall_int(&insight->call, index);
}

/** Of pipes only those are on the page that lead somewhere as a standard stream, or keep it waiting. */
static bool wants_peer(const struct what *what, const struct file *file)
{
	static const char *const sockets[] = { "unix", "tcp", "udp" };
	static const char *const pipes[] = { "pipe", "fifo", "mqueue" };

	if (!what_knows(file, FILE_FD))
		return false;
	/* Who listens has nobody at the other end. */
	if (is_one_of(file, sockets, sizeof(sockets) / sizeof(sockets[0])))
		return !file->detail.len ||
		       !memmem(file->detail.bytes, file->detail.len, "LISTEN", 6);
	return is_one_of(file, pipes, sizeof(pipes) / sizeof(pipes[0])) &&
	       (file->fd <= STDERR_FILENO || is_of_call(what, file));
}

int what_gather_files(struct what *what, struct error *err)
{
	return ask(what, false, err);
}

int what_gather_peers(struct what *what, struct error *err)
{
	bool others = false;

	for (size_t i = 0; i < what->file_count; i++)
		others |= wants_peer(what, &what->files[i]);
	return others && what->wish->peers ? ask(what, true, err) : 0;
}

bool what_is_of_all(const struct what *what, const struct file *file)
{
	if (!what_knows(file, FILE_TID))
		return true;
	return what->tid != what->wish->pid && file->tid == what->tid;
}

const struct file *what_file_told(const struct what *what, unsigned int fd)
{
	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];

		if (what_knows(file, FILE_FD) && file->fd == fd && what_knows(file, FILE_TID) &&
		    file->tid == what->insight.tid)
			return file;
	}
	return what_file(what, fd);
}

const struct file *what_file(const struct what *what, unsigned int fd)
{
	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];

		if (what_knows(file, FILE_FD) && file->fd == fd && what_is_of_all(what, file))
			return file;
	}
	return NULL;
}
