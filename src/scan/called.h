/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * In which system call a thread waits, and since when it does not run: /proc/PID/task/TID/syscall, sched.
 * Each of these may wait for a program that is being started, so they are read in a helper process only:
 * scan/probe.h.
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

/** Read it of a thread, of the procfs at `proc`. In a helper process, which it moves to another processor. */
void called_read(int proc, unsigned int pid, unsigned int tid, struct called *out);

/**
 * Of each of `count` processes the thread that tells most: one that copies before one that reads or writes,
 * and that before any other, among the first of them. `ret` has room for `count`. 0, or -errno when no
 * helper could be made.
 */
int called_look(const struct source *source, const unsigned int *pids, size_t count,
		struct called *ret);
