/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/lock.h"

#define AT(field) offsetof(struct lock_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[LOCK_ID]      = { "id",      TYPE_ID,      0,     AT(id),      0, "the lock; those who wait for it have the same" },
	[LOCK_PID]     = { "pid",     TYPE_ID,      SHOWN, AT(pid),     0, "process that has it or waits; several are several rows" },
	[LOCK_COMMAND] = { "command", TYPE_TEXT,    SHOWN, AT(command), 0, "its name" },
	[LOCK_HANDLES] = { "handles", TYPE_HANDLES, 0,     AT(handles), 0, "the descriptors it is held through" },
	[LOCK_KIND]    = { "kind",    TYPE_WORD,    SHOWN, AT(kind),    0, "flock posix ofd lease deleg" },
	[LOCK_ACCESS]  = { "access",  TYPE_WORD,    SHOWN, AT(access),  0, "what it is for: read, write; of a lease that is to be given up none" },
	[LOCK_STATE]   = { "state",   TYPE_WORD,    SHOWN, AT(state),   0, "held, waiting; of leases breaking, breaker" },
	[LOCK_BLOCKER] = { "blocker", TYPE_ID,      SHOWN, AT(blocker), 0, "waiting: process that made the lock it waits for; ofd locks are nobody's" },
	[LOCK_START]   = { "start",   TYPE_SIZE,    SHOWN, AT(start),   0, "first byte of it" },
	[LOCK_END]     = { "end",     TYPE_SIZE,    SHOWN, AT(end),     0, "last byte; NULL is the end of the file, wherever that comes to be" },
	[LOCK_DEVICE]  = { "device",  TYPE_DEVICE,  0,     AT(device),  0, "number of the filesystem; on btrfs not that of its files" },
	[LOCK_INODE]   = { "inode",   TYPE_ID,      0,     AT(inode),   0, "number of the file there" },
	[LOCK_PATH]    = { "path",    TYPE_PATH,    SHOWN, AT(path),    0, "the file, as somebody has it open" },
};
/* clang-format on */
#undef AT

const struct table lock_table = { columns, sizeof(columns) / sizeof(columns[0]) };
