/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A table with a column of every type, for the tests of what tables can do.
 */
#pragma once
#include "row/column.h"

enum zoo_needs { NEED_STAT = 1 << 0, NEED_LINK = 1 << 1, NEED_FDINFO = 1 << 2 };

struct animal {
	struct facts facts;
	struct text handle;
	struct command_name command;
	uint64_t size, count, id, device, mode;
	int64_t since;
	struct text word, note, path;
	struct texts handles, names;
};

enum animal_column {
	ZOO_HANDLE,
	ZOO_COMMAND,
	ZOO_SIZE,
	ZOO_WORD,
	ZOO_NOTE,
	ZOO_PATH,
	ZOO_COUNT,
	ZOO_ID,
	ZOO_DEVICE,
	ZOO_MODE,
	ZOO_SINCE,
	ZOO_HANDLES,
	ZOO_NAMES,
};

#define AT(field) offsetof(struct animal, field)

/* clang-format off */
static const struct column zoo_columns[] = {
	[ZOO_HANDLE]  = { "handle",  TYPE_HANDLE,  COLUMN_DEFAULT,                   AT(handle),  0,           "which" },
	[ZOO_COMMAND] = { "command", TYPE_COMMAND, COLUMN_DEFAULT,                   AT(command), 0,           "who" },
	[ZOO_SIZE]    = { "size",    TYPE_SIZE,    COLUMN_DEFAULT,                   AT(size),    NEED_STAT,   "how large" },
	[ZOO_WORD]    = { "class",   TYPE_WORD,    COLUMN_DEFAULT,                   AT(word),    0,           "what kind" },
	[ZOO_NOTE]    = { "note",    TYPE_TEXT,    COLUMN_DEFAULT | COLUMN_OPTIONAL, AT(note),    NEED_FDINFO, "what else" },
	[ZOO_PATH]    = { "path",    TYPE_PATH,    COLUMN_DEFAULT,                   AT(path),    NEED_LINK,   "where" },
	[ZOO_COUNT]   = { "nlink",   TYPE_COUNT,   0,                                AT(count),   NEED_STAT,   "how many" },
	[ZOO_ID]      = { "inode",   TYPE_ID,      0,                                AT(id),      NEED_STAT,   "its number" },
	[ZOO_DEVICE]  = { "device",  TYPE_DEVICE,  0,                                AT(device),  NEED_STAT,   "on what" },
	[ZOO_MODE]    = { "mode",    TYPE_MODE,    0,                                AT(mode),    NEED_STAT,   "for whom" },
	[ZOO_SINCE]   = { "since",   TYPE_TIME,    0,                                AT(since),   NEED_STAT,   "when" },
	[ZOO_HANDLES] = { "holders", TYPE_HANDLES, 0,                                AT(handles), 0,           "all of them" },
	[ZOO_NAMES]   = { "commands",TYPE_NAMES,   0,                                AT(names),   0,           "all their names" },
};
/* clang-format on */
#undef AT

static const struct table zoo = { zoo_columns, sizeof(zoo_columns) / sizeof(zoo_columns[0]) };

/** Nothing of it is a gap. */
static inline void zoo_know_all(struct animal *animal)
{
	for (unsigned int i = 0; i < zoo.count; i++)
		facts_know(&animal->facts, i);
}
