/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The reading of one process as it goes on: what is looked for, and the rows found so far. Shared by the
 * files that read its descriptors, its mappings, and what is inside of sockets and io_urings.
 */
#pragma once
#include <errno.h>
#include <limits.h>
#include <uthash.h>

#include "scan/holdings.h"

/** Rows by inode number: several when devices differ. */
struct row_of_ino {
	uint64_t ino;
	size_t row;
	struct row_of_ino *next;
	UT_hash_handle hh;
};

struct reading {
	const struct source *source;
	const struct look *look;
	struct job *job;
	struct holdings *out;
	unsigned int pid;
	struct teller *teller; /**< or NULL */
	struct known *known;   /**< or NULL */
	int dir;               /**< on /proc/PID */
	int fdinfos;           /**< on fdinfo/ of the table that is read, where that pays; or -1 */
	const unsigned int *fds; /**< only these descriptors, ascending; NULL: all there are */
	size_t fd_count;
	struct open_file *files;
	size_t count;
	struct row_of_ino *by_ino;
	size_t noted; /**< so many rows are in there */
	char link[PATH_MAX + 1];
};

/** What was there has gone meanwhile: no error, and no row. */
static inline bool reading_has_vanished(int rc)
{
	return rc == -ENOENT || rc == -ESRCH || rc == -EBADF;
}

static inline bool reading_is_denied(int rc)
{
	return rc == -EACCES || rc == -EPERM;
}

/** One more row, at `handle`. It may move when the next one comes. */
struct open_file *reading_keep(struct reading *reading, const struct open_file *file,
			       struct handle handle);

/** Look at DIR/NAME; true when it is what is looked for. `file->link` lasts until the next look. */
bool reading_look_at(struct reading *reading, int dir, const char *name, struct open_file *file);

/** True when `link` is that of a socket; then its inode number. */
bool reading_socket(struct text link, uint64_t *ino);

/** True when the look is about this use, too. */
bool reading_is_asked(const struct look *look, enum use use);

/**
 * May this be a deleted file? The kernel's text is where the search begins, not what decides:
 * fs/d_path.c appends " (deleted)"; NFS renames to .nfs…, FUSE to .fuse_hidden….
 */
bool reading_may_be_deleted(struct text link);

/** Of LOOK_ALL: is what has this link of a sort that is looked for? */
bool reading_is_of_sort(const struct look *look, struct text link);

/** The row of this process that is the same file already: its index + 1, or 0. */
size_t reading_find_same(struct reading *reading, const struct open_file *file);
