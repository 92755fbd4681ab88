/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A new file that nobody sees until it is whole: made without a name where the filesystem can
 * (O_TMPFILE), else under a hidden one; then given its name, which must be free, in one step.
 */
#pragma once
#include "act/place.h"

struct draft {
	int fd;          /**< to write and read it; -1: none */
	int directory;   /**< where it lies, if it has a hidden name */
	char hidden[32]; /**< its name meanwhile; empty with O_TMPFILE */
};

/** Make a draft in the directory of `place`; mode 0600. 0 or -errno. */
int publish_draft(const struct place *place, struct draft *ret);

/**
 * Give the draft the name `name` in `directory`, on the same filesystem, and sync that. 0; -EEXIST when
 * the name is taken and not `overwrite`; or -errno, and then the draft is still one.
 */
int publish_name(struct draft *draft, int directory, const char *name, bool overwrite);

/** Give the file behind `fd` a further name: linkat(2). As above. */
int publish_link(int fd, const struct place *place, bool overwrite);

/** Throw away what was not published. 0, or -errno when its hidden name is still there. */
int publish_end(struct draft *draft);
