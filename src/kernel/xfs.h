/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a mounted xfs says of its inodes, also of those that no name leads to: XFS_IOC_BULKSTAT,
 * ioctl_xfs_bulkstat(2), Linux 5.4, for CAP_SYS_ADMIN.
 */
#pragma once
#include <stdint.h>

struct xfs_stat {
	uint64_t ino;
	uint32_t generation;
	uint32_t nlink;
};

enum { XFS_WALK_INODES = 64 };

/** A walk over all inodes; begin with the descriptor alone. */
struct xfs_walk {
	int fd;        /**< anything on the filesystem; stays the caller's */
	uint64_t next; /**< inode to begin with */
	uint32_t at, count;
	struct xfs_stat found[XFS_WALK_INODES];
};

/** The next inode, by ascending number. 1, 0 at the end, or -errno. */
int xfs_walk_next(struct xfs_walk *walk, struct xfs_stat *out);

/** Inode `ino` of the filesystem of `fd`. 0; -ESTALE when there is none; or -errno. */
int xfs_stat_one(int fd, uint64_t ino, struct xfs_stat *out);
