/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Whether a lock or a lease is held through an open file, without asking each of many: most are in no
 * lock's list, proc_locks(5).
 */
#pragma once
#include "scan/mounts.h"

struct locked {
	const struct source *source;
	struct mounts *mounts;
	uint64_t *inos; /**< numbers of the inodes that are locked, ascending; in the arena */
	size_t count;
	bool complete; /**< no other inode is, on a local filesystem */
};

/** Read what is locked. */
void locked_begin(const struct source *source, struct mounts *mounts, struct arena *arena,
		  struct locked *ret);

/** True when one is held through `file`. Only of files and directories: others may keep us waiting. */
bool locked_is(const struct locked *locked, const struct open_file *file);
