/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/stat: what the processors did since the machine was started. proc_stat(5), fs/proc/stat.c.
 */
#pragma once
#include "base/text.h"

enum { SYSSTAT_MAX = 16 << 20 }; /* the line of the interrupts is long on large machines */

/** Times of one processor, in the order of its line; in clock ticks, _SC_CLK_TCK of sysconf(3). */
enum sysstat_time {
	SYSSTAT_USER, /**< guests included */
	SYSSTAT_NICE, /**< of users at lower priority, likewise */
	SYSSTAT_SYSTEM,
	SYSSTAT_IDLE,
	SYSSTAT_IOWAIT,
	SYSSTAT_IRQ,
	SYSSTAT_SOFTIRQ,
	SYSSTAT_STEAL,
	SYSSTAT_GUEST,
	SYSSTAT_GUEST_NICE,
	SYSSTAT_TIMES,
};

struct sysstat_cpu {
	bool all; /**< the sum of them */
	uint64_t number;
	uint64_t ticks[SYSSTAT_TIMES];
	unsigned int
		known; /**< how many of these the kernel told: the last came with Linux 2.6.33 */
};

/** Take the next processor off the front of `text`. False at the end. */
bool sysstat_next(struct text *text, struct sysstat_cpu *out);

/** What stands behind the processors. */
struct sysstat {
	uint64_t switches;         /**< ctxt: from one thread to another */
	uint64_t forks;            /**< processes: and threads that were made */
	uint64_t running, blocked; /**< procs_running, procs_blocked: now */
};

/** Parse the rest of the file. 0, or -EINVAL and `out` untouched. */
int sysstat_parse(struct text text, struct sysstat *out);
