/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The kernel as a user: what is mounted in a directory or of a filesystem, swapped to, behind a loop
 * device, a layer of an overlay, or made into another device. No process has it open, and it keeps a
 * mount point or a device busy all the same.
 */
#pragma once
#include "ask/meant.h"

struct kernel_use {
	struct text word;   /**< "mount", "overlay", "swap", "loop", "holder" */
	struct text path;   /**< the mount point, the swap file, the device's node */
	struct text handle; /**< of a loop device; else empty */
	bool keeps; /**< it must go first; false: it goes on by itself, as a mount elsewhere does */
};

struct kernel_users {
	struct kernel_use *items; /**< in the arena */
	size_t count;
};

/** Find all, and count a match for the wishes they are about. 0, or -errno and a message. */
int kernel_users_find(const struct meant *meant, struct arena *arena, struct kernel_users *ret,
		      struct error *err);
