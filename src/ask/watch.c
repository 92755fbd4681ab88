/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <uthash.h>

#include "base/clock.h"
#include "kernel/procfile.h"
#include "model/event.h"
#include "model/file.h"
#include "scan/names.h"

enum { FILES_COUNTED = 100000, NAMES_MAX = 16 << 20, LINK_MAX = 4096 };

struct watch_file {
	UT_hash_handle hh;
	uint64_t count;
	size_t len;
	char path[];
};

void watch_begin(struct watch_session *session, struct sink *sink, bool summarized)
{
	session->sink = sink;
	session->summarized = summarized;
	session->begun_ns = clock_ns(CLOCK_MONOTONIC);
	arena_init(&session->arena);
	arena_init(&session->names);
}

static const char *word_of(enum deed_op op)
{
	switch (op) {
	case DEED_OPEN:
		return "open";
	case DEED_CLOSE:
		return "close";
	case DEED_DELETE:
		return "delete";
	case DEED_RENAME:
		return "rename";
	case DEED_EXEC:
		return "exec";
	case DEED_EXIT:
		return "exit";
	case DEED_TAKE:
		return "take";
	case DEED_BEGIN:
		break;
	}
	return "now";
}

/** "exit 3", "SIGKILL"; empty for an end that says nothing. */
static struct text ending(int status, struct arena *arena)
{
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));

		return name ? arena_format(arena, "SIG%s", name) :
			      arena_format(arena, "SIG%d", WTERMSIG(status));
	}
	return WEXITSTATUS(status) ? arena_format(arena, "exit %d", WEXITSTATUS(status)) :
				     (struct text){ 0 };
}

static struct text error_name(int error, struct arena *arena)
{
	const char *name = strerrorname_np(error);

	return name ? text_of(name) : arena_format(arena, "%d", error);
}

static void count_file(struct watch_session *session, struct text path)
{
	struct watch_file *file;

	HASH_FIND(hh, session->files, path.bytes, path.len, file);
	if (file) {
		file->count++;
		return;
	}
	if (session->file_count == FILES_COUNTED || session->name_bytes + path.len > NAMES_MAX) {
		session->files_left_out = true;
		return;
	}
	file = arena_zero(&session->names, 1, sizeof(*file) + path.len);
	file->count = 1;
	file->len = path.len;
	memcpy(file->path, path.bytes, path.len);
	HASH_ADD_KEYPTR(hh, session->files, file->path, path.len, file);
	session->file_count++;
	session->name_bytes += path.len;
}

static void count(struct watch_session *session, const struct sighting *sighting)
{
	bool exit = sighting->op == DEED_EXIT;

	session->events++;
	if (!exit && sighting->error > 0 && sighting->error < WATCH_ERRNOS)
		session->failures[sighting->error]++;
	if (session->summarized &&
	    (sighting->op == DEED_OPEN || sighting->op == DEED_EXEC || sighting->op == DEED_TAKE ||
	     sighting->op == DEED_BEGIN) &&
	    !sighting->error && sighting->path.len)
		count_file(session, sighting->path);
}

static void know(struct event *row, enum event_column column, bool is)
{
	if (is)
		facts_know(&row->facts, column);
}

/** What should be there, but could not be read, is a gap that shows. */
static void know_path(struct event *row, const struct sighting *sighting)
{
	bool should_be = sighting->op != DEED_EXIT && sighting->op != DEED_TAKE;

	if (sighting->path.len && !sighting->unread)
		facts_know(&row->facts, EVENT_PATH);
	else if (sighting->unread || (should_be && sighting->op != DEED_CLOSE))
		facts_deny(&row->facts, EVENT_PATH);
}

static struct event row_of(struct watch_session *session, const struct sighting *sighting)
{
	struct arena *arena = &session->arena;
	bool exit = sighting->op == DEED_EXIT;
	struct event row = {
		.time = sighting->at_ns,
		.pid = sighting->pid,
		.tid = sighting->tid,
		.fd = (uint64_t)sighting->fd,
		.comm = sighting->comm,
		.op = text_of(word_of(sighting->op)),
		.path = sighting->path,
		.to = sighting->to,
	};

	if (exit)
		row.error = ending(sighting->error, arena);
	else if (sighting->error)
		row.error = error_name(sighting->error, arena);
	if (sighting->flags_known)
		row.flags = file_flags(sighting->flags, arena);
	know(&row, EVENT_TIME, true);
	know(&row, EVENT_PID, sighting->pid);
	know(&row, EVENT_TID, sighting->tid);
	know(&row, EVENT_COMMAND, true);
	know(&row, EVENT_DEED, true);
	know(&row, EVENT_FD, sighting->fd >= 0);
	know(&row, EVENT_ERROR, row.error.len);
	know(&row, EVENT_FLAGS, row.flags.len);
	know(&row, EVENT_TO, row.to.len);
	know_path(&row, sighting);
	return row;
}

/** That the only descriptor is closed may be all that could be seen: then it was what it was told to be. */
static struct text followed(struct watch_session *session, const struct sighting *sighting)
{
	struct text path = sighting->path;

	if (!session->follows || sighting->fd < 0 || sighting->error)
		return path;
	if (sighting->op == DEED_CLOSE)
		return path.len ? path : (struct text){ session->held, session->held_len };
	session->held_len = path.len < sizeof(session->held) ? path.len : 0;
	if (session->held_len)
		memcpy(session->held, path.bytes, path.len);
	return path;
}

static bool take(void *context, const struct sighting *seen)
{
	struct watch_session *session = context;
	struct sighting told = *seen;
	const struct sighting *sighting = &told;

	told.path = followed(session, seen);
	struct event row = row_of(session, sighting);

	count(session, sighting);
	session->full = !sink_push(session->sink, &row);
	arena_reset(&session->arena);
	return !session->full;
}

void watch_now(struct watch_session *session, const struct watcher_wish *wish)
{
	struct sighting now = { .at_ns = clock_ns(CLOCK_REALTIME),
				.pid = wish->only->pid,
				.tid = wish->only->tid,
				.op = DEED_BEGIN, /* none of theirs: "now" */
				.fd = (int)wish->only->fd };
	char path[OPEN_FILE_PATH_MAX], link[LINK_MAX];
	struct arena arena;

	session->follows = true;
	open_file_path(path, &(struct open_file){ .handle = *wish->only });
	if (procfile_link(wish->source->proc, path, link, sizeof(link), &now.path))
		return;
	if (text_ends(now.path, " (deleted)"))
		now.path.len -= sizeof(" (deleted)") - 1;
	arena_init(&arena);
	now.comm = names_comm(wish->source, now.pid, &arena);
	take(session, &now);
	arena_end(&arena);
}

int watch_drain(struct watch_session *session)
{
	return session->watcher.drain(&session->watcher, take, session);
}

static int compare_counts(const void *left, const void *right)
{
	const struct watch_count *a = left, *b = right;

	return (a->count < b->count) - (a->count > b->count);
}

size_t watch_commonest(const struct watch_session *session, struct watch_count *ret, size_t room)
{
	struct watch_count *all = memory_resize(NULL, session->file_count + 1, sizeof(*all));
	size_t count = 0;

	for (const struct watch_file *file = session->files; file; file = file->hh.next)
		all[count++] = (struct watch_count){ { file->path, file->len }, file->count };
	qsort(all, count, sizeof(*all), compare_counts);
	if (count > room)
		count = room;
	memcpy(ret, all, count * sizeof(*all));
	free(all);
	return count;
}

void watch_end(struct watch_session *session)
{
	HASH_CLEAR(hh, session->files);
	arena_end(&session->names);
	arena_end(&session->arena);
}
