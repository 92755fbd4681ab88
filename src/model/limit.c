/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/limit.h"

#define AT(field) offsetof(struct limit_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[LIMIT_PID]       = { "pid",       TYPE_ID,    SHOWN, AT(pid),       0, "process" },
	[LIMIT_COMMAND]   = { "command",   TYPE_TEXT,  SHOWN, AT(command),   0, "its name" },
	[LIMIT_NAME]      = { "name",      TYPE_WORD,  SHOWN, AT(name),      0, "which, as prlimit(1) calls it: nofile core stack nproc …" },
	[LIMIT_SOFT]      = { "soft",      TYPE_COUNT, SHOWN, AT(soft),      0, "what holds now" },
	[LIMIT_HARD]      = { "hard",      TYPE_COUNT, SHOWN, AT(hard),      0, "how far the process may raise that" },
	[LIMIT_UNIT]      = { "unit",      TYPE_WORD,  SHOWN, AT(unit),      0, "of what: bytes seconds files …" },
	[LIMIT_UNLIMITED] = { "unlimited", TYPE_WORD,  SHOWN, AT(unlimited), 0, "which of the two is not limited: no, hard, both" },
};
/* clang-format on */
#undef AT

const struct table limit_table = { columns, sizeof(columns) / sizeof(columns[0]) };
