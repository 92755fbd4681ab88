/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a system call was given by address, as long as its thread waits in it: a path, a time, which
 * descriptors are polled, the word of a futex. It lies in the memory of its process, which may be
 * backed by a filesystem that never answers: to be read in a helper process, scan/probe.h.
 */
#pragma once
#include <limits.h>

#include "kernel/syscall.h"

enum { RECALL_POLLED = 64, RECALL_WORDS = 5 };

struct recall_polled {
	int fd;
	short events; /**< POLL*: poll(2) */
};

struct recall {
	int rc; /**< 0; -EAGAIN: it went on meanwhile; or why its memory could not be read */
	bool has_timespec;
	int64_t timespec_ns;                        /**< what the call's timespec says */
	char path[PATH_MAX];                        /**< empty: none, or not to be read */
	struct recall_polled polled[RECALL_POLLED]; /**< the first of them */
	size_t polled_count;
	uint64_t polled_more;         /**< beyond these, unless some are no descriptors */
	uint32_t words[RECALL_WORDS]; /**< of a futex, and what lies behind it */
	size_t word_count;
};

/** Of thread `tid` of process `pid` below the procfs `proc`, which waits in native call `call`. */
void recall_read(int proc, unsigned int pid, unsigned int tid, const struct syscall *call,
		 struct recall *out);
