/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The mounts that we and the processes we look at see, found by their id, which the kernel gives out
 * once for all namespaces. Which filesystem a file lies on is told by its mount, never by comparing
 * st_dev with mountinfo: on btrfs and overlay these differ.
 */
#pragma once
#include "kernel/mountinfo.h"
#include "scan/source.h"

struct mounts;

/** Our own mounts; others are read when they are needed. mounts_end frees. 0, or -errno. */
int mounts_begin(const struct source *source, struct mounts **ret);
void mounts_end(struct mounts *mounts);

/** A mount, and whether it is one of ours: then its point is a path we can walk. */
struct mounted {
	const struct mountinfo *info; /**< NULL: unknown, as for a lazily unmounted one */
	bool own;
};

/** Mount `mnt_id`, as a file of process `pid` has it. */
struct mounted mounts_find(struct mounts *mounts, unsigned int pid, uint32_t mnt_id);

/** Mount `mnt_id` among those that process `pid` sees, or NULL. */
const struct mountinfo *mounts_seen_by(struct mounts *mounts, unsigned int pid, uint32_t mnt_id);

/**
 * A process that sees mount `mnt_id`, when nobody who has a file on it does; one that sees all of its
 * namespace, in no chroot. 0: none.
 */
unsigned int mounts_witness(struct mounts *mounts, const struct source *source, uint32_t mnt_id);

/**
 * A mount of the filesystem whose superblock has device `dev` (as maps says it), as process `pid` sees
 * it: all that is known of a file that is mapped and may not be asked about. `pid` 0 is the kernel,
 * which sees what we see.
 */
struct mounted mounts_find_device(struct mounts *mounts, unsigned int pid, dev_t dev);

/**
 * The mount that `path` lies on, as process `pid` sees it (0: as we do), told by the names alone: all
 * there is when the file itself may not be asked.
 */
struct mounted mounts_find_path(struct mounts *mounts, unsigned int pid, struct text path);

/** The shortest mount point that we have of the filesystem with device `dev`, or NULL. */
const struct mountinfo *mounts_own_of(const struct mounts *mounts, dev_t dev);

/** All our own mounts, by ascending id. */
const struct mountinfo *mounts_own(const struct mounts *mounts, size_t *count);

/** The directory an overlay keeps its upper layer in, from its options; in the arena. False: none. */
bool mounts_upperdir(const struct mountinfo *info, struct arena *arena, struct text *ret);

/** Filesystems whose answer may never come: FUSE, network. Unknown ones count as such. */
bool mounts_may_hang(const struct mountinfo *info);

/** Kept by a kernel that has the whole truth about its writers: leases can be believed there. */
bool mounts_is_local(struct text type);
