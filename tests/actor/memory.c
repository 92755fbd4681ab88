/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Files that are memory, files in memory, and threads that go on writing to them. */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

enum { SEGMENT_BYTES = 1 << 20 };

static void op_memfd(struct actor *actor, char **arg)
{
	slot_add(actor, memfd_create(arg[0], MFD_ALLOW_SEALING), arg[0]);
}

static void op_secret(struct actor *actor, char **arg)
{
	(void)arg;
	slot_add(actor, syscall(SYS_memfd_secret, 0), "secret memory");
}

static void op_shm(struct actor *actor, char **arg)
{
	int id = shmget(IPC_PRIVATE, SEGMENT_BYTES, IPC_CREAT | 0600);
	char *memory;

	(void)actor;
	(void)arg;
	check(id, "cannot make", "a System V segment");
	memory = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if ((intptr_t)memory == -1)
		err(1, "cannot attach a System V segment");
	memset(memory, 1, SEGMENT_BYTES);
}

static void *map(int fd, int protection, int flags, off_t offset, size_t len)
{
	void *at = mmap(NULL, len, protection, flags, fd, offset);

	if (at == MAP_FAILED)
		err(1, "cannot map %zu bytes of descriptor %d", len, fd);
	return at;
}

static void op_zero(struct actor *actor, char **arg)
{
	int fd = open("/dev/zero", O_RDWR);

	(void)actor;
	(void)arg;
	check(fd, "cannot open", "/dev/zero");
	memset(map(fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 4096), 1, 4096);
	close(fd);
}

/** "shrink", "write": what is forbidden from now on. */
static void op_seal(struct actor *actor, char **arg)
{
	int seal = !strcmp(arg[1], "shrink") ? F_SEAL_SHRINK : F_SEAL_WRITE;

	check(fcntl(slot_fd(actor, arg[0]), F_ADD_SEALS, seal), "cannot seal slot", arg[0]);
}

static off_t file_size(int fd)
{
	struct stat st;

	check(fstat(fd, &st), "cannot stat", "a slot");
	return st.st_size;
}

static void op_map(struct actor *actor, char **arg)
{
	int fd = slot_fd(actor, arg[0]);
	off_t offset = arg[2] ? size_parse(arg[2]) : 0;
	size_t len = arg[3] ? (size_t)size_parse(arg[3]) : (size_t)(file_size(fd) - offset);
	int protection = !strcmp(arg[1], "r") ? PROT_READ : PROT_READ | PROT_WRITE;
	bool is_private = !strcmp(arg[1], "p") || !strcmp(arg[1], "x");

	if (!strcmp(arg[1], "x"))
		protection = PROT_READ | PROT_EXEC;
	map(fd, protection, is_private ? MAP_PRIVATE : MAP_SHARED, offset, len);
}

/** A writer that never ends: what it writes to, how, and its pause. */
struct writer {
	int fd;
	char *memory; /**< of the mmap kind */
	off_t size;
	long pause_us;
	void (*write)(struct writer *writer, uint64_t n);
};

/* The head is written before the tail: at any instant head is tail, or tail + 1. */
static void write_both_ends(struct writer *writer, uint64_t n)
{
	if (pwrite(writer->fd, &n, sizeof(n), 0) != sizeof(n) ||
	    pwrite(writer->fd, &n, sizeof(n), writer->size - sizeof(n)) != sizeof(n))
		err(1, "cannot write to descriptor %d", writer->fd);
}

static void store_both_ends(struct writer *writer, uint64_t n)
{
	atomic_store((_Atomic uint64_t *)writer->memory, n);
	atomic_store((_Atomic uint64_t *)(writer->memory + writer->size - sizeof(n)), n);
}

static void append_line(struct writer *writer, uint64_t n)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "line %020llu\n", (unsigned long long)n);

	write_all(writer->fd, line, len);
}

static void *write_on(void *closure)
{
	struct writer *writer = closure;
	struct timespec pause = {
		.tv_sec = writer->pause_us / 1000000,
		.tv_nsec = writer->pause_us % 1000000 * 1000,
	};

	for (uint64_t n = 1;; n++) {
		writer->write(writer, n);
		if (writer->pause_us)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

static void op_loop_write(struct actor *actor, char **arg)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	pthread_t thread;

	if (!writer)
		err(1, "out of memory");
	writer->fd = slot_fd(actor, arg[0]);
	writer->size = file_size(writer->fd) & ~(off_t)7;
	writer->pause_us = size_parse(arg[2]);
	if (!strcmp(arg[1], "append")) {
		writer->write = append_line;
	} else if (writer->size < 16) {
		errx(1, "loop-write %s needs a file of 16 bytes or more", arg[1]);
	} else if (!strcmp(arg[1], "mmap")) {
		writer->write = store_both_ends;
		writer->memory =
			map(writer->fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0, writer->size);
	} else {
		writer->write = write_both_ends;
	}
	if (pthread_create(&thread, NULL, write_on, writer))
		errx(1, "cannot start a thread");
}

/**
 * A page of our own arguments, inside the word PAD, becomes one of the file PATH. We never look there
 * again; who asks for our command line does.
 */
static void op_args_from(struct actor *actor, char **arg)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = arg[1] + (page - (uintptr_t)arg[1] % page) % page;
	int fd = open(arg[0], O_RDONLY | O_CLOEXEC);

	(void)actor;
	check(fd, "cannot open", arg[0]);
	if (at + page > arg[1] + strlen(arg[1]))
		errx(1, "args-from: the pad must be longer than two pages");
	if (mmap(at, page, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
		err(1, "cannot map %s", arg[0]);
	close(fd);
}

/** Memory that was used, and is given back. */
static void op_balloon(struct actor *actor, char **arg)
{
	size_t size = (size_t)size_parse(arg[0]);
	void *memory = map(-1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0, (off_t)size);

	(void)actor;
	memset(memory, 1, size);
	munmap(memory, size);
}

/* clang-format off */
const struct op memory_ops[] = {
	{ "memfd",      1, 1, op_memfd },
	{ "secret",     0, 0, op_secret },
	{ "shm",        0, 0, op_shm },
	{ "zero",       0, 0, op_zero },
	{ "map",        2, 4, op_map },
	{ "seal",       2, 2, op_seal },
	{ "loop-write", 3, 3, op_loop_write },
	{ "args-from",  2, 2, op_args_from },
	{ "balloon",    1, 1, op_balloon },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
