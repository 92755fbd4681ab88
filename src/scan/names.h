/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Processes by name, and whether one is there.
 */
#pragma once
#include "scan/source.h"

/**
 * The processes whose comm, or the base name of whose executable or argv[0], matches the shell
 * pattern `name` (fnmatch(3)); comm alone has only 15 bytes. PIDs in the arena. 0 or -errno.
 */
int names_find(const struct source *source, struct text name, struct arena *arena,
	       unsigned int **ret, size_t *count);

/** True when process `pid` is there, zombies included. */
bool names_exists(const struct source *source, unsigned int pid);

/** True when `pid` cannot be looked into by us: another user's, or one that protects itself. */
bool names_is_denied(const struct source *source, unsigned int pid);

/** The comm of `pid` in the arena; empty when it is gone. */
struct text names_comm(const struct source *source, unsigned int pid, struct arena *arena);
