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
const volatile __u64 sought[WIRE_SET_WORDS] = { 0 };

enum { QUEUE_SIZE = 80 /* ipc/mqueue.c, FILENT_SIZE */, NAME_START = 16 };

/** Where a file is: what fs/d_path.c makes its text of. */
struct place {
	unsigned long magic; /**< of the filesystem */
	bool is_unhashed;    /**< in no directory (any more) */
	bool is_root;        /**< of its mount: it goes by the name of the mount point */
	const unsigned char *name;
	__u32 len;
};

static __always_inline bool is_sought(__u64 ino)
{
	__u32 at = wire_place(ino);

	return sought[(at / 64) & (WIRE_SET_WORDS - 1)] >> (at % 64) & 1;
}

/** Everywhere else statx may tell another number: overlay, FUSE, network filesystems. */
static __always_inline bool tells_its_number(unsigned long magic)
{
	return magic == MAGIC_EXT4 || magic == MAGIC_XFS || magic == MAGIC_BTRFS ||
	       magic == MAGIC_TMPFS || magic == MAGIC_PROC || magic == MAGIC_SYSFS ||
	       magic == MAGIC_SOCK || magic == MAGIC_PIPE || magic == MAGIC_ANON_INODE;
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

	if (place->magic != MAGIC_NFS && place->magic != MAGIC_FUSE)
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

/** What has no place in any filesystem is in no directory, and not deleted. */
static __always_inline bool is_of_no_place(const struct place *place)
{
	return place->magic == MAGIC_SOCK || place->magic == MAGIC_PIPE ||
	       place->magic == MAGIC_ANON_INODE;
}

/**
 * May its text end with " (deleted)"? fs/d_path.c says so of whatever is in no directory any more. Asked
 * in this order, most files are passed over with one look at their entry.
 */
static __always_inline bool may_be_deleted(const struct place *place)
{
	if (place->is_unhashed || place->is_root)
		return !is_of_no_place(place);
	return has_telling_end(place) || has_hidden_name(place);
}

static __always_inline struct place place_of(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return (struct place){
		.magic = dentry->d_sb->s_magic,
		.is_unhashed = !dentry->d_hash.pprev,
		.is_root = file->f_path.mnt->mnt_root == dentry,
		.name = dentry->d_name.name,
		.len = dentry->d_name.len,
	};
}
