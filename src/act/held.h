/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A deleted file in our hands: bound to its process, kept alive by a descriptor of ours, proved to be
 * the file that was listed, and opened to be read.
 */
#pragma once
#include "ask/deleted.h"

struct held {
	const struct deleted_file *file;
	const struct holder *holder; /**< the one it was taken from */
	int hold;                    /**< O_PATH: from here on the file cannot vanish */
	int read;                    /**< to read it; -1 until held_read */
	bool borrowed;     /**< `read` shares its owner's offset: pread(2) only, never lseek(2) */
	bool mode_changed; /**< its owner was let read for a moment: chmod(2) there and back */
	struct inode inode;
	struct {
		uint64_t offset, size;
	} part; /**< not the file itself is held, but a loop device that shows this part of it; or 0 */
};

/** -errno of held_bind beyond the usual: what is there is another file. */
enum { HELD_OTHER_FILE = 1000 };

/**
 * Take hold of `file` through the first of its holders that still has it. 0; -HELD_OTHER_FILE,
 * -ESRCH when it is gone, or -errno. held_end lets go.
 */
int held_bind(const struct source *source, const struct deleted_file *file, struct held *ret);

/**
 * The same through one holder that is no process: a loop device, a slot of an io_uring. Where the file
 * cannot be opened by its number the loop device itself is held, see `part`.
 */
int held_bind_kernel(const struct deleted_file *file, const struct holder *holder,
		     struct held *out);

/**
 * Open it to be read: anew through /proc, else by a copy of a holder's descriptor (pidfd_getfd), else
 * as its owner with a mode that lets us. 0 or -errno.
 */
int held_read(struct held *held);

/**
 * What has to be kept so that the file can still be had when all its holders have ended. Beside `hold`
 * that is an open descriptor, left in `read`, where
 * - a server, FUSE or network, drops a deleted file with its last open descriptor: O_PATH is none;
 * - its mode does not let us read, but a holder's descriptor does.
 * The copy of a holder's descriptor is tried first: it cannot hang. *unreadable: we could not open it
 * to be read from what is kept. 0, or -errno when it would be lost all the same.
 */
int held_keep(struct held *held, bool *unreadable);

/** Hand out the one descriptor that keeps it: `read` where there is one, else `hold`. */
int held_take(struct held *held);

void held_end(struct held *held);
