/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A block device: a disk or a partition of one, and what it did since the machine was started.
 */
#pragma once
#include "row/column.h"

struct disk_row {
	struct facts facts;
	struct text name;
	uint64_t device;
	struct text disk, model;
	uint64_t size, rotational, removable, read_only;
	uint64_t reads, read, read_time, writes, written, write_time, busy, in_flight;
};

enum disk_column {
	DISK_NAME,
	DISK_DEVICE,
	DISK_DISK,
	DISK_MODEL,
	DISK_SIZE,
	DISK_ROTATIONAL,
	DISK_REMOVABLE,
	DISK_READ_ONLY,
	DISK_READS,
	DISK_READ,
	DISK_READ_TIME,
	DISK_WRITES,
	DISK_WRITTEN,
	DISK_WRITE_TIME,
	DISK_BUSY,
	DISK_IN_FLIGHT,
};

enum disk_needs {
	DISK_NEED_ATTRIBUTES = 1 << 0, /**< /sys/class/block */
};

extern const struct table disk_table;
