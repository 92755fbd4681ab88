/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/identity.h"
#include "act/make.h"
#include "act/refusal.h"
#include "base/clock.h"

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
	out->part_offset = work->held.part.offset;
	out->part_size = work->held.part.size;
	if (!S_ISREG(work->held.inode.mode)) {
		refusal_kind(out, work->held.inode.mode);
		return false;
	}
	if (work->held.part.size && work->context->options->follow) {
		refusal_follow(work->context, out);
		return false;
	}
	return true;
}

/** The path below --directory: as asked, with all its directories, or the bare name. */
static struct text relative_path(const struct work *work, struct text below)
{
	const struct deleted_file *file = work->out->file;
	bool has_path = text_starts(deleted_path(file), "/") && file->class != CLASS_MEMORY;

	if (work->context->options->parents && has_path)
		return deleted_path(file);
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
	out->path = work->place.shown.len ? work->place.shown : deleted_path(out->file);
	out->original = work->place.original;
	out->elsewhere = work->place.elsewhere;
	if (rc)
		refusal_place(work->context, out, rc);
	return rc == 0;
}

/** A file, or a link that points nowhere of ours: never a device, a fifo, a directory. */
static bool may_overwrite(const struct inode *there)
{
	return S_ISREG(there->mode) || S_ISLNK(there->mode);
}

bool recover_is_ours(const struct recovering *context, const struct inode *there)
{
	for (size_t i = 0; i < context->all_count; i++) {
		const struct recovered *one = &context->all[i];

		if (one->made_ino && one->made_ino == there->ino && one->made_dev == there->dev)
			return true;
	}
	return false;
}

/** The place must be free, before anything is done and once more when the name is given. */
static bool is_free(struct work *work)
{
	struct inode there;
	int rc = place_look(&work->place, &there);

	if (rc == -ENOENT || (rc == 0 && work->context->options->overwrite &&
			      may_overwrite(&there) && !recover_is_ours(work->context, &there)))
		return true;
	if (rc == 0)
		refusal_taken(work->context, work->out, &there);
	else
		refusal_place(work->context, work->out, rc);
	return false;
}

static bool may_relink(const struct work *work)
{
	enum deleted_class class = work->out->file->class;

	/* setuid and setgid do not come back by themselves. */
	if ((work->held.inode.mode & (S_ISUID | S_ISGID)) &&
	    !work->context->options->keep_privileges)
		return false;
	return class == CLASS_LINKED || class == CLASS_TMPFILE || class == CLASS_SILLY;
}

/** The best outcome: the file itself gets a name again, nothing is copied. */
static bool relink(struct work *work)
{
	struct recovered *out = work->out;

	if (!may_relink(work) || place_make(&work->place, work->context->arena) ||
	    publish_link(work->held.hold, &work->place, work->context->options->overwrite))
		return false;
	out->method = METHOD_RELINK;
	out->made_dev = work->held.inode.dev;
	out->made_ino = work->held.inode.ino;
	out->transfer.grade = GRADE_SAME;
	out->transfer.size = work->held.inode.size;
	out->result = RECOVER_DONE;
	return true;
}

/** A clone takes no room: by the filesystems that know it, within one of them. */
static bool may_clone(const struct work *work)
{
	static const char *const types[] = { "btrfs", "xfs", "bcachefs", "ocfs2", "overlay" };
	const struct mountinfo *info = work->out->file->site->mounted.info;
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
	if (!may_relink(work) && !may_clone(work) &&
	    room_check(&work->place, work->held.inode.disk, &room) == 0 && !room.enough)
		refusal_room(work->context, out, &room);
	else
		out->result = RECOVER_WOULD;
}

bool recover_ready(struct work *work, struct text below)
{
	const struct recover_options *options = work->context->options;

	if (work->out->file->class == CLASS_STALE) {
		refusal_read(work->context, work->out, -ESTALE);
		return false;
	}
	if (!take_hold(work))
		return false;
	if (options->output && strcmp(options->output, "-") == 0 && !options->dry_run) {
		make_stream(work);
		return false;
	}
	if (!find_place(work, below) || !is_free(work))
		return false;
	if (options->dry_run) {
		rehearse(work);
		return false;
	}
	return !relink(work) && make_readable(work);
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
	const struct holder *holder = out->holder ? out->holder : &out->file->holders[0];
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

/** A draft with a hidden name, on a filesystem without O_TMPFILE, could not be removed. */
static void own_up(const struct work *work)
{
	struct recovered *out = work->out;

	out->leftover = arena_text(work->context->arena, text_of(work->draft.hidden));
	if (out->result == RECOVER_DONE)
		return;
	if (out->result == RECOVER_INTERRUPTED)
		error_set(&out->err, 0, "interrupted");
	out->result = RECOVER_REFUSED;
	error_add(&out->err, "\n  %s beside it could not be removed", work->draft.hidden);
}

void recover_begin(struct work *work, const struct recovering *context,
		   const struct deleted_file *file, struct recovered *ret)
{
	*work = (struct work){ .context = context,
			       .out = ret,
			       .held = { .hold = -1, .read = -1 },
			       .place = { .directory = -1 },
			       .draft = { .fd = -1 },
			       .begun_ns = clock_ns(CLOCK_MONOTONIC) };
	*ret = (struct recovered){ .file = file, .path = deleted_path(file) };
}

void recover_end(struct work *work)
{
	work->out->took_ns = clock_ns(CLOCK_MONOTONIC) - work->begun_ns;
	see_writers(work);
	fill_row(work->context, work->out);
	interrupt_defer();
	if (publish_end(&work->draft))
		own_up(work);
	if (work->out->result != RECOVER_DONE)
		place_unmake(&work->place, work->context->arena);
	if (work->assumed)
		identity_return();
	place_end(&work->place);
	held_end(&work->held);
}

void recover_one(const struct recovering *context, const struct deleted_file *file,
		 struct text below, struct recovered *ret)
{
	struct work work;

	recover_begin(&work, context, file, ret);
	/* Until there is something to clean up, a file that does not answer must not hold us. */
	interrupt_allow();
	if (recover_ready(&work, below))
		make_anew(&work);
	recover_end(&work);
}
