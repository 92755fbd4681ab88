/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What mapped files were found to be, by what /proc/PID/maps says of them: most processes map the same
 * libraries, and each of these is asked about once in a look. By all workers at once; outlives those
 * that are given up.
 */
#pragma once
#include <stdbool.h>

#include "kernel/inode.h"
#include "kernel/maps.h"

struct known;

struct known *known_new(void);
void known_free(struct known *known);

/**
 * What the file of `mapping` was when another process mapped it under the same name: all but `mnt_id`,
 * which may be another one in another mount namespace. False: not known.
 */
bool known_find(struct known *known, const struct mapping *mapping, struct inode *ret);

/** Remember it, as long as there is room. */
void known_add(struct known *known, const struct mapping *mapping, const struct inode *inode);
