/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Two processes of one job that a socketpair(2) joins, as rsync(1) and its receiver, or its ssh(1), are: one
 * transfer. That they share a socket says little, for it goes both ways, and may be there for commands only.
 * They are joined where all that the one ever wrote is what the other ever read.
 */
#include <stdlib.h>
#include <unistd.h>

#include "ask/weighing.h"
#include "scan/owners.h"

/** Less may have been read and written by chance; and about as much is on its way: socket(7). */
static const uint64_t JOINT_MIN = 256 << 10;

/** Who has more talks to others, and not to one that takes what it reads. */
enum { SOCKETS_MAX = 8 };

static bool is_near(uint64_t wrote, uint64_t read)
{
	uint64_t more = wrote > read ? wrote : read, less = wrote > read ? read : wrote;

	return less >= JOINT_MIN && more - less <= JOINT_MIN + more / 16;
}

/** Of one job of a shell, setpgid(2), and with the same number of bytes. */
static bool may_be_joined(const struct seen *writer, const struct seen *reader)
{
	return writer->pid != reader->pid && writer->pgrp > 0 && writer->pgrp == reader->pgrp &&
	       reader->has_io && is_near(writer->io.wchar, reader->io.rchar);
}

static bool has_socket(const struct seen *seen, uint64_t ino)
{
	for (size_t i = 0; i < seen->count; i++) {
		if (seen_file_is(&seen->files[i], S_IFSOCK) && seen->files[i].file.inode.ino == ino)
			return true;
	}
	return false;
}

/**
 * Which end is whose: nobody writes to his standard input, or reads his standard output. And that both only
 * happen to have it is not enough.
 */
static bool leads_from(unsigned int fd, const struct seen *reader, uint64_t far)
{
	for (size_t i = 0; i < reader->count && fd != STDIN_FILENO; i++) {
		const struct seen_file *file = &reader->files[i];

		if (seen_file_is(file, S_IFSOCK) && file->file.inode.ino == far &&
		    file->file.handle.fd != STDOUT_FILENO &&
		    (file->file.handle.fd == STDIN_FILENO || fd == STDOUT_FILENO))
			return true;
	}
	return false;
}

/** Through which of its sockets it reaches the other; 0: none. `*far`: the end there. */
static uint64_t shared_socket(struct progress *progress, const struct seen *writer,
			      const struct seen *reader, uint64_t *far)
{
	size_t asked = 0;

	for (size_t i = 0; i < writer->count && asked < SOCKETS_MAX; i++) {
		const struct seen_file *file = &writer->files[i];

		if (!seen_file_is(file, S_IFSOCK))
			continue;
		asked++;
		*far = socket_unix_peer(progress, file);
		if (*far && leads_from(file->file.handle.fd, reader, *far))
			return file->file.inode.ino;
	}
	return 0;
}

static bool is_end(const struct joint_end *end, const struct seen *seen)
{
	return seen && end->pid == seen->pid && end->start == seen->start;
}

/** It waits until a socket takes more, or brings something. */
static bool waits_for_sockets(const struct seen *seen)
{
	if (!seen_is_inside(seen))
		return false;
	enum syscall_deed deed = syscall_shape(seen->called.call.number).deed;
	return deed == SYSCALL_POLLS || deed == SYSCALL_EVENTS;
}

bool joint_is_kept(const struct progress *progress, const struct seen *writer)
{
	return waits_for_sockets(writer) && joint_reader(progress, writer);
}

/** It reads a file, or is in the middle of one, and what it writes goes to no other. */
static bool reads_for_others(const struct progress *progress, const struct seen *seen)
{
	struct movement movement;
	struct weighing weighing = { .progress = progress, .now = seen };

	if (movement_find(progress, seen, &movement))
		return movement.input && !movement.output;
	const struct seen_file *only = waits_for_sockets(seen) ? weighing_only(&weighing) : NULL;
	return only && only->file.pos;
}

static bool writes_for_others(const struct progress *progress, const struct seen *seen)
{
	struct movement movement;

	return movement_find(progress, seen, &movement) && movement.output && !movement.input;
}

static void join(struct progress *progress, const struct seen *writer, const struct seen *reader)
{
	uint64_t far, near;

	if (!reader->close || joint_reader(progress, writer) || joint_writer(progress, reader) ||
	    !reads_for_others(progress, writer))
		return;
	near = shared_socket(progress, writer, reader, &far);
	if (!near)
		return;
	memory_grow(&progress->joints, progress->joint_count, sizeof(*progress->joints));
	progress->joints[progress->joint_count++] =
		(struct joint){ .writer = { writer->pid, writer->start, near },
				.reader = { reader->pid, reader->start, far } };
	pipeline_follow(progress, &writer->pid, 1);
	pipeline_follow(progress, &reader->pid, 1);
}

static bool still_has(const struct progress *progress, const struct joint_end *end)
{
	const struct seen *seen = sample_find(&progress->samples[progress->round % 2], end->pid);

	return is_end(end, seen) && has_socket(seen, end->ino);
}

static void forget_parted(struct progress *progress)
{
	size_t kept = 0;

	for (size_t i = 0; i < progress->joint_count; i++) {
		const struct joint *joint = &progress->joints[i];

		if (still_has(progress, &joint->writer) && still_has(progress, &joint->reader))
			progress->joints[kept++] = *joint;
	}
	progress->joint_count = kept;
}

static const struct seen *at_end(const struct progress *progress, const struct joint_end *end)
{
	const struct seen *seen = sample_find(&progress->samples[progress->round % 2], end->pid);

	return is_end(end, seen) ? seen : NULL;
}

const struct seen *joint_reader(const struct progress *progress, const struct seen *writer)
{
	for (size_t i = 0; i < progress->joint_count; i++) {
		if (is_end(&progress->joints[i].writer, writer))
			return at_end(progress, &progress->joints[i].reader);
	}
	return NULL;
}

const struct seen *joint_writer(const struct progress *progress, const struct seen *reader)
{
	for (size_t i = 0; i < progress->joint_count; i++) {
		if (is_end(&progress->joints[i].reader, reader))
			return at_end(progress, &progress->joints[i].writer);
	}
	return NULL;
}

/** Do it with whoever may be the reader of this one. */
static void with_readers(struct progress *progress, const struct seen *writer,
			 void (*act)(struct progress *, const struct seen *, const struct seen *))
{
	const struct sample *now = progress_now(progress);

	if (!writer->close || !writer->has_io || writer->io.wchar < JOINT_MIN)
		return;
	for (size_t i = 0; i < now->count; i++) {
		if (may_be_joined(writer, &now->items[i]))
			act(progress, writer, &now->items[i]);
	}
}

static void follow(struct progress *progress, const struct seen *writer, const struct seen *reader)
{
	if (!reader->close && reads_for_others(progress, writer))
		pipeline_follow(progress, &reader->pid, 1);
}

static int join_all(struct progress *progress, struct error *err)
{
	const struct sample *now = progress_now(progress);
	size_t followed = progress->followed_count;
	int rc = 0;

	/* Whoever did nothing meanwhile was not looked at closely. */
	for (size_t i = 0; i < now->count; i++)
		with_readers(progress, &now->items[i], follow);
	if (progress->followed_count > followed)
		rc = progress_sample_more(progress, NULL, 0, err);
	for (size_t i = 0; i < now->count; i++)
		with_readers(progress, &now->items[i], join);
	return rc;
}

/** It goes one way only: what it reads comes from others, or what it writes goes to them. */
static bool may_have_other(const struct progress *progress, const struct seen *seen)
{
	if (!seen->close || !seen->has_io || joint_reader(progress, seen) ||
	    joint_writer(progress, seen))
		return false;
	return (seen->io.wchar >= JOINT_MIN && reads_for_others(progress, seen)) ||
	       (seen->io.rchar >= JOINT_MIN && writes_for_others(progress, seen));
}

/** Once for each process: that is a look at all that everybody has open. */
static bool was_asked(struct progress *progress, const struct seen *seen)
{
	for (size_t i = 0; i < progress->joint_asked_count; i++) {
		if (progress->joint_asked[i].pid == seen->pid &&
		    progress->joint_asked[i].start == seen->start)
			return true;
	}
	memory_grow(&progress->joint_asked, progress->joint_asked_count,
		    sizeof(*progress->joint_asked));
	progress->joint_asked[progress->joint_asked_count++] =
		(struct teller){ seen->pid, seen->start };
	return false;
}

/** The sockets at the other ends of its own. */
static size_t far_sockets(struct progress *progress, const struct seen *seen, uint64_t *inos)
{
	size_t count = 0, sockets = 0;

	for (size_t i = 0; i < seen->count && sockets < SOCKETS_MAX; i++) {
		const struct seen_file *file = &seen->files[i];

		if (!seen_file_is(file, S_IFSOCK))
			continue;
		sockets++;
		inos[count] = socket_unix_peer(progress, file);
		count += inos[count] != 0;
	}
	return count;
}

/** Look at those who have these sockets, and closely from now on at who is of the same job. */
static int follow_owners(struct progress *progress, int pgrp, const struct owners *owners,
			 struct error *err)
{
	unsigned int *pids = memory_resize(NULL, owners->count + 1, sizeof(*pids));
	size_t count = 0;

	for (size_t i = 0; i < owners->count; i++) {
		if (!count || pids[count - 1] != owners->items[i].handle.pid)
			pids[count++] = owners->items[i].handle.pid;
	}
	int rc = progress_sample_more(progress, pids, count, err);
	for (size_t i = 0; i < count; i++) {
		const struct seen *seen = sample_find(progress_now(progress), pids[i]);

		if (seen && seen->pgrp == pgrp)
			pipeline_follow(progress, &pids[i], 1);
	}
	free(pids);
	return rc;
}

static int look_for_owners(struct progress *progress, const struct seen *seen, struct error *err)
{
	uint64_t inos[SOCKETS_MAX];
	size_t count = far_sockets(progress, seen, inos);
	int pgrp = seen->pgrp;
	struct tally tally = { 0 };
	struct owners owners = { 0 };
	struct arena arena;

	if (!count)
		return 0;
	arena_init(&arena);
	int rc = owners_find(progress->inquiry->source, inos, count, &tally, &arena, &owners, err);
	if (!rc && owners.count)
		rc = follow_owners(progress, pgrp, &owners, err);
	arena_end(&arena);
	return rc;
}

/** Of who is named the others are not looked at otherwise. */
static int look_for_others(struct progress *progress, struct error *err)
{
	const struct scope *scope = &progress->scope;
	int rc = 0;

	for (size_t i = 0; i < scope->pid_count && !rc; i++) {
		const struct seen *seen = sample_find(progress_now(progress), scope->pids[i]);

		if (seen && may_have_other(progress, seen) && !was_asked(progress, seen))
			rc = look_for_owners(progress, seen, err);
	}
	return rc;
}

int joint_look(struct progress *progress, struct error *err)
{
	int rc = 0;

	forget_parted(progress);
	if (progress->scope.pids)
		rc = look_for_others(progress, err);
	return rc ? rc : join_all(progress, err);
}
