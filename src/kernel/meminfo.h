/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/meminfo: how the memory of the machine is used. proc_meminfo(5), fs/proc/meminfo.c.
 */
#pragma once
#include "base/text.h"

enum { MEMINFO_MAX = 65536 };

struct meminfo {
	struct text name; /**< "MemTotal", "HugePages_Free" */
	bool is_size;     /**< `number` is bytes, else a count */
	uint64_t number;
};

/** Take the next line off the front of `text`. False at its end; a line that makes no sense is skipped. */
bool meminfo_next(struct text *text, struct meminfo *out);
