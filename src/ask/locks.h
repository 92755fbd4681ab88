/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The locks and leases that are held through one descriptor, as one line.
 */
#pragma once
#include "base/arena.h"

enum { LOCKS_SHOWN = 16 };

/**
 * "flock write, posix read 0-99, ofd write 0-EOF, lease read" from the text of fdinfo, in the arena; beyond
 * LOCKS_SHOWN only how many more. Empty when there are none.
 */
struct text locks_text(struct text fdinfo, struct arena *arena);
