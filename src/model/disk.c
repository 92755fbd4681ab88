/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/disk.h"

#define AT(field) offsetof(struct disk_row, field)
enum { SHOWN = COLUMN_DEFAULT, SYS = DISK_NEED_ATTRIBUTES };

/* clang-format off */
static const struct column columns[] = {
	[DISK_NAME]       = { "name",       TYPE_TEXT,     SHOWN, AT(name),       0,   "what the kernel calls it: vda1" },
	[DISK_DEVICE]     = { "device",     TYPE_DEVICE,   SHOWN, AT(device),     0,   "its number; that of the files on it, where they have no other" },
	[DISK_DISK]       = { "disk",       TYPE_TEXT,     0,     AT(disk),       SYS, "of a partition: the disk it is a part of" },
	[DISK_MODEL]      = { "model",      TYPE_TEXT,     SHOWN, AT(model),      SYS, "what its maker calls it" },
	[DISK_SIZE]       = { "size",       TYPE_SIZE,     SHOWN, AT(size),       SYS, "bytes it has" },
	[DISK_ROTATIONAL] = { "rotational", TYPE_COUNT,    SHOWN, AT(rotational), SYS, "1: it turns" },
	[DISK_REMOVABLE]  = { "removable",  TYPE_COUNT,    0,     AT(removable),  SYS, "1: it can be taken out" },
	[DISK_READ_ONLY]  = { "read_only",  TYPE_COUNT,    0,     AT(read_only),  SYS, "1: it cannot be written" },
	[DISK_READS]      = { "reads",      TYPE_COUNT,    SHOWN, AT(reads),      0,   "requests to read that were done" },
	[DISK_READ]       = { "read",       TYPE_SIZE,     SHOWN, AT(read),       0,   "bytes read" },
	[DISK_READ_TIME]  = { "read_time",  TYPE_DURATION, 0,     AT(read_time),  0,   "how long these took, all together" },
	[DISK_WRITES]     = { "writes",     TYPE_COUNT,    SHOWN, AT(writes),     0,   "requests to write that were done" },
	[DISK_WRITTEN]    = { "written",    TYPE_SIZE,     SHOWN, AT(written),    0,   "bytes written" },
	[DISK_WRITE_TIME] = { "write_time", TYPE_DURATION, 0,     AT(write_time), 0,   "how long these took, all together" },
	[DISK_BUSY]       = { "busy",       TYPE_DURATION, SHOWN, AT(busy),       0,   "how long some request was under way" },
	[DISK_IN_FLIGHT]  = { "in_flight",  TYPE_COUNT,    SHOWN, AT(in_flight),  0,   "requests under way now" },
};
/* clang-format on */
#undef AT

const struct table disk_table = { columns, sizeof(columns) / sizeof(columns[0]) };
