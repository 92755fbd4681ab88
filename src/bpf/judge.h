/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Is an open file worth another look? Only what certainly is not is passed over: who reads the answer
 * asks /proc about all the rest, so that both sources mean the same by deleted, by a file, by an end.
 */
#pragma once
#include <stdbool.h>

#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/magic.h"
#include "bpf/wire.h"

const volatile __u32 wants = 0;
/** Not constant: another look may seek others. */
__u64 sought[WIRE_SET_WORDS] = { 0 };

enum { QUEUE_SIZE = 80 /* ipc/mqueue.c, FILENT_SIZE */, NAME_START = 16 };

/** Where a file is: what fs/d_path.c makes its text of. */
struct place {
	int filesystem;   /**< enum filesystem */
	bool is_unhashed; /**< in no directory (any more) */
	bool is_root;     /**< of its mount: it goes by the name of the mount point */
	const unsigned char *name;
	__u32 len;
};

static __always_inline bool is_sought(__u64 ino)
{
	__u32 at = wire_place(ino);

	return sought[(at / 64) & (WIRE_SET_WORDS - 1)] >> (at % 64) & 1;
}

/**
 * What the verifier looks at once, not anew for each way that leads there: it must not be static, and
 * takes addresses as numbers.
 */
#define APART __attribute__((noinline))

/** What a filesystem is like. */
enum filesystem {
	FS_TELLS_NUMBER = 1 << 0, /**< elsewhere (overlay, FUSE, …) statx may tell another one */
	FS_LOCAL = 1 << 1,        /**< nobody but this kernel can take a name away here */
	FS_NO_PLACE = 1 << 2,     /**< what is in no directory, and not deleted */
	FS_HIDES = 1 << 3,        /**< what is deleted lives on under another name */
};

APART int filesystem_of(__u64 magic)
{
	switch (magic) {
	case MAGIC_EXT4:
	case MAGIC_XFS:
	case MAGIC_BTRFS:
	case MAGIC_TMPFS:
		return FS_TELLS_NUMBER | FS_LOCAL;
	case MAGIC_PROC:
	case MAGIC_SYSFS:
		return FS_TELLS_NUMBER;
	case MAGIC_SOCK:
	case MAGIC_PIPE:
	case MAGIC_ANON_INODE:
		return FS_TELLS_NUMBER | FS_NO_PLACE;
	case MAGIC_NFS:
	case MAGIC_FUSE:
		return FS_HIDES;
	default:
		return 0;
	}
}

/** Unrolled, so that the word becomes part of the code and needs no map of its own. */
#define BEGINS(bytes, word)                                                                        \
	({                                                                                         \
		char differ = 0;                                                                   \
		_Pragma("clang loop unroll(full)") for (int i = 0; i < (int)sizeof(word) - 1; i++) \
			differ |= (bytes)[i] ^ (word)[i];                                          \
		!differ;                                                                           \
	})

static __always_inline void read_start(const struct place *place, char start[NAME_START])
{
	bpf_probe_read_kernel_str(start, NAME_START, place->name);
}

/** Under such a name a file lives on that somebody has deleted there, but its text does not say so. */
static __always_inline bool has_hidden_name(const struct place *place)
{
	char start[NAME_START] = "";

	if (!(place->filesystem & FS_HIDES))
		return false;
	read_start(place, start);
	return BEGINS(start, ".nfs") || BEGINS(start, ".fuse_hidden");
}

/** A name that a user chose may end like those that the kernel marks: what it is /proc tells. */
static __always_inline bool has_telling_end(const struct place *place)
{
	char end[8] = "";

	if (place->len < sizeof(end))
		return false;
	bpf_probe_read_kernel(end, sizeof(end), place->name + place->len - sizeof(end));
	return BEGINS(end, "deleted)");
}

/**
 * May its text end with " (deleted)"? fs/d_path.c says so of whatever is in no directory any more. Asked
 * in this order, most files are passed over with one look at their entry.
 */
static __always_inline bool may_be_deleted(const struct place *place)
{
	if (place->is_unhashed || place->is_root)
		return !(place->filesystem & FS_NO_PLACE);
	return has_telling_end(place) || has_hidden_name(place);
}

static __always_inline struct place place_of(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return (struct place){
		.filesystem = filesystem_of(dentry->d_sb->s_magic),
		.is_unhashed = !dentry->d_hash.pprev,
		.is_root = file->f_path.mnt->mnt_root == dentry,
		.name = dentry->d_name.name,
		.len = dentry->d_name.len,
	};
}
