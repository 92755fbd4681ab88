/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Loop devices as holders: the kernel keeps their file open, and no process table shows it. They are
 * looked at once a look, beside the processes.
 */
#pragma once
#include "kernel/loopdev.h"
#include "scan/mounts.h"

/** The name such a holder goes by, where a process has its comm. */
#define LOOPS_COMM "kernel"

/** An attached loop device and the file behind it. */
struct loop {
	struct loopdev device;
	struct loopdev_file file; /**< when `file_rc` is 0 */
	int file_rc;              /**< -EACCES and the like: who may not open it may not know */
};

/** Those whose file may be deleted, by the kernel's text, or all. In the arena. 0 or -errno. */
int loops_list(const struct source *source, bool deleted, struct arena *arena, struct loop **ret,
	       size_t *count);

/**
 * Call `found` as a look does, for one "process" 0 that holds the deleted files of all loop devices.
 * What is known of a file comes from itself where it can be opened by its number; else its `inode` has
 * dev and ino at most, and `size`, when not 0, is the part that the device shows.
 */
void loops_look(const struct source *source, struct mounts *mounts,
		void (*found)(void *context, const struct process *process), void *context);
