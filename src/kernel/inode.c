/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/inode.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID AT_REMOVEDIR /* include/uapi/linux/fcntl.h, Linux 6.5 */
#endif

static int64_t ns_of(struct statx_timestamp time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int look(int dirfd, const char *name, int flags, struct inode *out)
{
	struct statx stx;

	if (statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &stx))
		return -errno;
	*out = (struct inode){
		.dev = makedev(stx.stx_dev_major, stx.stx_dev_minor),
		.rdev = makedev(stx.stx_rdev_major, stx.stx_rdev_minor),
		.ino = stx.stx_ino,
		.nlink = stx.stx_nlink,
		.size = stx.stx_size,
		.disk = stx.stx_blocks * 512,
		.mode = stx.stx_mode,
		.uid = stx.stx_uid,
		.gid = stx.stx_gid,
		.mnt_id = stx.stx_mask & STATX_MNT_ID ? (uint32_t)stx.stx_mnt_id : 0,
		.mtime_ns = ns_of(stx.stx_mtime),
		.ctime_ns = ns_of(stx.stx_ctime),
		.btime_ns = stx.stx_mask & STATX_BTIME ? ns_of(stx.stx_btime) : 0,
	};
	return 0;
}

int inode_look(int dirfd, const char *name, struct inode *out)
{
	return look(dirfd, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH),
		    out);
}

int inode_look_at(int dirfd, const char *name, struct inode *out)
{
	return look(dirfd, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW, out);
}

int inode_of(int fd, struct inode *out)
{
	return look(fd, "", AT_EMPTY_PATH | AT_STATX_SYNC_AS_STAT, out);
}

enum protection inode_protection(int fd)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &stx))
		return PROTECTION_NONE;
	if (stx.stx_attributes & STATX_ATTR_IMMUTABLE)
		return PROTECTION_IMMUTABLE;
	if (stx.stx_attributes & STATX_ATTR_APPEND)
		return PROTECTION_APPEND_ONLY;
	return stx.stx_attributes & STATX_ATTR_VERITY ? PROTECTION_VERITY : PROTECTION_NONE;
}

/** struct ovl_fh on the wire: three bytes of padding, version, magic, length, flags. */
enum { OVL_MAGIC_AT = 4, OVL_FLAGS_AT = 6, OVL_MAGIC = 0xfb, OVL_PATH_UPPER = 4 };

enum layer inode_layer(int dirfd, const char *name)
{
	union {
		struct file_handle handle;
		unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} fid = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id;

	if (name_to_handle_at(dirfd, name, &fid.handle, &mount_id,
			      AT_HANDLE_FID | (*name ? AT_SYMLINK_FOLLOW : AT_EMPTY_PATH)))
		return LAYER_UNKNOWN;
	if (fid.handle.handle_bytes <= OVL_FLAGS_AT ||
	    fid.handle.f_handle[OVL_MAGIC_AT] != OVL_MAGIC)
		return LAYER_UNKNOWN;
	return fid.handle.f_handle[OVL_FLAGS_AT] & OVL_PATH_UPPER ? LAYER_UPPER : LAYER_LOWER;
}
