/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The name of one open file: every listing prints it, every command takes it.
 *   4076:7  4076:cwd  4076:root  4076:exe  4076:map@131842  4076:ring@5.0  4076/4090:7  4076:7@131842
 * A loop device is held by no process: its name is its path, /dev/loop3, guarded /dev/loop3@131842.
 */
#pragma once
#include "base/arena.h"
#include "base/text.h"

enum use {
	USE_FD,
	USE_CWD,
	USE_ROOT,
	USE_EXE,
	USE_MAP,  /**< mapped, by inode: outlives a split or moved mapping */
	USE_RING, /**< a slot of an io_uring's registered files */
	USE_LOOP, /**< the file behind a loop device: `pid` is 0 */
};

struct handle {
	unsigned int pid;
	unsigned int tid; /**< a thread with a table of its own; 0: the process's */
	unsigned int fd;  /**< USE_FD; USE_RING: the descriptor of the ring; USE_LOOP: its number */
	unsigned int slot : 24; /**< USE_RING; io_uring/rsrc.h, IORING_MAX_FIXED_FILES: 1 << 20 */
	enum use use : 7;
	bool guarded : 1;
	uint64_t ino; /**< USE_MAP: which file; else, when `guarded`, which it must still be */
};

enum { HANDLE_MAX = 80 };

/** Parse a whole handle. 0, or -EINVAL when it is none (then it may be another kind of target). */
int handle_parse(struct text text, struct handle *out);

/** Its text; with the guard if it has one. Returns `buffer`. */
const char *handle_format(char buffer[HANDLE_MAX], const struct handle *handle);

/** Its text in the arena. */
struct text handle_text(struct arena *arena, const struct handle *handle);

/** True when a process holds it, in its descriptor table or otherwise by its own number. */
static inline bool handle_is_process(const struct handle *handle)
{
	return handle->use != USE_LOOP;
}

/** True when both name the same place; guards are not compared. */
bool handle_equal(const struct handle *a, const struct handle *b);
