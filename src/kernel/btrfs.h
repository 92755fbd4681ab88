/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The trees of a mounted btrfs: BTRFS_IOC_TREE_SEARCH of linux/btrfs.h, for CAP_SYS_ADMIN. It sees
 * what is not on disk yet. The items are those of linux/btrfs_tree.h.
 */
#pragma once
#include <linux/btrfs.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/** A walk over the items of one type in one tree. */
struct btrfs_search {
	int fd; /**< anything on the filesystem; stays the caller's */
	uint32_t type;
	struct btrfs_ioctl_search_args args;
	size_t at;     /**< in the buffer: the next item's header */
	uint32_t left; /**< items in the buffer that were not looked at yet */
};

struct btrfs_item {
	uint64_t objectid, offset;
	struct text bytes; /**< in the search's buffer, until the next call */
};

/** Begin with the items of `type` whose objectid is `first` to `last`. */
void btrfs_search_begin(struct btrfs_search *search, int fd, uint64_t tree, uint32_t type,
			uint64_t first, uint64_t last);

/** The next one. 1, 0 at the end, or -errno. */
int btrfs_search_next(struct btrfs_search *search, struct btrfs_item *out);
