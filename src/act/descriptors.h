/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How many descriptors we may have: whoever takes many files in hand at once makes room first.
 */
#pragma once
#include "base/arena.h"

/**
 * Room for `count` more, beside those that are open and what it takes to look at others: setrlimit(2),
 * RLIMIT_NOFILE, as far as its hard limit, and beyond for who may raise that. 0; or -EMFILE, and *most,
 * how many one process may have, are ours now.
 */
int descriptors_allow(struct arena *arena, size_t count, uint64_t *most);
