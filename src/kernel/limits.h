/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/limits: what a process may use at most, readable for everybody. proc_pid_limits(5),
 * getrlimit(2).
 */
#pragma once
#include <sys/resource.h>

#include "base/text.h"

enum { LIMITS_MAX = 4096 };

static const uint64_t LIMITS_NONE = UINT64_MAX; /**< unlimited */

struct limits {
	/** By RLIMIT_*, in the units of getrlimit(2); LIMITS_NONE: unlimited. */
	uint64_t soft[RLIM_NLIMITS], hard[RLIM_NLIMITS];
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int limits_parse(struct text text, struct limits *out);
