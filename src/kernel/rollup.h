/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/smaps_rollup: memory by who shares it, added up by walking the page tables; Linux 4.14.
 * proc_pid_smaps(5). It takes the lock of the process's memory for about 8 ms for each GiB of small
 * pages, and never answers while somebody else keeps that.
 */
#pragma once
#include "base/text.h"

enum { ROLLUP_MAX = 4096 };

/** Bytes. */
struct rollup {
	uint64_t rss, pss; /**< `pss`: each page divided by how many share it */
	uint64_t private_clean, private_dirty;
	uint64_t swap, swap_pss; /**< `swap`: of shared memory too */
	uint64_t huge;           /**< AnonHugePages */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int rollup_parse(struct text text, struct rollup *out);
