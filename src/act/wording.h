/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Text of other programs inside a message of ours: it passes the encoder, and lies in the arena.
 */
#pragma once
#include "base/arena.h"

/** As it may be shown to people. */
const char *wording_shown(struct arena *arena, struct text text);

/** The name of a process; "a process" where it ended before it could be asked for its name. */
const char *wording_comm(struct arena *arena, struct text comm);

/** With `suffix` behind it, as one word for a shell; NULL when it is not plain. */
const char *wording_word(struct arena *arena, struct text text, const char *suffix);
