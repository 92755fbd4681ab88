/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who holds a deleted file: the processes that use it, and the holds of procowl's, which only keep it.
 */
#pragma once
#include "ask/deleted.h"

/** One of the two: `first` to `end` of the file's holders. */
struct party {
	size_t first, end;
	unsigned int count; /**< different processes */
};

/** A hold is never whom a file belongs to, while somebody else has it: put holds behind the others. */
void party_order(struct deleted_file *file);

/** The holds, or all others, of an ordered file. */
struct party party_of(const struct deleted_file *file, bool of_holds);

/** "mysqld (1423 +2)", "procowl's hold (90211)". */
void party_tell(FILE *out, const struct deleted_file *file, struct party party);
