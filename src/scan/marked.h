/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The names of files that are known by device, inode and handle only, as inotify and fanotify tell what
 * they watch: open_by_handle_at(2), for those with CAP_DAC_READ_SEARCH, on filesystems of this machine,
 * in a helper process.
 */
#pragma once
#include "kernel/marks.h"
#include "scan/mounts.h"
#include "scan/source.h"

struct marked {
	unsigned int pid;        /**< who watches: it is named as he sees it */
	const struct mark *mark; /**< of MARK_INODE */
};

/**
 * A name that each of `wanted` has now, into `ret`, in the arena; empty where it cannot be told. A name is
 * given only if it leads to that file. 0, or -errno when no helper could be made.
 */
int marked_find(const struct source *source, struct mounts *mounts, const struct marked *wanted,
		size_t count, struct arena *arena, struct text *ret);
