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
#include "bpf/look.h"

enum {
	PLACE_STEPS = 512,  /**< names and mounts on the way, at most */
	PLACE_NAME = 256,   /**< NAME_MAX and its NUL */
	PLACE_MASK = 8191,  /**< so far a record may reach before another part of it begins */
	PLACE_NAMES = 8190, /**< bytes of all parts */
};

const volatile __u32 tree_count = 0;

/**
 * What is asked for, by its entry: a bit each for a directory or file; and, above these, one for the
 * directory that such a file lies in, since another may take its name.
 */
enum { TREES_BESIDE = 16 };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * DEED_TREES);
	__type(key, __u64);
	__type(value, __u32);
} trees SEC(".maps");

/** A record in the making. */
struct draft {
	__u64 path; /**< whose names are to be written: struct path */
	__u32 taken;
	__u32 index; /**< which of the drafts it is */
	__u32 end;   /**< where the parts told so far end */
	__u32 below; /**< bits: which trees the last place that was written lies in */
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
			draft->index = i;
			return draft;
		}
	}
	return 0;
}

struct way {
	struct draft *draft;
	struct dentry *dentry;
	struct mount *mount;
	struct mount *above; /**< where it is mounted */
	struct dentry *top;  /**< its root */
	__u32 at;            /**< where the next name is written */
	__u32 is;            /**< enum deed_is */
	__u32 below;         /**< bits: which of the trees it lies in */
	__u32 names;         /**< that were written */
};

static __always_inline struct mount *mount_behind(const struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

static __always_inline __u32 trees_at(const struct dentry *dentry)
{
	__u64 entry = (__u64)dentry;
	__u32 *bits = tree_count ? bpf_map_lookup_elem(&trees, &entry) : 0;

	return bits ? *bits : 0;
}

/** What is short is copied by words, with what lies behind it: to call somebody for it takes longer. */
static __always_inline void copy_name(char *to, const unsigned char *name, __u32 len)
{
	enum { WORD = sizeof(__u64), WORDS = 4 };

	if (!can_cast || len > WORDS * WORD) {
		bpf_probe_read_kernel(to, len, name);
		return;
	}
#pragma clang loop unroll(full)
	for (int i = 0; i < WORDS; i++)
		((__u64 *)to)[i] = LOOK_WORD(name + i * WORD);
}

static __always_inline void enter_mount(struct way *way, struct mount *mount)
{
	way->mount = mount;
	way->above = LOOK(mount, struct mount, mnt_parent);
	way->top = LOOK(mount, struct mount, mnt.mnt_root);
}

/** The mount that nothing is above. */
static __always_inline bool is_last(const struct way *way)
{
	return way->above == way->mount || !way->above;
}

/** One name up, or out of a mount. 1: this was the last. */
static long go_up(__u32 index, struct way *way)
{
	struct dentry *dentry = way->dentry;
	__u32 at = way->at;

	__u32 trees_here = trees_at(dentry);
	way->below |= way->names == 1 ? trees_here : trees_here & ((1 << TREES_BESIDE) - 1);
	if (dentry == way->top) {
		if (is_last(way))
			return 1;
		way->dentry = LOOK(way->mount, struct mount, mnt_mountpoint);
		enter_mount(way, way->above);
		return 0;
	}
	struct dentry *parent = LOOK(dentry, struct dentry, d_parent);
	if (parent == dentry || !parent) {
		/* In no directory at all: what no path leads to. */
		way->is |= index ? 0 : DEED_NAMELESS;
		return 1;
	}
	if (at > PLACE_NAMES) {
		way->is |= DEED_CUT;
		return 1;
	}
	__u32 len = LOOK(dentry, struct dentry, d_name.len) + 1; /* with its NUL */
	if (len > PLACE_NAME)
		len = PLACE_NAME;
	copy_name(&way->draft->bytes[at & PLACE_MASK], LOOK(dentry, struct dentry, d_name.name),
		  len);
	way->at = at + len;
	way->names++;
	way->dentry = parent;
	if (tree_count || parent != way->top || !is_last(way))
		return 0;
	return 1; /* To come again, only to see that, would take as long as all this. */
}

/**
 * Write the names from `path` of draft `index` up behind `at`; how many bytes. By numbers, and not
 * static: so the verifier looks at it once, and not wherever it is called.
 */
__attribute__((noinline)) int write_names(__u32 index, __u32 at)
{
	struct draft *draft = bpf_map_lookup_elem(&drafts, &index);
	struct way way = { .draft = draft, .at = at };

	if (!draft)
		return 0;
	const struct path *path = (const void *)draft->path;
	struct vfsmount *mnt = LOOK(path, struct path, mnt);
	way.dentry = LOOK(path, struct path, dentry);
	if (!mnt || !way.dentry) {
		draft->record.is |= DEED_UNREAD;
		return 0;
	}
	enter_mount(&way, mount_behind(mnt));
	if (bpf_loop(PLACE_STEPS, go_up, &way, 0) >= PLACE_STEPS)
		way.is |= DEED_CUT;
	draft->record.is |= way.is;
	draft->below |= way.below;
	return way.at - at;
}

/** Write the names from `path` up behind `at`; how many bytes. `*below`: the trees it lies in. */
static __always_inline __u32 write_place(struct draft *draft, const struct path *path, __u32 at,
					 __u32 *below)
{
	draft->below = 0;
	draft->path = (__u64)path;
	int len = write_names(draft->index, at);
	*below |= draft->below;
	return len;
}
