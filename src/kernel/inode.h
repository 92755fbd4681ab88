/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which file it is and what it looks like: statx(2), asked so that it returns at once. With
 * AT_STATX_DONT_SYNC a FUSE or network filesystem answers from what the kernel remembers.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

struct inode {
	dev_t dev;
	uint64_t ino;
	uint64_t size; /**< bytes */
	uint64_t disk; /**< bytes on disk: st_blocks * 512 */
	uint32_t rdev; /**< of a device node: which device, a dev_t; the kernel's has 32 bits */
	uint32_t nlink;
	uint32_t mode; /**< type and permission bits */
	uint32_t uid, gid;
	uint32_t mnt_id; /**< 0 when the kernel does not say (before Linux 5.8) */
	int64_t mtime_ns, ctime_ns;
	int64_t btime_ns; /**< 0 where the filesystem keeps none */
};

/**
 * The file behind `name` below `dirfd`, magic links followed; with an empty name `dirfd` itself. Never
 * triggers an automount. 0 or -errno.
 */
int inode_look(int dirfd, const char *name, struct inode *out);

/** As inode_look, but what is at `name` itself: a symlink is not followed. */
int inode_look_at(int dirfd, const char *name, struct inode *out);

/** As inode_look on an open descriptor of ours, but the truth of this moment, not a cached one. */
int inode_of(int fd, struct inode *out);

/** The same file: device, number and, where known, birth. */
static inline int inode_same(const struct inode *a, const struct inode *b)
{
	return a->dev == b->dev && a->ino == b->ino &&
	       (a->btime_ns == 0 || b->btime_ns == 0 || a->btime_ns == b->btime_ns);
}

/** What keeps a file from being written to whatever its mode says: statx(2), stx_attributes. */
enum protection {
	PROTECTION_NONE, /**< none, or the filesystem does not say */
	PROTECTION_IMMUTABLE,
	PROTECTION_APPEND_ONLY,
	PROTECTION_VERITY, /**< fs-verity, Linux 5.5 */
};

/** The protection of the file behind a descriptor of ours, O_PATH too. */
enum protection inode_protection(int fd);

/** Where an overlay file lies: name_to_handle_at(2) with AT_HANDLE_FID, Linux 6.6. */
enum layer {
	LAYER_UNKNOWN, /**< the kernel does not say, or it is no overlay */
	LAYER_UPPER,
	LAYER_LOWER, /**< lower, or a lower file that was copied up */
};

/** Ask for the layer of DIRFD/NAME; the fact is in fs/overlayfs/export.c, OVL_FH_FLAG_PATH_UPPER. */
enum layer inode_layer(int dirfd, const char *name);
