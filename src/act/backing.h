/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Is a file the disk of a loop device? The kernel holds it then, and no process shows it.
 */
#pragma once
#include "act/held.h"

/**
 * The loop device, "loop0", that has the file as its backing file, in the arena; empty: none. From
 * /sys/block/loopN/loop/backing_file (drivers/block/loop.c, loop_attr_backing_file_show), which tells
 * the path as the link of a descriptor of ours does.
 */
void backing_find(const struct held *held, struct arena *arena, struct text *ret);
