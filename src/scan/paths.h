/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Paths that somebody typed or a process once used, walked in a helper process: a mount below may
 * not answer.
 */
#pragma once
#include <limits.h>

#include "scan/source.h"

/** A path as it was typed. */
struct path_wish {
	struct text path; /**< absolute, or below the working directory */
	unsigned int pid; /**< walk it below /proc/PID/root; 0: ours */
};

struct path_found {
	int rc;        /**< 0 when something is there; else -errno of its last part */
	bool answered; /**< false: the filesystem did not answer */
	bool is_directory;
	struct inode
		inode; /**< of what is there; a symlink to a directory counts as that directory */
	bool leads;    /**< it is a symlink that leads to a file: `target` */
	struct inode target;        /**< that file */
	char target_path[PATH_MAX]; /**< and its path; empty: not known */
	char path
		[PATH_MAX]; /**< its existing parents resolved, the rest as typed; empty: no parent */
};

/** Resolve `count` wishes into `ret`. 0 or -errno. */
int paths_resolve(const struct source *source, const struct path_wish *wishes, size_t count,
		  struct path_found *ret);

/** The name a file had, and where to look for it. */
struct old_name {
	unsigned int pid; /**< look below /proc/PID/root; 0: below ours */
	struct text full; /**< the kernel's text as it is; empty: not asked */
	struct text name; /**< the same without " (deleted)" */
	const char
		*link; /**< below /proc: ask the filesystem itself about the open file; or NULL */
	const struct inode *is; /**< the file it was */
	bool by_number;         /**< only the inode number of that is known */
	uint64_t group;         /**< what is given up together, see scan/probe.h */
};

struct old_name_found {
	bool answered;
	bool is_full, is_name; /**< the very file is under that name */
	bool full_is_used;     /**< some file is under the kernel's text as it is */
	bool name_is_used;     /**< some file is under the old name */
	bool is_hidden; /**< FUSE keeps it beside its old place as .fuse_hidden…; if `link` was asked */
	bool now_known;
	struct inode now; /**< by the filesystem's own word, if `link` was asked */
};

/** What is under these names now. 0 or -errno. */
int paths_check(const struct source *source, const struct old_name *names, size_t count,
		struct old_name_found *ret);

/**
 * The kernel tells a path of another mount namespace from that namespace's root; a process there that
 * is in a chroot sees only what lies below its own. `*ret` gets the path as it sees it, in the arena.
 * False when it cannot see it.
 */
bool paths_below_root(const struct source *source, unsigned int pid, struct text path,
		      struct arena *arena, struct text *ret);

/** How full a filesystem is: statvfs(3) of a directory on it. */
struct space {
	bool known;
	uint64_t size, used; /**< bytes */
	uint64_t free;       /**< bytes anybody may use: without the reserve */
	uint64_t reserved;   /**< bytes kept for root */
};

/** Ask the directories `paths` of our own namespace. 0 or -errno. */
int paths_space(const struct source *source, const struct text *paths, size_t count,
		struct space *ret);

struct mountinfo;

/**
 * The same of each of our own mounts. One that another mount hides tells nothing, but what is known of
 * its filesystem elsewhere; those of a filesystem that does not answer are given up together. 0 or -errno.
 */
int paths_space_of(const struct source *source, const struct mountinfo *mounts, size_t count,
		   struct space *ret);

/** The host names that the processes `pids` see; empty: ours, or not to be told. 0 or -errno. */
struct host_name {
	char name[65];
};
int paths_host_names(const struct source *source, const unsigned int *pids, size_t count,
		     struct host_name *ret);
