/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Deleted files that the kernel swaps to. It has them open itself and tells their path alone, so they
 * are said, not listed. Today's kernels refuse both to swap to a deleted file and to remove one that is
 * swapped to (mm/swapfile.c, fs/namei.c: may_delete_dentry); older ones did the first.
 */
#pragma once
#include "ask/question.h"

/** Add a line for each to the complaints. */
void swaps_complain(const struct source *source, struct outcome *outcome);
