/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Records, and the places of files in them: the way up through the entries of directories and mounts,
 * as fs/d_path.c (prepend_path) goes it, to the root of the mount namespace. It tells how a process
 * outside a chroot(2) sees the file.
 */
#pragma once
#include <stdbool.h>

#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/deed.h"

enum {
	PLACE_STEPS = 512,  /**< names and mounts on the way, at most */
	PLACE_NAME = 256,   /**< NAME_MAX and its NUL */
	PLACE_MASK = 8191,  /**< so far a record may reach before another part of it begins */
	PLACE_NAMES = 8190, /**< bytes of all parts */
};

const volatile __u32 tree_count = 0;

/** The directories that are asked for, by their entries: one bit each. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DEED_TREES);
	__type(key, __u64);
	__type(value, __u32);
} trees SEC(".maps");

/** A record in the making. */
struct draft {
	__u32 taken;
	__u32 end; /**< where the parts told so far end */
	union {
		struct deed_record record;
		char bytes[DEED_RECORD_MAX];
	};
};

/** Two, since one program may interrupt another on its processor. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct draft);
} drafts SEC(".maps");

/** One that nobody writes in; who has it sets `taken` back. NULL: there is none. */
static __always_inline struct draft *take_draft(void)
{
	for (__u32 i = 0; i < 2; i++) {
		__u32 at = i;
		struct draft *draft = bpf_map_lookup_elem(&drafts, &at);

		if (draft && !draft->taken) {
			draft->taken = 1;
			return draft;
		}
	}
	return 0;
}

/** Words of `struct mount`, side by side in all kernels so far. */
struct mount_words {
	struct mount *parent;
	struct dentry *point; /**< the directory of the parent that it hides */
	struct dentry *top;   /**< its own root */
};

/** Words of `struct dentry`, likewise; of its name the length lies before the bytes. */
struct dentry_words {
	struct dentry *parent;
	__u64 hash_len;
	const unsigned char *name;
};

struct way {
	struct draft *draft;
	struct dentry *dentry;
	struct mount *mount;
	struct mount_words of_mount;
	__u32 at;    /**< where the next name is written */
	__u32 is;    /**< enum deed_is */
	__u32 below; /**< bits: which of the trees it lies in */
};

static __always_inline struct mount *mount_behind(const struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

/** What is known when the program is loaded costs nothing when it runs: three words at once, or one by one. */
static __always_inline void read_mount(const struct mount *mount, struct mount_words *ret)
{
	enum { WORD = sizeof(void *) };

	if (bpf_core_field_offset(struct mount, mnt_mountpoint) ==
		    bpf_core_field_offset(struct mount, mnt_parent) + WORD &&
	    bpf_core_field_offset(struct mount, mnt.mnt_root) ==
		    bpf_core_field_offset(struct mount, mnt_parent) + 2 * WORD) {
		bpf_core_read(ret, sizeof(*ret), &mount->mnt_parent);
		return;
	}
	ret->parent = BPF_CORE_READ(mount, mnt_parent);
	ret->point = BPF_CORE_READ(mount, mnt_mountpoint);
	ret->top = BPF_CORE_READ(mount, mnt.mnt_root);
}

static __always_inline void read_dentry(const struct dentry *dentry, struct dentry_words *ret)
{
	enum { WORD = sizeof(void *) };

	if (bpf_core_field_offset(struct dentry, d_name.name) ==
	    bpf_core_field_offset(struct dentry, d_parent) + 2 * WORD) {
		bpf_core_read(ret, sizeof(*ret), &dentry->d_parent);
		return;
	}
	ret->parent = BPF_CORE_READ(dentry, d_parent);
	ret->hash_len = (__u64)BPF_CORE_READ(dentry, d_name.len) << 32;
	ret->name = BPF_CORE_READ(dentry, d_name.name);
}

static __always_inline __u32 trees_at(const struct dentry *dentry)
{
	__u64 entry = (__u64)dentry;
	__u32 *bits = tree_count ? bpf_map_lookup_elem(&trees, &entry) : 0;

	return bits ? *bits : 0;
}

/** One name up, or out of a mount. 1: this was the last. */
static long go_up(__u32 index, struct way *way)
{
	struct dentry *dentry = way->dentry;
	struct dentry_words words = { 0 };
	__u32 at = way->at;

	way->below |= trees_at(dentry);
	if (dentry == way->of_mount.top) {
		struct mount *above = way->of_mount.parent;

		if (above == way->mount || !above)
			return 1;
		way->dentry = way->of_mount.point;
		way->mount = above;
		read_mount(above, &way->of_mount);
		return 0;
	}
	read_dentry(dentry, &words);
	if (words.parent == dentry || !words.parent) {
		/* In no directory at all: what no path leads to. */
		way->is |= index ? 0 : DEED_NAMELESS;
		return 1;
	}
	if (at > PLACE_NAMES) {
		way->is |= DEED_CUT;
		return 1;
	}
	/* With its NUL; copied by its length, which takes a third of what finding its end does. */
	__u32 len = (words.hash_len >> 32) + 1;
	if (len > PLACE_NAME)
		len = PLACE_NAME;
	bpf_probe_read_kernel(&way->draft->bytes[at & PLACE_MASK], len, words.name);
	way->at = at + len;
	way->dentry = words.parent;
	return 0;
}

/** Write the names from `path` up behind `at`; how many bytes. `*below`: the trees it lies in. */
static __always_inline __u32 write_place(struct draft *draft, const struct path *path, __u32 at,
					 __u32 *below)
{
	struct way way = { .draft = draft, .at = at };
	struct path begin = { 0 };

	bpf_core_read(&begin, sizeof(begin), path);
	if (!begin.mnt || !begin.dentry)
		return 0;
	way.dentry = begin.dentry;
	way.mount = mount_behind(begin.mnt);
	read_mount(way.mount, &way.of_mount);
	if (bpf_loop(PLACE_STEPS, go_up, &way, 0) >= PLACE_STEPS)
		way.is |= DEED_CUT;
	draft->record.is |= way.is;
	*below |= way.below;
	return way.at - at;
}
