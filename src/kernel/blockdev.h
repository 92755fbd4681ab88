/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What sysfs knows of a block device: /sys/dev/block/MAJOR:MINOR, its partitions (a directory each, with a
 * file `partition`) and holders/, the devices that were made of it (device mapper, md, bcache);
 * Documentation/ABI/stable/sysfs-block.
 */
#pragma once
#include <sys/types.h>

#include "base/arena.h"

/** `device` itself, then its partitions; in the arena. How many. */
size_t blockdev_partitions(dev_t device, struct arena *arena, dev_t **ret);

/** The names of the devices that hold `device`, such as "dm-0"; in the arena. How many. */
size_t blockdev_holders(dev_t device, struct arena *arena, struct text **ret);

/** The path of the node of the device called "dm-0" or "md127", by its mapped name if it has one. */
struct text blockdev_node(struct text name, struct arena *arena);

/** How many bytes `device` has: /sys/dev/block/MAJOR:MINOR/size, in sectors of 512. 0 or -errno. */
int blockdev_size(dev_t device, uint64_t *ret);
