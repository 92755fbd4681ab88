/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where a recovered file goes: one directory, held open, and one name in it. Paths that a process
 * chose are never trusted: the original place is used only where it is proved.
 */
#pragma once
#include <limits.h>

#include "act/held.h"

struct place {
	int directory;       /**< open for reading, so that it can be synced; -1: none */
	struct text missing; /**< directories below it that must be made first; see place_make */
	unsigned int made;   /**< how many it has made, `directory` being the last of them */
	char name[NAME_MAX + 1];
	struct text shown; /**< the whole path, for people and for the row; in the caller's arena */
	bool original;
	bool elsewhere; /**< in another mount namespace: reached through /proc/PID/root */
};

/** Why the original place cannot be used; the message says it in words. */
enum place_rc {
	PLACE_NO_NAME = 1001,   /**< it never had a name, or one too long to be told */
	PLACE_NO_PARENT = 1002, /**< the directory is gone too */
	PLACE_UNPROVED = 1003,  /**< the path leads elsewhere than to the file's own mount */
};

/**
 * Back to where it was. The directory is opened below the root of the holder (ours, when the file's
 * mount is one of ours), no symlink is crossed, and its mount must be the file's own. 0, a negative
 * place_rc, or -errno. place_end closes.
 */
int place_original(const struct source *source, const struct held *held, struct arena *arena,
		   struct place *ret);

/** The file that `path` names. 0 or -errno; -EISDIR when it is a directory. */
int place_file(const char *path, struct arena *arena, struct place *ret);

/**
 * Below `directory`, under `relative`; none of its directories may be a symlink. Those that are not
 * there yet are made by place_make. 0 or -errno.
 */
int place_below(const char *directory, struct text relative, struct arena *arena,
		struct place *ret);

/** Make the directories that are missing: now `directory` is the last of them. 0 or -errno. */
int place_make(struct place *place, struct arena *arena);

/** Remove the directories that place_make has made, as far as nothing is in them. */
void place_unmake(struct place *place, struct arena *arena);

/** What is at the place now: 0 and its inode, or -ENOENT, or another -errno. */
int place_look(const struct place *place, struct inode *ret);

void place_end(struct place *place);

/** A name for a file that has none to go by: of its memfd, or "recovered-PID-FD". In the arena. */
struct text place_name(const struct deleted_file *file, struct arena *arena);
