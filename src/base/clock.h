/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What time it is, in nanoseconds: clock_gettime(2).
 */
#pragma once
#include <stdint.h>
#include <time.h>

static const int64_t CLOCK_SECOND_NS = 1000000000;

/** `clock` now: CLOCK_REALTIME since 1970, CLOCK_MONOTONIC for how long something takes. */
static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * CLOCK_SECOND_NS + now.tv_nsec;
}
