/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The bytes from one file to another, holes and all, and the proof that they are the same. Nothing is
 * read beyond the size that was agreed on; a large copy does not push others out of the cache.
 */
#pragma once
#include "act/interrupt.h"
#include "act/trail.h"
#include "show/bar.h"

#include <stdint.h>

struct copy {
	int from;
	bool borrowed; /**< `from` shares its offset with others: no lseek(2) */
	int to;
	struct bar *bar;
	struct interrupt *interrupt;
	struct trail trail;  /**< behind it */
	bool no_kernel_copy; /**< copy_file_range(2) does not work for this pair */
	char *buffers[2];
	bool followed;      /**< its end is where reading ends; what it loses meanwhile is kept */
	int64_t shift;      /**< where in `to` its byte 0 belongs: not 0 once it was truncated */
	uint64_t first;     /**< compare from here: what lay before is no more in it */
	uint64_t failed_at; /**< where in the file an error was met */
	bool read_failed;   /**< the error was in reading the source */
};

/** Prepare a copy of up to `size` bytes. copy_end frees. */
void copy_begin(struct copy *copy, int from, bool borrowed, int to, uint64_t size);

/** How many bytes of `fd` below `size` are data, not holes; `size` when that cannot be told. */
uint64_t copy_data(int fd, bool borrowed, uint64_t size);

/**
 * Copy the first `size` bytes; what is a hole stays one; `to` is then `size` long. 0, -ECANCELED when
 * interrupted, or -errno.
 */
int copy_all(struct copy *copy, uint64_t size);

/**
 * Compare the first `size` bytes anew, and write what differs over again. `*differing` counts the
 * bytes of the pieces that differed. 0, -ECANCELED, or -errno.
 */
int copy_compare(struct copy *copy, uint64_t size, uint64_t *differing);

/**
 * Copy on from *at to `size`, holes as they are; *at is then how far it came, and `to` ends there. It
 * may be less than `size` when the source has become shorter. 0, -ECANCELED, or -errno.
 */
int copy_append(struct copy *copy, uint64_t *at, uint64_t size);

/** True when these bytes of the source are still what was copied of them. */
bool copy_is_same(struct copy *copy, uint64_t from, uint64_t to);

/** How many of the first `size` bytes of `fd` are zeros, up to the first that is not. */
uint64_t copy_zeros(int fd, bool borrowed, uint64_t size);

/** Give back the memory. */
void copy_end(struct copy *copy);
