/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/statm: memory in pages, cheaply. proc_pid_statm(5).
 */
#pragma once
#include "base/text.h"

enum { STATM_MAX = 256 };

struct statm {
	uint64_t size, resident, shared; /**< pages; `shared`: of files and shmem */
	uint64_t text, data;             /**< pages; `data`: private writable memory and stack */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int statm_parse(struct text text, struct statm *out);
