/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/extents.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

enum { EXTENTS_MAX = 100 };

bool extents_are_shared(int fd)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) + EXTENTS_MAX * sizeof(struct fiemap_extent)];
	} all = { .map = { .fm_length = FIEMAP_MAX_OFFSET, .fm_extent_count = EXTENTS_MAX } };

	if (ioctl(fd, FS_IOC_FIEMAP, &all.map))
		return false;
	for (unsigned int i = 0; i < all.map.fm_mapped_extents && i < EXTENTS_MAX; i++) {
		if (all.map.fm_extents[i].fe_flags & FIEMAP_EXTENT_SHARED)
			return true;
	}
	return false;
}
