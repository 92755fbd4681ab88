/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/load.h"

#define AT(field) offsetof(struct load_row, field)
enum { SHOWN = COLUMN_DEFAULT, AVERAGE = LOAD_NEED_AVERAGE, STAT = LOAD_NEED_STAT };

/* clang-format off */
static const struct column columns[] = {
	[LOAD_ONE]      = { "one",      TYPE_REAL,     SHOWN, AT(one),      AVERAGE, "threads that ran, could have or waited for a disk: average of one minute" },
	[LOAD_FIVE]     = { "five",     TYPE_REAL,     SHOWN, AT(five),     AVERAGE, "the same of five minutes" },
	[LOAD_FIFTEEN]  = { "fifteen",  TYPE_REAL,     SHOWN, AT(fifteen),  AVERAGE, "the same of fifteen minutes" },
	[LOAD_RUNNING]  = { "running",  TYPE_COUNT,    SHOWN, AT(running),  AVERAGE, "threads that run or could, now" },
	[LOAD_BLOCKED]  = { "blocked",  TYPE_COUNT,    SHOWN, AT(blocked),  STAT,    "threads that wait for a disk, now" },
	[LOAD_THREADS]  = { "threads",  TYPE_COUNT,    SHOWN, AT(threads),  AVERAGE, "threads there are; the kernel counts no processes" },
	[LOAD_FORKS]    = { "forks",    TYPE_COUNT,    0,     AT(forks),    STAT,    "processes and threads made since the machine was started" },
	[LOAD_SWITCHES] = { "switches", TYPE_COUNT,    0,     AT(switches), STAT,    "switches from one thread to another since then" },
	[LOAD_UPTIME]   = { "uptime",   TYPE_DURATION, SHOWN, AT(uptime),   0,       "how long the machine runs" },
	[LOAD_STARTED]  = { "started",  TYPE_TIME,     0,     AT(started),  0,       "when it was started" },
};
/* clang-format on */
#undef AT

const struct table load_table = { columns, sizeof(columns) / sizeof(columns[0]) };
