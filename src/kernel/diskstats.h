/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/diskstats: what every block device did. Documentation/admin-guide/iostats.rst; discards since
 * Linux 4.18, flushes since 5.5.
 */
#pragma once
#include <sys/types.h>

#include "base/text.h"

enum { DISKSTATS_MAX = 8 << 20, DISKSTATS_SECTOR = 512 };

struct diskstats {
	dev_t dev;
	struct text name;               /**< points into the text that was parsed */
	uint64_t reads, read_sectors;   /**< sectors of DISKSTATS_SECTOR bytes, always */
	uint64_t writes, write_sectors; /**< requests that were completed */
	uint64_t read_ms, write_ms;     /**< all requests together */
	uint64_t in_flight;             /**< requests now */
	uint64_t busy_ms;               /**< some request was under way */
	uint64_t weighted_ms;           /**< that time, times how many were */
};

/** Take the next line off the front of `text`. False at its end; a line that makes no sense is skipped. */
bool diskstats_next(struct text *text, struct diskstats *out);
