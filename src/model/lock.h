/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A lock or a lease on a file, and a process that has it or waits for it.
 */
#pragma once
#include "row/column.h"

struct lock_row {
	struct facts facts;
	uint64_t id, pid;
	struct text command;
	struct texts handles;
	struct text kind, access, state;
	uint64_t blocker, start, end, device, inode;
	struct text path;
};

enum lock_column {
	LOCK_ID,
	LOCK_PID,
	LOCK_COMMAND,
	LOCK_HANDLES,
	LOCK_KIND,
	LOCK_ACCESS,
	LOCK_STATE,
	LOCK_BLOCKER,
	LOCK_START,
	LOCK_END,
	LOCK_DEVICE,
	LOCK_INODE,
	LOCK_PATH,
};

extern const struct table lock_table;
