/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Loop devices: loop(4). Which file one shows, and which part of it, is told by /sys/block/loopN/loop
 * to everybody, and by LOOP_GET_STATUS64 with the file's identity to who may open the device.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

/** What sysfs says. */
struct loopdev {
	unsigned int number;
	struct text link;   /**< the file's path as the kernel writes it, " (deleted)" included */
	uint64_t offset;    /**< of the file, bytes: what lies before is not shown */
	uint64_t sizelimit; /**< bytes; 0: up to the file's end */
	uint64_t size;      /**< bytes the device has: whole sectors */
	bool read_only;
};

/** The file behind it, as statx(2) would tell it. */
struct loopdev_file {
	dev_t dev;
	uint64_t ino;
	uint64_t offset; /**< where in it the device begins, bytes */
	bool is_device;  /**< it is a block device itself, no file */
};

/** All that are attached, by ascending number; in the arena. 0 or -errno. */
int loopdev_list(struct arena *arena, struct loopdev **ret, size_t *count);

/** Open /dev/loopNUMBER to be read; `flags` are added. The descriptor, or -errno. */
int loopdev_open(unsigned int number, int flags);

/**
 * Ask an open loop device for its file. It asks that file's filesystem, which may never answer. 0;
 * -ENXIO when it is attached to none; or -errno.
 */
int loopdev_ask(int fd, struct loopdev_file *ret);

/** How many bytes the open device has, and whether it may be written to. 0 or -errno. */
int loopdev_size(int fd, uint64_t *size, bool *read_only);
