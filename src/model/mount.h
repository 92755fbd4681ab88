/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A mount, and how full its filesystem is.
 */
#pragma once
#include "row/column.h"

struct mount_row {
	struct facts facts;
	struct text mountpoint, type, source;
	uint64_t device, size, used, available;
	struct text options, filesystem_options;
	uint64_t id, parent;
	struct text root;
};

enum mount_column {
	MOUNT_MOUNTPOINT,
	MOUNT_TYPE,
	MOUNT_SOURCE,
	MOUNT_DEVICE,
	MOUNT_SIZE,
	MOUNT_USED,
	MOUNT_AVAILABLE,
	MOUNT_OPTIONS,
	MOUNT_FILESYSTEM_OPTIONS,
	MOUNT_ID,
	MOUNT_PARENT,
	MOUNT_ROOT,
};

enum mount_needs {
	MOUNT_NEED_SPACE = 1 << 0, /**< statvfs(3) */
};

extern const struct table mount_table;
