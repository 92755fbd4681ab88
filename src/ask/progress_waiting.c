/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * On what a transfer is stalled, in words: by the call that its process waits in, and along a pipeline to
 * who really keeps it.
 */
#include "ask/progress.h"

static const struct seen_file *called_file(const struct seen *now, struct syscall_shape shape)
{
	if (shape.fd < 0)
		return NULL;
	unsigned int fd = (unsigned int)syscall_int(&now->called.call, shape.fd);
	for (size_t i = 0; i < now->count; i++) {
		const struct open_file *file = &now->files[i].file;

		if (file->handle.use == USE_FD && file->handle.fd == fd)
			return &now->files[i];
	}
	return NULL;
}

static bool is_of_disk(const struct seen_file *file)
{
	return file && (seen_file_is(file, S_IFREG) || seen_file_is(file, S_IFBLK));
}

static const char *say_read(const struct seen_file *file, char state)
{
	if (is_of_disk(file))
		return state == 'D' ? "waits for the disk" : "waits for its filesystem to answer";
	if (file && seen_file_is(file, S_IFIFO))
		return "waits for data from a pipe";
	if (file && seen_file_is(file, S_IFSOCK))
		return "waits for data from a socket";
	if (file && seen_file_is(file, S_IFCHR))
		return "waits for input from a terminal or device";
	return "waits for data";
}

static const char *say_write(const struct seen_file *file, char state)
{
	if (is_of_disk(file))
		return state == 'D' ? "waits for the disk" : "waits for its filesystem to answer";
	if (file && seen_file_is(file, S_IFSOCK))
		return "waits for the other end of a socket to take more";
	if (file && seen_file_is(file, S_IFIFO))
		return "waits for somebody to read what it writes to a pipe";
	return "waits for somebody to take what it writes";
}

/** What one process waits for; empty: nothing that says anything. */
static const char *say(const struct seen *now)
{
	if (now->state == 'T' || now->state == 't')
		return "is stopped";
	if (!seen_is_inside(now))
		return now->state == 'D' ? "waits for the disk" :
		       now->blocked      ? "waits for somebody to take what it writes" :
		       now->state == 'R' ? "computes" :
					   "";
	struct syscall_shape shape = syscall_shape(now->called.call.number);
	const struct seen_file *file = called_file(now, shape);
	switch (shape.deed) {
	case SYSCALL_READS:
	case SYSCALL_RECEIVES:
		return say_read(file, now->state);
	case SYSCALL_COPIES:
		if (now->state == 'D')
			return "waits for the disk";
		shape.fd = shape.other_fd;
		return say_write(called_file(now, shape), now->state);
	case SYSCALL_WRITES:
	case SYSCALL_SENDS:
		return say_write(file, now->state);
	case SYSCALL_FLUSHES:
	case SYSCALL_CLOSES:
		return "writes through to its disk";
	case SYSCALL_SLEEPS:
		return "sleeps";
	case SYSCALL_FUTEX:
		return "waits for another thread";
	case SYSCALL_CHILD:
		return "waits for a child to end";
	case SYSCALL_EVENTS:
	case SYSCALL_POLLS:
		return "waits for events";
	default:
		return now->state == 'D' ? "waits for the disk" : "";
	}
}

static bool is_socket(const struct seen_file *file)
{
	return file && seen_file_is(file, S_IFSOCK);
}

/** Until the socket takes more: it writes to nothing else, and reads from a file, which always answers. */
static bool waits_for_joined(const struct seen *now, struct syscall_shape shape)
{
	return shape.deed == SYSCALL_POLLS || shape.deed == SYSCALL_EVENTS ||
	       ((shape.deed == SYSCALL_WRITES || shape.deed == SYSCALL_SENDS) &&
		is_socket(called_file(now, shape)));
}

static bool waits_for_next(const struct progress *progress, const struct seen *now)
{
	if (now->state == 'T' || now->state == 't')
		return false;
	if (!seen_is_inside(now))
		return now->blocked;
	struct syscall_shape shape = syscall_shape(now->called.call.number);
	if (joint_reader(progress, now))
		return waits_for_joined(now, shape);
	if (shape.deed == SYSCALL_COPIES)
		shape.fd = shape.other_fd;
	else if (shape.deed != SYSCALL_WRITES)
		return false;
	const struct seen_file *file = called_file(now, shape);
	return file && seen_file_is(file, S_IFIFO);
}

struct text waiting_say(const struct progress *progress, const struct seen *const *members,
			size_t count)
{
	struct arena *arena = (struct arena *)&progress->samples[progress->round % 2].arena;
	size_t last = 0;

	while (last + 1 < count && waits_for_next(progress, members[last]))
		last++;
	const char *words = say(members[last]);
	if (!last)
		return text_of(words);
	const struct seen *who = members[last];
	return arena_format(arena, "waits for %.*s (%u) to read%s%s", (int)who->comm.len,
			    who->comm.bytes, who->pid, *words ? ", which " : "", words);
}
