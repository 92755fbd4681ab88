/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Numbers of the kernel's: filesystems by their magic, types of files.
 */
#pragma once

/* include/uapi/linux/magic.h, and where it is not there the filesystem's own source. */
enum {
	MAGIC_ANON_INODE = 0x09041934,
	MAGIC_BTRFS = 0x9123683E,
	MAGIC_DEVPTS = 0x1cd1,
	MAGIC_EXT4 = 0xEF53,
	MAGIC_FUSE = 0x65735546,
	MAGIC_NFS = 0x6969,
	MAGIC_OVERLAY = 0x794c7630,
	MAGIC_PIDFS = 0x50494446,
	MAGIC_PIPE = 0x50495045,
	MAGIC_PROC = 0x9fa0,
	MAGIC_SOCK = 0x534F434B,
	MAGIC_SYSFS = 0x62656572,
	MAGIC_TMPFS = 0x01021994,
	MAGIC_XFS = 0x58465342,
};

/** include/uapi/linux/stat.h. */
enum {
	TYPE_MASK = 0170000,
	TYPE_FIFO = 0010000,
	TYPE_CHAR = 0020000,
	TYPE_REGULAR = 0100000,
	TYPE_SOCKET = 0140000,
};
