/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The directory that a name lies in, its symlinks resolved, as far as the kernel knows it without asking a
 * disk or a server: it takes no time, and cannot hang.
 */
#pragma once
#include <limits.h>

#include "base/text.h"

/** The last answer: what fails, or is deleted, has neighbours that do. */
struct cached {
	size_t asked_len, known_len; /**< `known_len` 0: nothing better is known */
	char asked[PATH_MAX], known[PATH_MAX];
};

/** Who knows what becomes of a symlink meanwhile? */
void cached_forget(struct cached *cached);

/**
 * An absolute `path`, as who has our root sees it: its directory resolved, its last name as it is. As it
 * was given where that is not known: the directory is not there, or not in memory, or is different for
 * each process (/proc/self). `proc` is ours. What is returned may lie in `to`, of as many bytes as the
 * path has and PATH_MAX more.
 */
struct text cached_resolve(struct cached *cached, int proc, struct text path, char *to);
