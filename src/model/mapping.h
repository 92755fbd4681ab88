/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A part of the memory of a process.
 */
#pragma once
#include "row/column.h"

struct mapping_row {
	struct facts facts;
	uint64_t pid;
	struct text command, start, end, permissions;
	uint64_t size, offset, device, inode;
	struct text path;
};

enum mapping_column {
	MAPPING_PID,
	MAPPING_COMMAND,
	MAPPING_START,
	MAPPING_END,
	MAPPING_SIZE,
	MAPPING_PERMISSIONS,
	MAPPING_OFFSET,
	MAPPING_DEVICE,
	MAPPING_INODE,
	MAPPING_PATH,
};

extern const struct table mapping_table;
