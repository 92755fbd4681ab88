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
};

struct trees {
	struct tree *items; /**< in the arena */
	size_t count;
};

/**
 * What `wish`, a directory that is there, means: the tree below it with all that is mounted in it; as
 * a mount point its whole filesystem, with the overlays whose upper layer lies on it. 0 or -errno.
 */
int tree_of(const struct source *source, struct mounts *mounts, const struct wish *wish,
	    struct arena *arena, struct trees *ret);

/** All of the filesystem on device `dev`, and the overlays on it. 0 or -errno. */
int tree_of_device(const struct source *source, struct mounts *mounts, dev_t dev,
		   struct arena *arena, struct trees *ret);

/** True when `file`, open in process `pid`, lies in one of the trees. Its inode must be known. */
bool tree_has(const struct trees *trees, struct mounts *mounts, unsigned int pid,
	      const struct open_file *file);
