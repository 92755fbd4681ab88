/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/absent.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/classify.h"
#include "kernel/procfile.h"
#include "scan/loops.h"
#include "scan/names.h"
#include "scan/rings.h"
#include "show/encode.h"

static enum absence explain_denied(const struct inquiry *inquiry, const struct wish *wish,
				   struct error *err)
{
	error_set(err, -EACCES,
		  "cannot look into process %u: not yours\n  Nothing was written.\n  sudo %s",
		  wish->pids[0], inquiry->line);
	return ABSENT_REFUSED;
}

/** Whoever wants a file back wants its content. */
static const char *way_out(const struct inquiry *inquiry)
{
	return strcmp(inquiry->acts, "recover") == 0 ? "; copy it with cp" : "";
}

static enum absence explain_live(const struct inquiry *inquiry, const struct wish *wish,
				 struct text link, const struct inode *inode, struct error *err)
{
	char *name = encode_copy(classify_old_path(link)),
	     *target = encode_copy(wish->target->text);

	if (!text_starts(link, "/"))
		error_set(err, 0, "%s is not deleted: it is %s, no file that had a name", target,
			  name);
	else if (S_ISREG(inode->mode))
		error_set(err, 0, "%s is not deleted: it is %s, under that name%s", target, name,
			  way_out(inquiry));
	else
		error_set(err, 0, "%s is not deleted, and no regular file: it is %s", target, name);
	free(name);
	free(target);
	return ABSENT_REFUSED;
}

/** The kernel says which file a loop device shows, to everybody. */
static enum absence explain_loop(const struct inquiry *inquiry, const struct wish *wish,
				 struct error *err)
{
	struct arena arena;
	struct loop *loops;
	size_t count, at = 0;
	char device[HANDLE_MAX];
	enum absence absence = ABSENT_REFUSED;
	struct handle bare = wish->target->handle;

	bare.guarded = false;
	handle_format(device, &bare);
	arena_init(&arena);
	if (loops_list(inquiry->source, false, &arena, &loops, &count))
		count = 0;
	while (at < count && loops[at].device.number != bare.fd)
		at++;
	if (at == count) {
		error_set(err, -ENOENT, "%s shows no file\n  Nothing was written.", device);
		absence = ABSENT_NOTHING;
	} else if (text_ends(loops[at].device.link, " (deleted)")) {
		error_set(err, 0,
			  "%s shows another file now\n  Nothing was written. See what is there: "
			  "%s deleted %s",
			  device, inquiry->program, device);
	} else {
		char *name = encode_copy(loops[at].device.link);

		error_set(err, 0, "%s is not deleted: it shows %s, under that name%s", device, name,
			  way_out(inquiry));
		free(name);
	}
	arena_end(&arena);
	return absence;
}

static enum absence explain_slot(const struct inquiry *inquiry, const struct wish *wish,
				 struct error *err)
{
	const struct handle *handle = &wish->target->handle;
	char slot[HANDLE_MAX];
	struct arena arena;
	struct text path;
	enum absence absence = ABSENT_REFUSED;

	handle_format(slot, handle);
	arena_init(&arena);
	int rc = rings_slot(inquiry->source, handle, &arena, &path);
	if (rc == 0) {
		char *name = encode_copy(classify_old_path(path));

		error_set(err, 0, "%s is not deleted: it is %s, under that name%s", slot, name,
			  way_out(inquiry));
		free(name);
	} else if (rc == -EBUSY) {
		error_set(err, rc,
			  "%s cannot be seen: the io_uring is too busy to tell what it holds\n"
			  "  Nothing was written. Ask again: %s deleted %s",
			  slot, inquiry->program, slot);
	} else {
		error_set(err, rc,
			  "%s is gone: there is no file in that slot (any more)\n"
			  "  Nothing was written. See what it holds: %s deleted %u",
			  slot, inquiry->program, handle->pid);
		absence = ABSENT_NOTHING;
	}
	arena_end(&arena);
	return absence;
}

/** A mapping: no link of /proc says what it is. */
static enum absence explain_unnamed(const struct inquiry *inquiry, const struct wish *wish,
				    struct error *err)
{
	const struct handle *handle = &wish->target->handle;

	error_set(err, -ENOENT,
		  "process %u maps no deleted file with inode %" PRIu64 " (any more)\n"
		  "  Nothing was written. See what it holds: %s deleted %u",
		  handle->pid, handle->ino, inquiry->program, handle->pid);
	return ABSENT_NOTHING;
}

static enum absence explain_handle(const struct inquiry *inquiry, const struct wish *wish,
				   struct error *err)
{
	const struct handle *handle = &wish->target->handle;
	struct open_file file = { .handle = *handle };
	char path[OPEN_FILE_PATH_MAX], bytes[PATH_MAX + 1];
	struct text link = { 0 }, comm;
	struct inode inode;
	struct arena arena;

	if (handle->use == USE_LOOP)
		return explain_loop(inquiry, wish, err);
	if (names_is_denied(inquiry->source, handle->pid))
		return explain_denied(inquiry, wish, err);
	if (handle->use == USE_RING)
		return explain_slot(inquiry, wish, err);
	if (handle->use == USE_MAP)
		return explain_unnamed(inquiry, wish, err);
	open_file_path(path, &file);
	int rc = inode_look(inquiry->source->proc, path, &inode);
	if (rc) {
		arena_init(&arena);
		comm = names_comm(inquiry->source, handle->pid, &arena);
		char *name = encode_copy(comm), *target = encode_copy(wish->target->text);

		error_set(err, rc,
			  "%s is gone: process %u (%s) does not hold it (any more)\n"
			  "  Nothing was written. See what it holds: %s deleted %u",
			  target, handle->pid, name, inquiry->program, handle->pid);
		free(name);
		free(target);
		arena_end(&arena);
		return ABSENT_NOTHING;
	}
	if (handle->guarded && handle->ino != inode.ino) {
		error_set(err, 0,
			  "%.*s is another file now: inode %" PRIu64 "\n  Nothing was written. See "
			  "what is there: %s deleted %u",
			  (int)wish->target->text.len, wish->target->text.bytes, inode.ino,
			  inquiry->program, handle->pid);
		return ABSENT_REFUSED;
	}
	procfile_link(inquiry->source->proc, path, bytes, sizeof(bytes), &link);
	if (S_ISREG(inode.mode) && inode.nlink == 0) {
		error_set(
			err, -EAGAIN,
			"%.*s changed while it was looked at\n  Nothing was written. Ask again: %s "
			"deleted %u",
			(int)wish->target->text.len, wish->target->text.bytes, inquiry->program,
			handle->pid);
		return ABSENT_REFUSED;
	}
	return explain_live(inquiry, wish, link, &inode, err);
}

static const char too_late[] =
	"\n  A deleted file ends when the last process closes it, and procowl can do nothing then.\n"
	"  What may still help: write nothing more to that disk, then a backup, extundelete or "
	"photorec.";

static enum absence explain_unseen(const struct inquiry *inquiry, const struct outcome *outcome,
				   const char *what, struct error *err)
{
	const struct tally *tally = &outcome->tally;

	error_set(err, 0,
		  "nothing found for %s, but %u of %u processes could not be read\n"
		  "  Nothing was written.\n  sudo %s",
		  what, tally->denied + tally->blocked,
		  tally->looked + tally->denied + tally->blocked, inquiry->line);
	return ABSENT_UNSEEN;
}

/** "all 412"; "411 of 412" where one keeps even root out. In `buffer`, which is returned. */
static const char *how_many(char buffer[32], const struct tally *tally)
{
	if (tally->guarded)
		snprintf(buffer, 32, "%u of %u", tally->looked, tally->looked + tally->guarded);
	else
		snprintf(buffer, 32, "all %u", tally->looked);
	return buffer;
}

static enum absence explain_file(const struct inquiry *inquiry, const struct wish *wish,
				 const struct outcome *outcome, struct error *err)
{
	bool is_word = wish->target->kind == TARGET_WORD;
	char *what = encode_copy(is_word             ? wish->target->text :
				 wish->found.path[0] ? text_of(wish->found.path) :
						       wish->target->text);
	enum absence absence = ABSENT_NOTHING;
	char looked[32];

	how_many(looked, &outcome->tally);
	if (!tally_is_complete(&outcome->tally))
		absence = explain_unseen(inquiry, outcome, what, err);
	else if (wish->found.is_directory)
		error_set(err, 0, "no deleted file under %s is open; %s processes were looked at%s",
			  what, looked, too_late);
	else if (wish->found.rc == 0 && wish->found.path[0])
		error_set(err, 0,
			  "%s is there, under that name; no process has a deleted one open: %s "
			  "were looked at",
			  what, looked);
	else
		error_set(err, 0, "no process has a deleted %s open; %s were looked at%s", what,
			  looked, too_late);
	free(what);
	return absence;
}

static enum absence explain_process(const struct inquiry *inquiry, const struct wish *wish,
				    struct error *err)
{
	char *what = encode_copy(wish->target->text);

	if (wish->target->kind == TARGET_PROCESS &&
	    names_is_denied(inquiry->source, wish->pids[0])) {
		free(what);
		return explain_denied(inquiry, wish, err);
	}
	if (wish->pid_count)
		error_set(err, 0, "%s has no deleted file open", what);
	else
		error_set(err, 0, "no process is called %s", what);
	free(what);
	return ABSENT_NOTHING;
}

static enum absence explain_port(const struct wish *wish, struct error *err)
{
	const struct target *target = wish->target;
	const char *protocol = target->udp ? "udp" : "tcp";

	if (wish->unseen) /* that has been said */
		return ABSENT_UNSEEN;
	if (wish->pid_count)
		error_set(err, 0, "who has port %u/%s open has no deleted file open", target->port,
			  protocol);
	else
		error_set(err, 0, "no process has port %u/%s open", target->port, protocol);
	return ABSENT_NOTHING;
}

enum absence absent_explain(const struct inquiry *inquiry, const struct wish *wish,
			    const struct outcome *outcome, struct error *err)
{
	if (wish->absent)
		return ABSENT_NO_PROCESS;
	switch (wish->target->kind) {
	case TARGET_HANDLE:
		return explain_handle(inquiry, wish, err);
	case TARGET_PROCESS:
	case TARGET_NAME:
		return explain_process(inquiry, wish, err);
	case TARGET_PORT:
		return explain_port(wish, err);
	case TARGET_PATH:
	case TARGET_WORD:
		return explain_file(inquiry, wish, outcome, err);
	}
	return ABSENT_NOTHING;
}
