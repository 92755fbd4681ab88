/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "act/identity.h"
#include "act/publish.h"
#include "act/refusal.h"
#include "show/encode.h"

enum { BESIDE_TRIES = 100 };

/** One recovery under way. */
struct work {
	const struct recovering *context;
	struct recovered *out;
	struct held held;
	struct place place;
	struct draft draft;
	int64_t atime_ns;
	bool assumed; /**< we act as the owner of the directory */
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/** Others come first while a large file is copied: ioprio_set(2). */
static void step_back(void)
{
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

/** Bind, hold, and see that it is a regular file. */
static bool take_hold(struct work *work)
{
	struct recovered *out = work->out;
	int rc = held_bind(work->context->source, out->file, &work->held);

	if (rc) {
		refusal_bind(work->context, out, rc);
		return false;
	}
	out->holder = work->held.holder;
	if (!S_ISREG(work->held.inode.mode)) {
		refusal_kind(out, work->held.inode.mode);
		return false;
	}
	return true;
}

/** The path below --directory: as asked, with all its directories, or the bare name. */
static struct text relative_path(const struct work *work, struct text below)
{
	const struct deleted_file *file = work->out->file;
	bool has_path = text_starts(file->path, "/") && file->class != CLASS_MEMORY;

	if (work->context->options->parents && has_path)
		return file->path;
	return below.len && has_path ? below : place_name(file, work->context->arena);
}

static bool find_place(struct work *work, struct text below)
{
	const struct recover_options *options = work->context->options;
	struct arena *arena = work->context->arena;
	struct recovered *out = work->out;
	int rc;

	if (options->output)
		rc = place_file(options->output, arena, &work->place);
	else if (options->directory)
		rc = place_below(options->directory, relative_path(work, below), arena,
				 &work->place);
	else
		rc = place_original(work->context->source, &work->held, arena, &work->place);
	out->path = work->place.shown.len ? work->place.shown : out->file->path;
	out->original = work->place.original;
	out->elsewhere = work->place.elsewhere;
	if (rc)
		refusal_place(work->context, out, rc);
	return rc == 0;
}

/** The place must be free, before anything is done and once more when the name is given. */
static bool is_free(struct work *work)
{
	struct inode there;
	int rc = place_look(&work->place, &there);

	if (rc == -ENOENT || (rc == 0 && work->context->options->overwrite && !S_ISDIR(there.mode)))
		return true;
	if (rc == 0)
		refusal_taken(work->context, work->out, &there);
	else
		refusal_place(work->context, work->out, rc);
	return false;
}

static bool may_relink(enum deleted_class class)
{
	return class == CLASS_LINKED || class == CLASS_TMPFILE || class == CLASS_SILLY;
}

/** The best outcome: the file itself gets a name again, nothing is copied. */
static bool relink(struct work *work)
{
	struct recovered *out = work->out;

	if (!may_relink(out->file->class) || place_make(&work->place, work->context->arena) ||
	    publish_link(work->held.hold, &work->place, work->context->options->overwrite))
		return false;
	out->method = METHOD_RELINK;
	out->transfer.grade = GRADE_SAME;
	out->transfer.size = work->held.inode.size;
	out->result = RECOVER_DONE;
	return true;
}

static bool open_to_read(struct work *work)
{
	int rc = held_read(&work->held);

	if (rc) {
		refusal_read(work->context, work->out, rc);
		return false;
	}
	work->out->mode_changed = work->held.mode_changed;
	work->atime_ns = metadata_atime(work->held.read);
	return true;
}

static bool clone(struct work *work)
{
	struct recovered *out = work->out;
	struct inode inode;

	out->transfer.begun_ns = now_ns(CLOCK_REALTIME);
	if (transfer_clone(&work->held, work->draft.fd))
		return false;
	out->method = METHOD_CLONE;
	out->transfer.grade = GRADE_SNAPSHOT;
	if (inode_of(work->draft.fd, &inode) == 0)
		out->transfer.size = inode.size;
	return true;
}

static bool has_room(struct work *work)
{
	struct room room;
	uint64_t needed = copy_data(work->held.read, work->held.borrowed, work->held.inode.size);

	/* Where holes cannot be asked for, the blocks it has are what it can need. */
	if (work->held.borrowed && work->held.inode.disk < needed)
		needed = work->held.inode.disk;
	if (room_check(&work->place, needed, &room) || room.enough)
		return true;
	refusal_room(work->context, work->out, &room);
	return false;
}

static void fail_copy(struct work *work, int rc)
{
	struct recovered *out = work->out;

	if (rc == -ECANCELED)
		out->result = RECOVER_INTERRUPTED;
	else if (*out->err.message)
		out->result = RECOVER_REFUSED;
	else if (work->place.directory < 0 && !out->transfer.read_failed)
		refusal_stream(out, rc);
	else if (out->transfer.read_failed)
		refusal_read(work->context, out, rc);
	else if (rc == -ENOSPC || rc == -EDQUOT)
		refusal_room(work->context, out, &(struct room){ .needed = work->held.inode.disk });
	else
		refusal_write(out, rc);
}

static struct transfer_context transfer_context(struct work *work, struct bar *bar)
{
	const struct mountinfo *info = work->out->file->mounted.info;

	bar_init(bar, stderr, text_basename(work->out->path));
	return (struct transfer_context){
		.source = work->context->source,
		.arena = work->context->arena,
		.bar = bar,
		.interrupt = work->context->interrupt,
		.lease_is_true = info && mounts_is_local(info->type),
	};
}

static bool copy(struct work *work)
{
	struct bar bar;
	struct transfer_context context = transfer_context(work, &bar);

	if (!has_room(work))
		return false;
	step_back();
	int rc = transfer_copy(&context, &work->held, work->draft.fd, &work->out->transfer,
			       &work->out->err);
	work->out->method = METHOD_COPY;
	if (rc)
		fail_copy(work, rc);
	return rc == 0;
}

/** Somebody took the name while we were copying: what was saved stays saved, under a free one. */
static int publish_beside(struct work *work)
{
	struct recovered *out = work->out;
	char handle[HANDLE_MAX], name[NAME_MAX + 1];

	int rc = -EEXIST;
	for (unsigned int i = 0; rc == -EEXIST && i < BESIDE_TRIES; i++) {
		if (snprintf(name, sizeof(name),
			     i ? "%.200s.recovered-%u-%u.%u" : "%.200s.recovered-%u-%u",
			     work->place.name, out->holder->handle.pid, out->holder->handle.fd,
			     i) < 0)
			return -EINVAL;
		rc = publish_name(&work->draft, work->place.directory, name, false);
	}
	if (rc)
		return rc;
	out->landed = arena_text(work->context->arena, text_of(name));
	error_set(&out->err, -EEXIST,
		  "somebody took the place of %s while it was copied\n"
		  "  It is whole, and lies beside it as %s",
		  refusal_handle(handle, out), name);
	return 0;
}

/** Everything is there: owner, mode and times, to the disk, and then the name. */
static void publish(struct work *work)
{
	const struct recover_options *options = work->context->options;
	struct recovered *out = work->out;

	metadata_restore(work->held.read, work->draft.fd, &work->held.inode, work->atime_ns,
			 options->keep_privileges, &out->metadata);
	if (fsync(work->draft.fd)) {
		fail_copy(work, -errno);
		return;
	}
	if (interrupt_asked(work->context->interrupt)) {
		out->result = RECOVER_INTERRUPTED;
		return;
	}
	int rc = place_make(&work->place, work->context->arena);
	if (!rc)
		rc = publish_name(&work->draft, work->place.directory, work->place.name,
				  options->overwrite);
	if (rc == -EEXIST)
		rc = publish_beside(work);
	if (rc)
		refusal_write(out, rc);
	else
		out->result = out->landed.len ? RECOVER_REFUSED : RECOVER_DONE;
}

/** In the filesystem of a user namespace we have no number: there the directory's owner makes it. */
static int make_draft(struct work *work)
{
	int rc = publish_draft(&work->place, &work->draft);

	if (rc != -EOVERFLOW || !identity_assume(work->place.directory))
		return rc;
	work->assumed = true;
	return publish_draft(&work->place, &work->draft);
}

static void make_anew(struct work *work)
{
	int rc = make_draft(work);

	if (rc == -ENOSPC || rc == -EDQUOT) {
		has_room(work);
		if (work->out->result != RECOVER_REFUSED)
			refusal_place(work->context, work->out, rc);
		return;
	}
	if (rc) {
		refusal_place(work->context, work->out, rc);
		return;
	}
	metadata_prepare(work->held.read, work->draft.fd);
	if (clone(work) || copy(work))
		publish(work);
}

/** To standard output: nothing is published, so nothing needs a place. */
static void stream(struct work *work)
{
	struct recovered *out = work->out;
	struct bar bar;

	out->path = text_of("-");
	if (!open_to_read(work))
		return;
	interrupt_allow(work->context->interrupt);
	struct transfer_context context = transfer_context(work, &bar);
	context.bar->name = text_basename(out->file->path);
	int rc = transfer_stream(&context, &work->held, STDOUT_FILENO, &out->transfer, &out->err);
	out->method = METHOD_COPY;
	if (rc)
		fail_copy(work, rc);
	else
		out->result = RECOVER_DONE;
}

/** A clone takes no room: by the filesystems that know it, within one of them. */
static bool may_clone(const struct work *work)
{
	static const char *const types[] = { "btrfs", "xfs", "bcachefs", "ocfs2", "overlay" };
	const struct mountinfo *info = work->out->file->mounted.info;
	struct inode directory;

	for (size_t i = 0; info && i < sizeof(types) / sizeof(types[0]); i++) {
		if (text_is(info->type, types[i]))
			return inode_look(work->place.directory, "", &directory) == 0 &&
			       directory.dev == work->held.inode.dev;
	}
	return false;
}

/** --dry-run: what would stand in the way? Touches nothing, not even what opening would. */
static void rehearse(struct work *work)
{
	struct recovered *out = work->out;
	struct room room;

	out->transfer.size = work->held.inode.size;
	if (!may_relink(out->file->class) && !may_clone(work) &&
	    room_check(&work->place, work->held.inode.disk, &room) == 0 && !room.enough)
		refusal_room(work->context, out, &room);
	else
		out->result = RECOVER_WOULD;
}

static void run(struct work *work, struct text below)
{
	const struct recover_options *options = work->context->options;

	if (!take_hold(work))
		return;
	if (options->output && strcmp(options->output, "-") == 0 && !options->dry_run) {
		stream(work);
		return;
	}
	if (!find_place(work, below) || !is_free(work))
		return;
	if (options->dry_run) {
		rehearse(work);
		return;
	}
	if (relink(work) || !open_to_read(work))
		return;
	make_anew(work);
}

/** For what is said afterwards: who goes on writing to the deleted file. */
static void see_writers(struct work *work)
{
	struct recovered *out = work->out;
	struct error err;

	if (out->result == RECOVER_DONE && out->method != METHOD_COPY)
		holders_look(work->context->source, &work->held, false, work->context->arena,
			     &out->transfer.holders, &err);
}

static void fill_row(const struct recovering *context, struct recovered *out)
{
	struct recovery *row = &out->row;
	const struct open_file *holder = out->holder ? out->holder : &out->file->holders[0];
	struct text message = text_of(out->err.message), line;

	row->handle = handle_text(context->arena, &holder->handle);
	row->path = out->path;
	row->size = out->transfer.size;
	row->method = method_word(out->method);
	row->grade = grade_word(out->transfer.grade);
	facts_know(&row->facts, RECOVERY_HANDLE);
	if (out->path.len)
		facts_know(&row->facts, RECOVERY_PATH);
	if (out->result == RECOVER_INTERRUPTED)
		row->error = text_of("interrupted");
	else if (text_next(&message, '\n', &line))
		row->error = arena_text(context->arena, line);
	if (row->error.len)
		facts_know(&row->facts, RECOVERY_ERROR);
	if (out->result == RECOVER_WOULD)
		facts_know(&row->facts, RECOVERY_SIZE);
	if (out->result == RECOVER_DONE || out->landed.len) {
		facts_know(&row->facts, RECOVERY_SIZE);
		facts_know(&row->facts, RECOVERY_METHOD);
		facts_know(&row->facts, RECOVERY_GRADE);
	}
}

void recover_one(const struct recovering *context, const struct deleted_file *file,
		 struct text below, struct recovered *ret)
{
	struct work work = { .context = context,
			     .out = ret,
			     .held = { .hold = -1, .read = -1 },
			     .place = { .directory = -1 },
			     .draft = { .fd = -1 } };
	int64_t begun = now_ns(CLOCK_MONOTONIC);

	*ret = (struct recovered){ .file = file, .path = file->path };
	if (file->class == CLASS_STALE)
		refusal_read(context, ret, -ESTALE);
	else
		run(&work, below);
	ret->took_ns = now_ns(CLOCK_MONOTONIC) - begun;
	see_writers(&work);
	fill_row(context, ret);
	publish_end(&work.draft);
	if (work.assumed)
		identity_return();
	place_end(&work.place);
	held_end(&work.held);
}
