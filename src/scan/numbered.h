/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A file that only its number is known of, opened on a mount of ours that its filesystem has. Local
 * filesystems only, and no mount is gone to over one that may not answer.
 */
#pragma once
#include "scan/mounts.h"

/**
 * Open the file `dev`, `ino` on that mount. O_PATH descriptor, proved to be the file; or -errno.
 */
int numbered_open(const struct mountinfo *mount, dev_t dev, uint64_t ino, struct inode *ret);

/** The same on whichever mount of ours it can be had, best on one where it has the name `link`. */
int numbered_find(struct mounts *mounts, dev_t dev, uint64_t ino, struct text link,
		  struct inode *ret);

/** True when the kernel's text for the open file `fd`, as seen from its mount, is `link`. */
bool numbered_has_name(int fd, struct text link);

/** A descriptor on the directory that is mounted there; -errno when another one lies over it. */
int numbered_mount(const struct mountinfo *mount);

/** True when the filesystem is one whose files can be opened by number. */
bool numbered_can(const struct mountinfo *mount);
