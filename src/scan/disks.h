/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What only statx(2) says of files that the kernel has told (told.h): how much they take on disk, whose
 * they are, their times. Asked once for each file of a process, however often that has it open.
 */
#pragma once
#include "scan/told.h"

struct disks;

/** None is known yet. disks_end frees. */
struct disks *disks_begin(void);
void disks_end(struct disks *disks);

/**
 * Add to `file` what is missing. `list` is the fd directory of its process. False: its descriptor is
 * another file by now, or gone, and /proc is to be asked about all of it.
 */
bool disks_know(struct disks *disks, int list, const struct told *told, struct open_file *file);
