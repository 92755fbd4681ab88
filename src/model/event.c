/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/event.h"

#define AT(field) offsetof(struct event, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[EVENT_TIME]    = { "time",  TYPE_TIME, SHOWN, AT(time),  0, "when it happened" },
	[EVENT_PID]     = { "pid",   TYPE_ID,   SHOWN, AT(pid),   0, "which process did it" },
	[EVENT_COMMAND] = { "comm",  TYPE_TEXT, SHOWN, AT(comm),  0, "the name it had then" },
	[EVENT_DEED]    = { "op",    TYPE_WORD, SHOWN, AT(op),    0, "open close delete rename exec exit, now, take" },
	[EVENT_FD]      = { "fd",    TYPE_ID,   SHOWN, AT(fd),    0, "which descriptor of the process it is" },
	[EVENT_ERROR]   = { "error", TYPE_WORD, SHOWN, AT(error), 0, "why it failed: ENOENT EACCES …; of an exit its status" },
	[EVENT_PATH]    = { "path",  TYPE_PATH, SHOWN, AT(path),  0, "the file; of what failed the name that was asked for" },
	[EVENT_TO]      = { "to",    TYPE_PATH, SHOWN | COLUMN_OPTIONAL, AT(to), 0, "what it was renamed to" },
	[EVENT_TID]     = { "tid",   TYPE_ID,   0,     AT(tid),   0, "which thread did it" },
	[EVENT_FLAGS]   = { "flags", TYPE_WORD, 0,     AT(flags), 0, "open flags: rdonly wronly rdwr, creat trunc append cloexec …" },
};
/* clang-format on */
#undef AT

const struct table event_table = { columns, sizeof(columns) / sizeof(columns[0]) };
