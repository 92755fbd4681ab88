/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * When: /proc tells moments in clock ticks since boot, as the reader's time namespace counts them
 * (time_namespaces(7)), which is CLOCK_BOOTTIME.
 */
#pragma once
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

struct boottime {
	int64_t boot_ns; /**< when this machine was started, since 1970 */
	int64_t now_ns;  /**< since boot */
	int64_t tick_ns; /**< of sysconf(3), _SC_CLK_TCK */
};

/** How it is at this moment. */
static inline struct boottime boottime_now(void)
{
	struct boottime now = { .now_ns = clock_ns(CLOCK_BOOTTIME),
				.tick_ns = CLOCK_SECOND_NS / sysconf(_SC_CLK_TCK) };

	now.boot_ns = clock_ns(CLOCK_REALTIME) - now.now_ns;
	return now;
}

/**
 * When something began that did so `ticks` after boot: nanoseconds since 1970. To the tick, which is all
 * that the kernel tells: the two clocks are not read at the same instant.
 */
static inline int64_t boottime_moment(const struct boottime *now, uint64_t ticks)
{
	return (now->boot_ns + now->tick_ns / 2) / now->tick_ns * now->tick_ns +
	       (int64_t)ticks * now->tick_ns;
}
