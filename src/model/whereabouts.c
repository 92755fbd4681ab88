/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/whereabouts.h"

#define AT(field) offsetof(struct whereabouts, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[WHEREABOUTS_COUNT]    = { "count",    TYPE_COUNT,   SHOWN, AT(count),    0, "how many processes" },
	[WHEREABOUTS_TARGET]   = { "target",   TYPE_PATH,    SHOWN, AT(target),   0, "where it goes; of pipes and sockets, who is at the other end" },
	[WHEREABOUTS_COMMANDS] = { "commands", TYPE_TEXT,    SHOWN, AT(commands), 0, "names of the processes, commonest first" },
	[WHEREABOUTS_KIND]     = { "kind",     TYPE_WORD,    0,     AT(kind),     0, "what it is: regular char pipe unix …" },
	[WHEREABOUTS_PIDS]     = { "pids",     TYPE_HANDLES, 0,     AT(pids),     0, "the processes, by number" },
};
/* clang-format on */
#undef AT

const struct table whereabouts_table = { columns, sizeof(columns) / sizeof(columns[0]) };
