/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which descriptor tables a process has. Threads share one as a rule; after unshare(CLONE_FILES) a
 * thread has its own, and when the main thread has ended only the others still have one.
 */
#pragma once
#include "scan/source.h"

struct tables {
	unsigned int *tids; /**< one thread of each table; 0 stands for the main thread */
	size_t count;
	unsigned int
		alive; /**< whom to ask for exe, cwd and maps: 0, or a thread if the main one ended */
};

/** The tables of process `pid`, whose /proc directory is `dir`; in the arena. 0 or -errno. */
int tables_read(const struct source *source, int dir, unsigned int pid, struct arena *arena,
		struct tables *ret);

/** Whom to ask for exe, cwd and maps, alone: `alive` of the tables; 0 also when it cannot be known. */
unsigned int tables_alive(int dir, unsigned int pid, struct arena *arena);
