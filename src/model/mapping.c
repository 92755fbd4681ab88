/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/mapping.h"

#define AT(field) offsetof(struct mapping_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[MAPPING_PID]         = { "pid",         TYPE_ID,     SHOWN, AT(pid),         0, "process" },
	[MAPPING_COMMAND]     = { "command",     TYPE_TEXT,   SHOWN, AT(command),     0, "its name" },
	[MAPPING_START]       = { "start",       TYPE_WORD,   SHOWN, AT(start),       0, "its first address, hexadecimal, 16 digits" },
	[MAPPING_END]         = { "end",         TYPE_WORD,   SHOWN, AT(end),         0, "the first address behind it" },
	[MAPPING_SIZE]        = { "size",        TYPE_SIZE,   SHOWN, AT(size),        0, "how much address space, in bytes; not all of it need be in memory" },
	[MAPPING_PERMISSIONS] = { "permissions", TYPE_WORD,   SHOWN, AT(permissions), 0, "rwx, and p for private or s for shared" },
	[MAPPING_OFFSET]      = { "offset",      TYPE_SIZE,   0,     AT(offset),      0, "where in the file it begins, bytes" },
	[MAPPING_DEVICE]      = { "device",      TYPE_DEVICE, 0,     AT(device),      0, "number of the filesystem; on btrfs not that of its files" },
	[MAPPING_INODE]       = { "inode",       TYPE_ID,     0,     AT(inode),       0, "number of the file there" },
	[MAPPING_PATH]        = { "path",        TYPE_PATH,   SHOWN, AT(path),        0, "as the kernel writes it: a file, maybe with (deleted) behind it, or [heap] [stack] …" },
};
/* clang-format on */
#undef AT

const struct table mapping_table = { columns, sizeof(columns) / sizeof(columns[0]) };
