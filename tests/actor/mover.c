/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Children that move through a file, step by step and never to its end, each by another means. They are the
 * last operation of a `fork` block. A step is small and takes a millisecond at least, so that the test has
 * all the time it needs before the file is through.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

enum { STEP = 64 << 10, SMALL_STEP = 4096 };

static _Alignas(4096) char buffer[STEP];

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	check(fd, "cannot open", path);
	return fd;
}

static off_t size_of(int fd)
{
	struct stat stat;

	check(fstat(fd, &stat), "cannot stat", "a file");
	return stat.st_size;
}

static void pause_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/** By read(2), which moves the offset. */
static void move_read(const char *path)
{
	int fd = open_file(path, O_RDONLY);

	while (read(fd, buffer, STEP) == STEP)
		pause_a_little();
}

/** The same, when all of another was read: "FIRST:THEN". */
static void move_after(const char *paths)
{
	char *first = strdup(paths), *then = strchr(first, ':');

	if (!then)
		errx(1, "after FIRST:THEN");
	*then++ = 0;
	int fd = open_file(first, O_RDONLY);
	while (read(fd, buffer, STEP) == STEP)
		;
	close(fd);
	move_read(then);
	free(first);
}

/** By pread(2), which does not. */
static void move_pread(const char *path)
{
	int fd = open_file(path, O_RDONLY);

	for (off_t at = 0; pread(fd, buffer, STEP, at) == STEP; at += STEP)
		pause_a_little();
}

static void move_map(const char *path)
{
	int fd = open_file(path, O_RDONLY);
	off_t size = size_of(fd);
	const volatile char *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);

	check(bytes == MAP_FAILED ? -1 : 0, "cannot map", path);
	close(fd);
	for (off_t at = 0; at < size; at += 4096) {
		(void)bytes[at];
		if (at % STEP == 0)
			pause_a_little();
	}
}

/** What lies behind the offset grows, as in one long copy_file_range(2): "SOURCE:DESTINATION". */
static void move_grow(const char *paths)
{
	char *source = strdup(paths), *destination = strchr(source, ':');

	if (!destination)
		errx(1, "grow SOURCE:DESTINATION");
	*destination++ = 0;
	int from = open_file(source, O_RDONLY), to = open_file(destination, O_WRONLY | O_CREAT);
	for (off_t size = size_of(from), at = STEP; at < size; at += STEP) {
		check(ftruncate(to, at), "cannot grow", destination);
		pause_a_little();
	}
	free(source);
}

static void *ring_map(int ring, size_t size, off_t what)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, what);

	check(memory == MAP_FAILED ? -1 : 0, "cannot map", "an io_uring");
	return memory;
}

/** By io_uring, past the page cache, so that the disk is asked. */
static void move_uring(const char *path)
{
	struct io_uring_params params = { 0 };
	int fd = open_file(path, O_RDONLY | O_DIRECT);
	int ring = (int)syscall(SYS_io_uring_setup, 2, &params);

	if (ring < 0)
		errno = ENOSYS; /* switched off by kernel.io_uring_disabled */
	check(ring, "cannot make", "an io_uring");
	char *queue = ring_map(ring, params.sq_off.array + 64, IORING_OFF_SQ_RING);
	char *done = ring_map(ring, params.cq_off.cqes + 4096, IORING_OFF_CQ_RING);
	struct io_uring_sqe *entries = ring_map(ring, 4096, IORING_OFF_SQES);
	unsigned int *tail = (unsigned int *)(queue + params.sq_off.tail);
	unsigned int *head = (unsigned int *)(done + params.cq_off.head);
	for (off_t at = 0, size = size_of(fd); at < size; at += SMALL_STEP) {
		unsigned int slot = *tail & (params.sq_entries - 1);

		entries[slot] = (struct io_uring_sqe){ .opcode = IORING_OP_READ,
						       .fd = fd,
						       .addr = (uintptr_t)buffer,
						       .len = SMALL_STEP,
						       .off = (uint64_t)at };
		((unsigned int *)(queue + params.sq_off.array))[slot] = slot;
		__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
		check((int)syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0),
		      "cannot read by", "io_uring");
		__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
		pause_a_little();
	}
}

/** By write(2): the file ends where it is. */
static void move_write(const char *path)
{
	int fd = open_file(path, O_WRONLY | O_CREAT);

	while (write(fd, buffer, STEP) == STEP)
		pause_a_little();
}

static void op_move(struct actor *actor, char **arg)
{
	static const struct {
		const char *name;
		void (*move)(const char *path);
	} kinds[] = {
		{ "read", move_read },   { "after", move_after }, { "pread", move_pread },
		{ "map", move_map },     { "grow", move_grow },   { "uring", move_uring },
		{ "write", move_write },
	};

	(void)actor;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, arg[0]) != 0)
			continue;
		life_say_ready();
		kinds[i].move(arg[1]);
		for (;;)
			pause();
	}
	errx(1, "nobody moves by '%s'", arg[0]);
}

/* clang-format off */
const struct op mover_ops[] = {
	{ "move", 2, 2, op_move },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
