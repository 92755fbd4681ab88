/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Numbers as a person reads them.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>

enum { UNITS_MAX = 64 };

/** `bytes` by powers of 1024: "0", "512B", "4.2G", "200G". Returns `buffer`. */
const char *units_size(char buffer[UNITS_MAX], uint64_t bytes);

/** How long: "0.01 s", "8 s", "12 min", "2 h 14 min", "12 d". */
const char *units_duration(char buffer[UNITS_MAX], int64_t ns);

/** The same to three digits, for what is set to the millisecond: "0.05 ms", "250 ms", "3.2 s", "12 min". */
const char *units_interval(char buffer[UNITS_MAX], int64_t ns);

/** How long, as ps(1) writes it: "0:03", "2:14:07", "12-03:14:07"; seconds are rounded down. */
const char *units_clockwise(char buffer[UNITS_MAX], uint64_t ns);

/** How long in seconds, for programs: "3", "0.04". */
const char *units_seconds(char buffer[UNITS_MAX], uint64_t ns);

/** A moment in local time, for people: "2026-11-23 03:14:07". */
const char *units_moment(char buffer[UNITS_MAX], int64_t ns);

/** The time of day only: "03:14:07". */
const char *units_clock(char buffer[UNITS_MAX], int64_t ns);

/** A moment for programs: RFC 3339 in UTC with the nanoseconds that are there. */
const char *units_rfc3339(char buffer[UNITS_MAX], int64_t ns);

/** How full, in whole percent, rounded up as df(1) does: used of used + free. 0 when both are 0. */
unsigned int units_percent(uint64_t used, uint64_t free);

/** "s" for any number but one. */
static inline const char *units_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}
