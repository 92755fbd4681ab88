/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/schedstat: how long one thread ran and waited for a processor; that of a process is its
 * first thread's alone. Documentation/scheduler/sched-stats.rst.
 */
#pragma once
#include "base/text.h"

enum { SCHEDSTAT_MAX = 128 };

struct schedstat {
	uint64_t run_ns, wait_ns;
	uint64_t slices; /**< how often it got a processor */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int schedstat_parse(struct text text, struct schedstat *out);
