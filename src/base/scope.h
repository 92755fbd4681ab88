/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Things that are given back when their block ends, whichever way it ends.
 */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void scope_fd_end(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void scope_free_end(void *pointer)
{
	void *memory;

	__builtin_memcpy(&memory, pointer, sizeof(memory));
	free(memory);
}

/** A descriptor that is closed at the end of its block; -1 is none. */
#define scope_fd __attribute__((cleanup(scope_fd_end))) int

/** Before a pointer: memory that is freed at the end of its block. */
#define scope_free __attribute__((cleanup(scope_free_end)))

/** Hand the descriptor out of its scope: the guard then closes nothing. */
static inline int scope_fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
