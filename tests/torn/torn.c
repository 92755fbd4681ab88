/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The two ends of the consistency experiment. `write` bumps a 64-bit counter at the head of a
 * file, then the one at its end, for ever: at any instant tail == head or tail == head - 1.
 * `check` says whether a copy could be such an instant.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	BUSY_BUMPS = 256, /**< bumps between two looks at stdin */
	NS_PER_US = 1000,
	NS_PER_S = 1000000000,
};

struct writer {
	int fd;             /**< -1 when only the mapping is left */
	off_t tail;         /**< offset of the counter at the end */
	unsigned char *map; /**< NULL when writing by pwrite */
	long pause_ns;      /**< between two bumps; 0: none */
};

static int fail(const char *what)
{
	fprintf(stderr, "torn: %s: %s\n", what, strerror(errno));
	return 2;
}

static int usage(void)
{
	fputs("usage: torn write FILE BYTES pwrite|mmap|mmap-closed PAUSE_USEC\n"
	      "       torn check FILE\n",
	      stderr);
	return 2;
}

/** Fill the file with something that is neither a hole nor the same in every block. */
static int fill(int fd, off_t size)
{
	uint64_t block[8192];

	for (off_t done = 0; done < size; done += (off_t)sizeof(block)) {
		for (size_t i = 0; i < sizeof(block) / sizeof(block[0]); i++)
			block[i] = ((uint64_t)done + i) * 0x9e3779b97f4a7c15u;
		size_t want = sizeof(block);
		if (size - done < (off_t)want)
			want = (size_t)(size - done);
		if (pwrite(fd, block, want, done) != (ssize_t)want)
			return -1;
	}
	return 0;
}

static int put(const struct writer *writer, off_t at, uint64_t count)
{
	if (!writer->map)
		return pwrite(writer->fd, &count, sizeof(count), at) == sizeof(count) ? 0 : -1;
	__atomic_store_n((uint64_t *)(void *)(writer->map + at), count, __ATOMIC_RELEASE);
	return 0;
}

static int bump(const struct writer *writer, uint64_t count)
{
	return put(writer, 0, count) || put(writer, writer->tail, count) ? -1 : 0;
}

/** Whoever started us closes our stdin when it has seen enough. */
static bool told_to_stop(const struct writer *writer)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec pause = { writer->pause_ns / NS_PER_S, writer->pause_ns % NS_PER_S };

	return ppoll(&in, 1, &pause, NULL) != 0;
}

static int write_for_ever(const struct writer *writer)
{
	int bumps = writer->pause_ns ? 1 : BUSY_BUMPS;
	uint64_t count = 0;

	do {
		for (int i = 0; i < bumps; i++) {
			if (bump(writer, ++count))
				return fail("write");
		}
	} while (!told_to_stop(writer));
	return 0;
}

static int writer_open(struct writer *writer, const char *path, off_t size, const char *how)
{
	writer->tail = size - (off_t)sizeof(uint64_t);
	writer->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (writer->fd < 0 || fill(writer->fd, size) || bump(writer, 0))
		return -1;
	if (strcmp(how, "pwrite") == 0)
		return 0;
	writer->map = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, writer->fd, 0);
	if (writer->map == MAP_FAILED)
		return -1;
	if (strcmp(how, "mmap-closed") != 0)
		return 0;
	int rc = close(writer->fd);
	writer->fd = -1;
	return rc;
}

/** The line that names the file: `PID:FD`, or `PID:map@INODE` when no descriptor is left. */
static int say_handle(const struct writer *writer, ino_t inode)
{
	if (writer->fd >= 0)
		printf("%d:%d\n", getpid(), writer->fd);
	else
		printf("%d:map@%ju\n", getpid(), (uintmax_t)inode);
	return fflush(stdout);
}

static int run_write(char **argv)
{
	const char *path = argv[0], *how = argv[2];
	struct writer writer = { .fd = -1, .pause_ns = strtol(argv[3], NULL, 10) * NS_PER_US };
	off_t size = strtoll(argv[1], NULL, 10);
	struct stat st;

	if (size < 4096 || size % (off_t)sizeof(uint64_t))
		return usage();
	if (strcmp(how, "pwrite") != 0 && strcmp(how, "mmap") != 0 &&
	    strcmp(how, "mmap-closed") != 0)
		return usage();
	if (writer_open(&writer, path, size, how))
		return fail(path);
	if (stat(path, &st) || unlink(path) || say_handle(&writer, st.st_ino))
		return fail(path);
	return write_for_ever(&writer);
}

static int run_check(const char *path)
{
	uint64_t head, tail;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		return fail(path);
	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    pread(fd, &tail, sizeof(tail), st.st_size - (off_t)sizeof(tail)) != sizeof(tail))
		return fail(path);
	close(fd);
	printf("%ju %ju\n", (uintmax_t)head, (uintmax_t)tail);
	return tail == head || tail + 1 == head ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "write") == 0)
		return run_write(argv + 2);
	if (argc == 3 && strcmp(argv[1], "check") == 0)
		return run_check(argv[2]);
	return usage();
}
