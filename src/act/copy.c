/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scope.h"

enum { PIECE = 1 << 20, KERNEL_PIECE = 8 << 20, HOLE_BLOCK = 64 << 10 };

/** Of `size` bytes only what is no hole takes memory; 0 blocks may mean that nobody has counted them. */
static bool is_large(int from, uint64_t size)
{
	struct stat stat;
	uint64_t disk = fstat(from, &stat) ? 0 : (uint64_t)stat.st_blocks * 512;

	return trail_is_large(disk && disk < size ? disk : size);
}

void copy_begin(struct copy *copy, int from, bool borrowed, int to, uint64_t size)
{
	*copy = (struct copy){ .from = from,
			       .borrowed = borrowed,
			       .to = to,
			       .trail = { .fd = to, .large = is_large(from, size) } };
	for (size_t i = 0; i < 2; i++)
		copy->buffers[i] = memory_resize(NULL, PIECE, 1);
	/* Advice is kept in the open file: that of a borrowed one is its owner's. */
	if (!borrowed)
		posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
}

void copy_end(struct copy *copy)
{
	free(copy->buffers[0]);
	free(copy->buffers[1]);
}

/** Where the next data at or behind `at` begins; `size` when only a hole follows. */
static uint64_t next_data(int fd, bool borrowed, uint64_t at, uint64_t size)
{
	if (borrowed)
		return at;
	off_t data = lseek(fd, (off_t)at, SEEK_DATA);
	if (data < 0)
		return errno == ENXIO ? size : at;
	return (uint64_t)data < size ? (uint64_t)data : size;
}

static uint64_t next_hole(int fd, bool borrowed, uint64_t at, uint64_t size)
{
	if (borrowed)
		return size;
	off_t hole = lseek(fd, (off_t)at, SEEK_HOLE);
	if (hole < 0 || (uint64_t)hole > size)
		return size;
	return (uint64_t)hole;
}

uint64_t copy_data(int fd, bool borrowed, uint64_t size)
{
	uint64_t data = 0, at = 0;

	while (at < size) {
		uint64_t begin = next_data(fd, borrowed, at, size);
		uint64_t end = begin < size ? next_hole(fd, borrowed, begin, size) : size;

		data += end - begin;
		/* A file that changes under us may answer anything; always move on. */
		at = end > at ? end : at + 1;
	}
	return data;
}

/** Read up to `len` bytes, to the end of the file. How many, or -errno. */
static ssize_t read_some(int fd, char *buffer, size_t len, uint64_t at)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = pread(fd, buffer + done, len - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/** Read exactly `len` bytes, zeros behind the end of the file. 0 or -errno. */
static int read_at(int fd, char *buffer, size_t len, uint64_t at)
{
	ssize_t got = read_some(fd, buffer, len, at);

	if (got < 0)
		return (int)got;
	memset(buffer + got, 0, len - (size_t)got);
	return 0;
}

/** Where in the copy the source's byte `at` belongs. */
static uint64_t placed(const struct copy *copy, uint64_t at)
{
	return at + (uint64_t)copy->shift;
}

static int write_at(int fd, const char *buffer, size_t len, uint64_t at)
{
	while (len) {
		ssize_t put = pwrite(fd, buffer, len, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		buffer += put;
		len -= (size_t)put;
		at += (uint64_t)put;
	}
	return 0;
}

static bool all_zero(const char *buffer, size_t len)
{
	return len == 0 || (buffer[0] == 0 && memcmp(buffer, buffer + 1, len - 1) == 0);
}

/** Write a piece; where holes cannot be seen in the source, blocks of zeros become some. */
static int write_piece(struct copy *copy, const char *buffer, size_t len, uint64_t at)
{
	at = placed(copy, at);
	if (!copy->borrowed)
		return write_at(copy->to, buffer, len, at);
	for (size_t done = 0; done < len;) {
		size_t block = len - done < HOLE_BLOCK ? len - done : HOLE_BLOCK;
		int rc = all_zero(buffer + done, block) ?
				 0 :
				 write_at(copy->to, buffer + done, block, at + done);

		if (rc)
			return rc;
		done += block;
	}
	return 0;
}

static int source_failed(struct copy *copy, int rc, uint64_t at)
{
	copy->failed_at = at;
	copy->read_failed = true;
	return rc;
}

/** Up to KERNEL_PIECE bytes inside the kernel. How many, 0 when it does not work, or -errno. */
static ssize_t copy_in_kernel(struct copy *copy, uint64_t at, uint64_t len)
{
	loff_t from = (loff_t)at, to = (loff_t)placed(copy, at);
	size_t piece = len < KERNEL_PIECE ? (size_t)len : KERNEL_PIECE;

	if (copy->no_kernel_copy || copy->borrowed)
		return 0;
	ssize_t done = copy_file_range(copy->from, &from, copy->to, &to, piece, 0);
	if (done > 0 || (done < 0 && errno == EINTR))
		return done < 0 ? -EINTR : done;
	if (done < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return -errno;
	/*
	 * Whatever else is wrong, by hand it shows on which side. 0 before the agreed end: it has
	 * shrunk, or a filesystem that only pretends.
	 */
	copy->no_kernel_copy = true;
	return 0;
}

/** The same by reading and writing. 0: it is followed, and has become shorter. */
static ssize_t copy_by_hand(struct copy *copy, uint64_t at, uint64_t len)
{
	size_t piece = len < PIECE ? (size_t)len : PIECE;
	ssize_t got = read_some(copy->from, copy->buffers[0], piece, at);

	if (got < 0)
		return source_failed(copy, (int)got, at);
	if (copy->followed)
		piece = (size_t)got;
	else
		memset(copy->buffers[0] + got, 0, piece - (size_t)got);
	int rc = write_piece(copy, copy->buffers[0], piece, at);
	return rc ? rc : (ssize_t)piece;
}

/** Large: pages of the source stay as they were found, in the cache or not. */
static bool was_cold(const struct copy *copy, uint64_t at, uint64_t len)
{
	return copy->trail.large && trail_is_cold(copy->from, at, len);
}

static void drop_source(const struct copy *copy, uint64_t at, uint64_t len)
{
	posix_fadvise(copy->from, (off_t)at, (off_t)len, POSIX_FADV_DONTNEED);
}

/** One run of data from *at; `*done` counts what is through of all data. */
static int copy_run(struct copy *copy, uint64_t *at, uint64_t end, uint64_t *done)
{
	while (*at < end) {
		if (interrupt_asked(copy->interrupt))
			return -ECANCELED;
		uint64_t window = end - *at < KERNEL_PIECE ? end - *at : KERNEL_PIECE;
		bool cold = was_cold(copy, *at, window);
		ssize_t moved = copy_in_kernel(copy, *at, end - *at);

		if (moved == -EINTR)
			continue;
		if (moved == 0)
			moved = copy_by_hand(copy, *at, end - *at);
		if (moved <= 0)
			return (int)moved;
		if (cold)
			drop_source(copy, *at, (uint64_t)moved);
		*at += (uint64_t)moved;
		*done += (uint64_t)moved;
		int rc = trail_follow(&copy->trail, placed(copy, *at));
		if (rc)
			return rc;
		bar_update(copy->bar, *done);
	}
	return 0;
}

/** True when its end is not before `at`: a hole is one, and not just what was cut off. */
static bool reaches(int fd, uint64_t at)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 && (uint64_t)stat.st_size >= at;
}

/** The data from *at to `size`. Stops early where the source turns out to be shorter. */
static int copy_range(struct copy *copy, uint64_t *at, uint64_t size)
{
	uint64_t done = 0;

	while (*at < size) {
		uint64_t begin = next_data(copy->from, copy->borrowed, *at, size);
		uint64_t end = begin < size ? next_hole(copy->from, copy->borrowed, begin, size) :
					      size;
		int rc;

		/* A file that changes under us may answer anything; always move on. */
		end = end > *at ? end : *at + 1;
		if (copy->followed && begin > *at && !reaches(copy->from, begin))
			return 0;
		*at = begin;
		rc = copy_run(copy, at, end, &done);
		if (rc || *at < end)
			return rc;
	}
	return 0;
}

int copy_all(struct copy *copy, uint64_t size)
{
	uint64_t at = 0;

	bar_begin(copy->bar, "copying", copy_data(copy->from, copy->borrowed, size));
	if (ftruncate(copy->to, (off_t)size))
		return -errno;
	return copy_range(copy, &at, size);
}

int copy_append(struct copy *copy, uint64_t *at, uint64_t size)
{
	copy->trail.large |= trail_is_large(placed(copy, size));
	int rc = copy_range(copy, at, size);

	if (ftruncate(copy->to, (off_t)placed(copy, *at)) && !rc)
		rc = -errno;
	return rc;
}

/**
 * Compare one piece; what differs is written again. Not so when it is followed: what the source has
 * lost since, by becoming shorter or a hole, is kept.
 */
static int compare_piece(struct copy *copy, uint64_t at, size_t len, bool hole, uint64_t *differing)
{
	ssize_t got = read_some(copy->from, copy->buffers[0], len, at);

	if (got < 0)
		return source_failed(copy, (int)got, at);
	memset(copy->buffers[0] + got, 0, len - (size_t)got);
	int rc = read_at(copy->to, copy->buffers[1], len, placed(copy, at));
	if (rc)
		return rc;
	if (memcmp(copy->buffers[0], copy->buffers[1], len) == 0)
		return 0;
	*differing += len;
	if (copy->followed && (hole || (size_t)got < len))
		return 0;
	return write_at(copy->to, copy->buffers[0], len, placed(copy, at));
}

/** Where the data ends that begins at `begin` in one of them, or in both: `from`, `to` is where in which. */
static uint64_t data_end(const struct copy *copy, uint64_t from, uint64_t to, uint64_t size)
{
	uint64_t begin = from < to ? from : to, end = begin + 1;

	if (from == begin) {
		uint64_t hole = next_hole(copy->from, copy->borrowed, begin, size);

		end = hole > end ? hole : end;
	}
	if (to == begin) {
		uint64_t hole = next_hole(copy->to, false, placed(copy, begin), placed(copy, size));

		hole -= (uint64_t)copy->shift;
		end = hole > end ? hole : end;
	}
	return end;
}

/** From `at` to `end` all that is there may be data; `*done` counts. */
static int compare_run(struct copy *copy, uint64_t at, uint64_t end, bool hole, uint64_t *differing,
		       uint64_t *done)
{
	while (at < end) {
		size_t len = end - at < PIECE ? (size_t)(end - at) : PIECE;
		bool cold = was_cold(copy, at, len);

		if (interrupt_asked(copy->interrupt))
			return -ECANCELED;
		int rc = compare_piece(copy, at, len, hole, differing);
		if (!rc)
			rc = trail_settle(&copy->trail, placed(copy, at), len);
		if (rc)
			return rc;
		if (cold)
			drop_source(copy, at, len);
		at += len;
		*done += len;
		bar_update(copy->bar, *done);
	}
	return 0;
}

int copy_compare(struct copy *copy, uint64_t size, uint64_t *differing)
{
	uint64_t at = copy->first, done = 0;

	*differing = 0;
	bar_begin(copy->bar, "comparing", copy_data(copy->to, false, placed(copy, size)));
	while (at < size) {
		/* Data in either: a hole in one must be zeros in the other. */
		uint64_t from = next_data(copy->from, copy->borrowed, at, size);
		uint64_t to = next_data(copy->to, false, placed(copy, at), placed(copy, size)) -
			      (uint64_t)copy->shift;
		uint64_t begin = from < to ? from : to;
		bool hole = copy->followed && begin < from;
		uint64_t end = begin < size ? data_end(copy, from, to, size) : size;

		if (hole && from < end)
			end = from;
		int rc = compare_run(copy, begin, end, hole, differing, &done);
		if (rc)
			return rc;
		at = end;
	}
	return 0;
}

bool copy_is_same(struct copy *copy, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to;) {
		size_t len = to - at < PIECE ? (size_t)(to - at) : PIECE;

		if (read_at(copy->from, copy->buffers[0], len, at) ||
		    read_at(copy->to, copy->buffers[1], len, placed(copy, at)) ||
		    memcmp(copy->buffers[0], copy->buffers[1], len) != 0)
			return false;
		at += len;
	}
	return true;
}

uint64_t copy_zeros(int fd, bool borrowed, uint64_t size)
{
	scope_free char *block = memory_resize(NULL, HOLE_BLOCK, 1);
	uint64_t at = 0;

	while ((at = next_data(fd, borrowed, at, size)) < size) {
		ssize_t got = read_some(fd, block, HOLE_BLOCK, at), zeros = 0;

		while (zeros < got && !block[zeros])
			zeros++;
		at += zeros > 0 ? (uint64_t)zeros : 0;
		if (zeros < got || got <= 0)
			break;
	}
	return at < size ? at : size;
}
