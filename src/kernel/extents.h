/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where the blocks of a file lie: ioctl FS_IOC_FIEMAP, Documentation/filesystems/fiemap.rst.
 */
#pragma once
#include <stdbool.h>

/**
 * True when one of the first extents of the file behind `fd`, up to a hundred, is shared with another
 * file: a clone, a snapshot. Not all are looked at, since that takes long on a fragmented file. False
 * also where the filesystem does not say.
 */
bool extents_are_shared(int fd);
