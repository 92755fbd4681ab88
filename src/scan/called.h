/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * In which system call each of many processes is, and since when it does not run: by the thread that tells
 * most, read as glance.h has it, in a helper process.
 */
#pragma once
#include "kernel/syscall.h"

struct source;

struct called {
	int rc; /**< -EACCES, -EPERM: not ours to know; -ETIMEDOUT: no answer came */
	struct syscall call;
	bool compat; /**< it runs a program of 32 bits: the number of the call is of another table */
	bool idle_known;
	char state;      /**< a moment later, as of proc_pid_stat(5); 0: not known */
	int64_t idle_ns; /**< since when it did not run */
	unsigned int tid;
};

/**
 * Of each of `count` processes the thread that tells most: one that copies before one that reads or writes,
 * and that before any other, among the first of them. `ret` has room for `count`. 0, or -errno when no
 * helper could be made.
 */
int called_look(const struct source *source, const unsigned int *pids, size_t count,
		struct called *ret);
