/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/pressure.h"

#define AT(field) offsetof(struct pressure_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[PRESSURE_RESOURCE] = { "resource", TYPE_WORD,     SHOWN, AT(resource), 0, "what was waited for: cpu memory io irq" },
	[PRESSURE_KIND]     = { "kind",     TYPE_WORD,     SHOWN, AT(kind),     0, "some: somebody had to wait; full: all had to, at once" },
	[PRESSURE_AVG10]    = { "avg10",    TYPE_PERCENT,  SHOWN, AT(avg10),    0, "of the last 10 seconds" },
	[PRESSURE_AVG60]    = { "avg60",    TYPE_PERCENT,  SHOWN, AT(avg60),    0, "of the last minute" },
	[PRESSURE_AVG300]   = { "avg300",   TYPE_PERCENT,  SHOWN, AT(avg300),   0, "of the last five minutes" },
	[PRESSURE_TOTAL]    = { "total",    TYPE_DURATION, SHOWN, AT(total),    0, "since the machine was started" },
};
/* clang-format on */
#undef AT

const struct table pressure_table = { columns, sizeof(columns) / sizeof(columns[0]) };
