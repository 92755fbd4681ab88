/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A directory tree or a filesystem, as something that open files can be told to lie in without walking
 * it: a superblock, and a path inside it. A file opened through another mount, in a container or below a
 * bind mount, lies in the same tree if its superblock and its path there say so.
 */
#pragma once
#include "ask/scope.h"

struct tree {
	dev_t dev;          /**< of the superblock, as mountinfo says it */
	struct text inside; /**< path within the filesystem; "/" is all of it */
	uint32_t mnt_id;    /**< only what was opened through this mount; 0: through whichever */
	bool nested; /**< mounted in what was asked about, or an overlay on it: no part of it */
	struct tree *next;
};

/** Several of them, in an arena; zeroed: none. */
struct trees {
	struct tree *first;
};

/**
 * What `wish`, a directory that is there, means: the tree below it with all that is mounted in it; as
 * a mount point all that is mounted there, with the overlays whose upper layer lies on it. 0 or -errno.
 */
int tree_of(const struct source *source, struct mounts *mounts, const struct wish *wish,
	    struct arena *arena, struct trees *ret);

/** Add all of the filesystem on device `dev`, and the overlays on it, to `ret`. 0 or -errno. */
int tree_of_device(const struct source *source, struct mounts *mounts, dev_t dev,
		   struct arena *arena, struct trees *ret);

/** The file that `path` names on mount `info`, as a tree of its own. False: it does not lie there. */
bool tree_of_file(const struct mountinfo *info, struct text path, struct arena *arena,
		  struct trees *ret);

/** True when the part `inside` of the filesystem on `dev` lies in one of the trees. */
bool tree_has_place(const struct trees *trees, dev_t dev, struct text inside);

/** True when what is mounted there is all or part of what was asked about, nothing nested in it. */
bool tree_has_root(const struct trees *trees, const struct mountinfo *info);

/** True when what `path` names on mount `info` lies in one of the trees. */
bool tree_has_path(const struct trees *trees, const struct mountinfo *info, struct text path);

/**
 * True when `file`, open in process `pid`, lies in one of the trees. When its inode may not be known, its
 * name tells.
 */
bool tree_has(const struct trees *trees, struct mounts *mounts, unsigned int pid,
	      const struct open_file *file);
