/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A list of processors, "0-3,7": cpuset(7), List format. /proc/PID/status, /sys/devices/system/cpu.
 */
#pragma once
#include "base/text.h"

/** How many the list has; a range "0-31:2/8" is 2 of every 8. 0, or -EINVAL. */
int cpulist_count(struct text list, uint64_t *ret);
