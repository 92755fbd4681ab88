/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/maps: proc_pid_maps(5). One line a mapping. The name has newlines as \012 but a backslash
 * as it is, so it cannot be turned back for certain; the link in map_files/ gives the exact bytes,
 * to those with CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE. The device is the superblock's, which on
 * btrfs is not what stat(2) says.
 */
#pragma once
#include <sys/types.h>

#include "base/text.h"

struct mapping {
	uint64_t start, end; /**< addresses */
	uint64_t offset;     /**< bytes into the file */
	dev_t dev;
	uint64_t ino; /**< 0: no file behind it */
	bool readable, writable, executable, shared;
	struct text name; /**< points into the text that was parsed; empty for anonymous ones */
};

/** Take the next line off the front of `text`. False at its end; a line that makes no sense is skipped. */
bool maps_next(struct text *text, struct mapping *out);
