/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/stat: proc_pid_stat(5). `comm` may hold any byte, blanks and ')' too: it ends at the last
 * ')' of the line.
 */
#pragma once
#include "base/text.h"

enum {
	PIDSTAT_MAX = 1024,
	PIDSTAT_KTHREAD = 0x00200000, /**< PF_KTHREAD of include/linux/sched.h */
};

struct pidstat {
	struct text comm; /**< points into the text that was parsed */
	char state;       /**< R S D Z T t X I */
	unsigned int ppid;
	int pgrp, session;
	unsigned int tty;     /**< the terminal as the kernel packs a device; 0: none */
	int tpgid;            /**< who is in the foreground of it; -1: none */
	unsigned int flags;   /**< PF_* */
	unsigned int threads; /**< tasks in the thread group */
	uint64_t minflt, majflt;
	uint64_t utime, stime;   /**< clock ticks of all threads, those that ended included */
	uint64_t cutime, cstime; /**< of the children that it waited for */
	int priority, nice;
	uint64_t start;     /**< clock ticks since boot: with the pid, the name of a process */
	uint64_t vsize;     /**< bytes; 0 for who has no memory of its own */
	uint64_t rss_pages; /**< pages; since Linux 6.2 a sum that may lag behind a little */
	/* Linux has had these since 3.5; `has_tail` is false where the line ended before. */
	bool has_tail;
	int processor; /**< it last ran on */
	unsigned int rt_priority;
	unsigned int policy;  /**< SCHED_* */
	uint64_t blkio_ticks; /**< waited for disks; 0 without the sysctl kernel.task_delayacct */
	int exit_code; /**< as wait(2) tells it; 0 for who may not look into it (PTRACE_MODE_READ) */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int pidstat_parse(struct text text, struct pidstat *out);

/** Read and parse DIRFD/stat; `buffer` (PIDSTAT_MAX bytes) holds the comm. 0 or -errno. */
int pidstat_read(int dirfd, char *buffer, struct pidstat *out);
