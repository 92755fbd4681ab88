/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/make.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act/device.h"
#include "act/follow_story.h"
#include "act/identity.h"
#include "act/refusal.h"
#include "base/clock.h"
#include "show/encode.h"

enum { BESIDE_TRIES = 100 };

int make_way(void)
{
	long before = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);

	make_way_as(IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
	return before < 0 ? 0 : (int)before;
}

void make_way_as(int priority)
{
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, priority);
}

bool make_readable(struct work *work)
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

bool make_clone(struct work *work)
{
	struct recovered *out = work->out;
	struct inode inode;

	out->transfer.begun_ns = clock_ns(CLOCK_REALTIME);
	if (transfer_clone(&work->held, work->draft.fd))
		return false;
	out->method = METHOD_CLONE;
	out->transfer.grade = GRADE_SNAPSHOT;
	if (inode_of(work->draft.fd, &inode) == 0)
		out->transfer.size = inode.size;
	return true;
}

bool make_room(struct work *work)
{
	struct room room;
	uint64_t needed = work->held.part.size ? work->held.part.size :
						 copy_data(work->held.read, work->held.borrowed,
							   work->held.inode.size);

	/* Where holes cannot be asked for, the blocks it has are what it can need. */
	if (work->held.borrowed && work->held.inode.disk < needed)
		needed = work->held.inode.disk;
	if (room_check(&work->place, needed, &room) || room.enough)
		return true;
	refusal_room(work->context, work->out, &room);
	return false;
}

void make_failed(struct work *work, int rc)
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
	const struct mountinfo *info = work->out->file->site->mounted.info;

	bar_init(bar, stderr, text_basename(work->out->path));
	return (struct transfer_context){
		.source = work->context->source,
		.arena = work->context->arena,
		.bar = bar,
		.interrupt = work->context->interrupt,
		.follow = work->context->options->follow,
		.notice = work->context->notice,
		.lease_is_true = info && mounts_is_local(info->type),
	};
}

/** Under its name already, who waits for it can read along. It is a whole file once we are done. */
static bool publish_early(struct work *work)
{
	const struct recover_options *options = work->context->options;
	struct inode there;

	if (!options->follow || !options->output)
		return true;
	int rc = publish_name(&work->draft, work->place.directory, work->place.name,
			      options->overwrite);
	if (rc == -EEXIST && place_look(&work->place, &there) == 0)
		refusal_taken(work->context, work->out, &there);
	else if (rc)
		refusal_write(work->out, rc);
	work->early = rc == 0;
	return rc == 0;
}

/** What somebody reads along with is not taken away: say what it is. */
static void fail_early(struct work *work, int rc)
{
	struct recovered *out = work->out;
	char *path = encode_copy(out->path);
	char handle[HANDLE_MAX];

	make_failed(work, rc);
	out->unfinished = true;
	if (out->result == RECOVER_REFUSED)
		error_set(&out->err, rc,
			  "cannot finish the copy of %s: %s\n"
			  "  %s stays as far as it was copied; it was not compared.",
			  refusal_handle(handle, out), strerror(-rc), path);
	free(path);
}

static bool copy(struct work *work)
{
	struct bar bar;
	struct transfer_context context = transfer_context(work, &bar);

	if (!make_room(work) || !publish_early(work))
		return false;
	make_way();
	int rc = work->held.part.size ?
			 device_copy(&context, &work->held, work->draft.fd, &work->out->transfer) :
			 transfer_copy(&context, &work->held, work->draft.fd, &work->out->transfer,
				       &work->out->err);
	work->out->method = METHOD_COPY;
	if (rc && work->early)
		fail_early(work, rc);
	else if (rc)
		make_failed(work, rc);
	return rc == 0;
}

/** The path of `name` where the place is. */
static struct text beside(const struct work *work, struct text name)
{
	struct text directory = text_dirname(work->place.shown);
	bool root = text_is(directory, "/");

	return arena_format(work->context->arena, "%.*s%s%.*s", (int)directory.len,
			    directory.len ? directory.bytes : "", directory.len && !root ? "/" : "",
			    (int)name.len, name.bytes);
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
	out->path = beside(work, out->landed);
	error_set(&out->err, -EEXIST,
		  "somebody took the place of %s while it was copied\n"
		  "  It is whole, and lies beside it as %s",
		  refusal_handle(handle, out), name);
	return 0;
}

/** --overwrite is for what was there before, not for another file that came back to the same name. */
static bool may_replace(const struct work *work)
{
	struct inode there;

	return work->context->options->overwrite &&
	       (place_look(&work->place, &there) || !recover_is_ours(work->context, &there));
}

/** The name, unless it has it already. */
static int give_name(struct work *work)
{
	struct inode made;
	int rc = work->early ? 0 : place_make(&work->place, work->context->arena);

	if (!rc && !work->early)
		rc = publish_name(&work->draft, work->place.directory, work->place.name,
				  may_replace(work));
	if (rc == -EEXIST)
		rc = publish_beside(work);
	if (!rc && inode_of(work->draft.fd, &made) == 0) {
		work->out->made_dev = made.dev;
		work->out->made_ino = made.ino;
	}
	return rc;
}

/** Everything is there: owner, mode and times, to the disk, and then the name. */
void make_publish(struct work *work)
{
	const struct recover_options *options = work->context->options;
	struct recovered *out = work->out;
	struct inode inode = work->held.inode;

	if (out->transfer.mtime_ns)
		inode.mtime_ns = out->transfer.mtime_ns;
	/* What can be asked of a loop device is its own, not the file's. */
	if (!work->held.part.size)
		metadata_restore(work->held.read, work->draft.fd, &inode, work->atime_ns,
				 options->keep_privileges, &out->metadata);
	if (fsync(work->draft.fd)) {
		if (work->early)
			fail_early(work, -errno);
		else
			make_failed(work, -errno);
		return;
	}
	if (!work->early && interrupt_asked(work->context->interrupt)) {
		out->result = RECOVER_INTERRUPTED;
		return;
	}
	int rc = give_name(work);
	if (out->transfer.followed.rc && !rc && !out->landed.len)
		follow_story_cut(out);
	if (rc)
		refusal_write(out, rc);
	else
		out->result = out->landed.len ? RECOVER_REFUSED : RECOVER_DONE;
}

/** In the filesystem of a user namespace we have no number: there the directory's owner makes it. */
static int draft(struct work *work)
{
	int rc = publish_draft(&work->place, &work->draft);

	if (rc != -EOVERFLOW || !identity_assume(work->place.directory))
		return rc;
	work->assumed = true;
	return publish_draft(&work->place, &work->draft);
}

bool make_draft(struct work *work)
{
	interrupt_defer();
	int rc = draft(work);

	if ((rc == -ENOSPC || rc == -EDQUOT) && !make_room(work))
		return false;
	if (rc) {
		refusal_place(work->context, work->out, rc);
		return false;
	}
	if (!work->held.part.size)
		metadata_prepare(work->held.read, work->draft.fd);
	return true;
}

void make_anew(struct work *work)
{
	bool clones = !work->context->options->follow;

	if (make_draft(work) && ((clones && make_clone(work)) || copy(work)))
		make_publish(work);
}

void make_stream(struct work *work)
{
	struct recovered *out = work->out;
	struct bar bar;

	out->path = text_of("-");
	if (!make_readable(work))
		return;
	if (work->context->options->follow)
		interrupt_defer();
	struct transfer_context context = transfer_context(work, &bar);
	context.bar->name = text_basename(deleted_path(out->file));
	int rc = work->held.part.size ?
			 device_stream(&context, &work->held, STDOUT_FILENO, &out->transfer) :
			 transfer_stream(&context, &work->held, STDOUT_FILENO, &out->transfer,
					 &out->err);
	out->method = METHOD_COPY;
	if (rc)
		make_failed(work, rc);
	else
		out->result = RECOVER_DONE;
}
