/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/swaps: what is swapped on, one line each; proc_swaps(5), mm/swapfile.c. Blanks, tabs, newlines
 * and backslashes of a path are written in octal.
 */
#pragma once
#include "base/text.h"

struct swap {
	struct text path; /**< as it is written, to be turned back by mountinfo_unescape */
	bool is_file;     /**< no partition */
	uint64_t size;    /**< bytes */
};

/** Take the next line off the front of `text`. False at its end; other lines are skipped. */
bool swaps_next(struct text *text, struct swap *out);
