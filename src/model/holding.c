/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/holding.h"

#define AT(field) offsetof(struct holding, field)
enum { SHOWN = COLUMN_DEFAULT, SHOWN_IF_ANY = COLUMN_DEFAULT | COLUMN_OPTIONAL };

/* clang-format off */
static const struct column columns[] = {
	[HOLDING_HANDLE]  = { "handle",  TYPE_HANDLE, SHOWN,        AT(handle),  0, "under which it lives now" },
	[HOLDING_FROM]    = { "from",    TYPE_HANDLE, SHOWN,        AT(from),    0, "which open file it was taken from" },
	[HOLDING_COMMAND] = { "command", TYPE_TEXT,   SHOWN,        AT(command), 0, "name of the process it was taken from" },
	[HOLDING_SIZE]    = { "size",    TYPE_SIZE,   SHOWN,        AT(size),    0, "length of the file" },
	[HOLDING_PATH]    = { "path",    TYPE_PATH,   SHOWN,        AT(path),    0, "name it had, as its process sees it" },
	[HOLDING_INODE]   = { "inode",   TYPE_ID,     0,            AT(inode),   0, "inode number" },
	[HOLDING_ERROR]   = { "error",   TYPE_TEXT,   SHOWN_IF_ANY, AT(error),   0, "why it is not held" },
};
/* clang-format on */
#undef AT

const struct table holding_table = { columns, sizeof(columns) / sizeof(columns[0]) };
