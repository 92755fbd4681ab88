/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How busy the machine is: one row.
 */
#pragma once
#include "row/column.h"

struct load_row {
	struct facts facts;
	double one, five, fifteen;
	uint64_t running, blocked, threads, forks, switches, uptime;
	int64_t started;
};

enum load_column {
	LOAD_ONE,
	LOAD_FIVE,
	LOAD_FIFTEEN,
	LOAD_RUNNING,
	LOAD_BLOCKED,
	LOAD_THREADS,
	LOAD_FORKS,
	LOAD_SWITCHES,
	LOAD_UPTIME,
	LOAD_STARTED,
};

enum load_needs {
	LOAD_NEED_AVERAGE = 1 << 0, /**< /proc/loadavg */
	LOAD_NEED_STAT = 1 << 1,    /**< /proc/stat */
};

extern const struct table load_table;
