/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What happened to a file whose name the kernel calls deleted: decided by which file it is, what
 * still leads to it, and where it lies; never by the text.
 */
#pragma once
#include "ask/deleted.h"
#include "scan/memory.h"

/** The path without the kernel's suffix; empty when there is none. */
struct text classify_old_path(struct text link);

/** True when the old name must be looked at to decide, given what is known so far. */
bool classify_needs_name(const struct deleted_file *file, uint64_t needs);

/** Set the classes that need no look at the old name: memory, tmpfile, stale. False: not one of them. */
bool classify_early(struct deleted_file *file, struct memory_devices *memory);

/**
 * Decide about `file`, one of `files`, with what was found under the old names (NULL: was not looked at).
 * Sets `error` too.
 */
void classify(struct deleted_files *files, struct deleted_file *file, const struct source *source,
	      const struct old_name_found *found);
