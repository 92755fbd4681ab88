/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/loadavg: how many threads want a processor or wait for a disk. proc_loadavg(5),
 * fs/proc/loadavg.c.
 */
#pragma once
#include "base/text.h"

enum { LOADAVG_MAX = 128 };

struct loadavg {
	uint64_t hundredths[3]; /**< averages over 1, 5 and 15 minutes */
	uint64_t running;       /**< threads that run or could, at this moment */
	uint64_t threads;       /**< all there are; of our PID namespace's whole machine */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int loadavg_parse(struct text text, struct loadavg *out);
