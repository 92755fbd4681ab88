/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * System calls about another task that the C library has no wrapper for.
 */
#pragma once
#include <stdbool.h>

/**
 * True when a task of ours (a thread id, or a child's pid) waits for something in the kernel; false
 * when it runs, or only waits for a processor. From /proc/TID/stat: proc_pid_stat(5).
 */
bool task_waits(unsigned int tid);

/** A descriptor on process `pid`: pidfd_open(2), Linux 5.3. The descriptor, or -errno. */
int task_pidfd(unsigned int pid);

/** The same on one thread: PIDFD_THREAD, Linux 6.9. */
int task_pidfd_thread(unsigned int tid);

/**
 * A copy of descriptor `fd` of the process behind `pidfd`: pidfd_getfd(2), Linux 5.6. It shares the
 * offset with its owner's: only pread(2) may be used on it. The descriptor, or -errno.
 */
int task_getfd(int pidfd, unsigned int fd);

/**
 * How the descriptor tables of two tasks compare: kcmp(2) with KCMP_FILES. 0 the same one, 1 and 2 an
 * order by which they can be sorted, 3 different but unordered, or -errno.
 */
int task_compare_files(unsigned int tid, unsigned int other);
