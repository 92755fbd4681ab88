/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who reads what a process writes to a pipe: in `tar c | gzip | ssh` only tar reads real files, and how far
 * that is, is how far all of it is.
 */
#include "ask/progress.h"

bool pipeline_may_use(const struct open_file *file, bool to_read)
{
	if (file->readable && file->writable)
		return false;
	return to_read ? file->readable : file->writable;
}

static bool is_end(const struct seen_file *file, bool to_read)
{
	return file->file.handle.use == USE_FD && seen_file_is(file, S_IFIFO) &&
	       pipeline_may_use(&file->file, to_read);
}

static bool is_called(const struct seen *now, enum syscall_deed deed, const struct seen_file *file)
{
	if (!seen_is_inside(now))
		return false;
	struct syscall_shape shape = syscall_shape(now->called.call.number);
	return shape.deed == deed && shape.fd >= 0 &&
	       (unsigned int)syscall_int(&now->called.call, shape.fd) == file->file.handle.fd;
}

static enum pipe_worth worth_of(const struct seen *now, const struct seen_file *file, bool to_read)
{
	if (is_called(now, to_read ? SYSCALL_READS : SYSCALL_WRITES, file))
		return PIPE_CALLED;
	if (file->file.handle.fd == (to_read ? 0 : 1))
		return PIPE_STANDARD;
	return file->file.handle.fd > 2 ? PIPE_ONLY_ONE : PIPE_NOT_AT_ALL;
}

const struct seen_file *pipeline_end(const struct seen *now, bool to_read, enum pipe_worth *worth)
{
	const struct seen_file *best = NULL;
	size_t only = 0;

	*worth = PIPE_NOT_AT_ALL;
	for (size_t i = 0; i < now->count; i++) {
		const struct seen_file *file = &now->files[i];
		enum pipe_worth here = is_end(file, to_read) ? worth_of(now, file, to_read) :
							       PIPE_NOT_AT_ALL;

		only += here == PIPE_ONLY_ONE;
		if (here <= *worth)
			continue;
		best = file;
		*worth = here;
	}
	return *worth == PIPE_ONLY_ONE && only > 1 ? NULL : best;
}

/** Who works on the other end. That either only happens to have the pipe is not enough. */
static const struct seen *opposite(const struct progress *progress, const struct seen *now,
				   bool to_read)
{
	const struct sample *sample = &progress->samples[progress->round % 2];
	enum pipe_worth ours, theirs;
	const struct seen_file *pipe = pipeline_end(now, !to_read, &ours);

	for (size_t i = 0; pipe && i < sample->count; i++) {
		const struct seen *other = &sample->items[i];
		const struct seen_file *end = pipeline_end(other, to_read, &theirs);

		if (end && other->pid != now->pid &&
		    (ours > PIPE_ONLY_ONE || theirs > PIPE_ONLY_ONE) &&
		    inode_same(&end->file.inode, &pipe->file.inode))
			return other;
	}
	return NULL;
}

const struct seen *pipeline_reader(const struct progress *progress, const struct seen *now)
{
	const struct seen *joined = joint_reader(progress, now);

	return joined ? joined : opposite(progress, now, true);
}

const struct seen *pipeline_writer(const struct progress *progress, const struct seen *now)
{
	const struct seen *joined = joint_writer(progress, now);

	return joined ? joined : opposite(progress, now, false);
}

size_t pipeline_of(const struct progress *progress, const struct seen *first,
		   const struct seen *ret[PIPELINE_MAX])
{
	size_t count = 0;

	for (const struct seen *next = first; next && count < PIPELINE_MAX;
	     next = pipeline_reader(progress, next)) {
		for (size_t i = 0; i < count; i++) {
			if (ret[i] == next)
				return count;
		}
		ret[count++] = next;
	}
	return count;
}
