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
	unsigned int flags;   /**< PF_* */
	unsigned int threads; /**< tasks in the thread group */
	uint64_t start;       /**< clock ticks since boot: with the pid, the name of a process */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int pidstat_parse(struct text text, struct pidstat *out);

/** Read and parse DIRFD/stat; `buffer` (PIDSTAT_MAX bytes) holds the comm. 0 or -errno. */
int pidstat_read(int dirfd, char *buffer, struct pidstat *out);
