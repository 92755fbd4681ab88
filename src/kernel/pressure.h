/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/pressure/{cpu,memory,io,irq}: how much of the time somebody had to wait for it.
 * Documentation/accounting/psi.rst, Linux 4.20; `irq` 6.1. With psi=0 opening or reading is -EOPNOTSUPP.
 */
#pragma once
#include "base/text.h"

enum { PRESSURE_MAX = 512 };

struct pressure {
	bool full;            /**< all had to wait at once; else some */
	uint64_t averages[3]; /**< over 10, 60, 300 seconds: thousandths of a percent */
	uint64_t total_us;    /**< since the machine was started */
};

/** Take the next line off the front of `text`. False at its end; a line that makes no sense is skipped. */
bool pressure_next(struct text *text, struct pressure *out);
