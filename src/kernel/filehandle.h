/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A file by its number, though no name and no descriptor leads to it: open_by_handle_at(2), which
 * needs CAP_DAC_READ_SEARCH. The handles are made here from what the filesystem itself says:
 * fs/libfs.c (ext2, ext3, ext4), fs/xfs/xfs_export.c, fs/btrfs/export.c. A tmpfs gives its inodes a
 * random generation that it tells nobody, so there it cannot be done.
 */
#pragma once
#include "base/arena.h"
#include "kernel/inode.h"

/** What the filesystem knows a file by. */
struct file_number {
	uint64_t ino;
	uint64_t tree;       /**< btrfs: the subvolume */
	uint32_t generation; /**< 0 on ext4: any */
};

/**
 * Open it; `mount` is a descriptor (no O_PATH one) on its filesystem. Reads nothing from the file and
 * waits for nobody with O_PATH in `flags`. The descriptor, or -errno: -ESTALE when it is no more,
 * -EOPNOTSUPP on other filesystems.
 */
int filehandle_open(int mount, const struct file_number *number, int flags);

/**
 * Open the file that statx(2) knows as `dev` and `ino`: its number is looked up first (CAP_SYS_ADMIN
 * on xfs and btrfs). That it is the one is proved by asking it. O_PATH descriptor, or -errno.
 */
int filehandle_find(int mount, dev_t dev, uint64_t ino, struct inode *ret);

enum { FILEHANDLE_INODES_MAX = 1 << 20 };

/**
 * All files of the filesystem that have no name left, held by somebody or about to go: the inodes of
 * an xfs with no links (XFS_IOC_BULKSTAT, Linux 5.4), the orphan items of a btrfs. 0; -EOPNOTSUPP on
 * other filesystems; -EFBIG when there are too many inodes to look at each; or -errno.
 */
int filehandle_nameless(int mount, struct arena *arena, struct file_number **ret, size_t *count);
