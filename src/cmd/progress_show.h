/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What `procowl progress` shows on a terminal: a sentence, and a bar for each transfer.
 */
#pragma once
#include "ask/progress.h"
#include "show/bars.h"

/** Draw what the last look told. `fresh`: nobody can stand still yet. */
void progress_show(const struct progress *progress, struct bars *bars);

/** What `told` is called, encoded: "cp (4076)". Lies in `arena`. */
struct text progress_show_label(const struct told *told, struct arena *arena);
