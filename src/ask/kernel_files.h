/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Files and devices that the kernel has open itself: swap, and what is behind loop devices.
 */
#pragma once
#include "scan/mounts.h"

struct kernel_file {
	const char *word;      /**< "swap", "loop" */
	struct text path;      /**< the swap file, or the loop device's node */
	struct open_file file; /**< what is used; its handle is one of a loop device only */
};

/** All of them, in the arena. What may not answer is known by its name alone. 0 or -errno. */
int kernel_files_list(const struct source *source, struct mounts *mounts, struct arena *arena,
		      struct kernel_file **ret, size_t *count);
