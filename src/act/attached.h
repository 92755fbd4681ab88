/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Whether a loop device has a file, and whether anybody may write to the file through it: then a part
 * of what was written may still be in the memory of the filesystem on the device.
 */
#pragma once
#include "act/held.h"

struct attached {
	bool any;
	unsigned int number; /**< of the loop device; of one that may write, if any may */
	bool writes;         /**< it is mounted, or claimed, or open for writing; not read-only */
};

/** Look for the loop devices that have `file`. Whoever may not know is told the worse. */
void attached_look(const struct source *source, const struct deleted_file *file,
		   struct arena *arena, struct attached *ret);

/**
 * Only whether one has them: all of `ret[i]` but `writes`. The devices are asked once. 0; or -errno, and
 * then nobody can say.
 */
int attached_find(const struct source *source, const struct deleted_file *const *files,
		  size_t count, struct arena *arena, struct attached *ret);
