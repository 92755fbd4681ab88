/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One of the limits of a process.
 */
#pragma once
#include "row/column.h"

struct limit_row {
	struct facts facts;
	uint64_t pid;
	struct text command, name;
	uint64_t soft, hard;
	struct text unit, unlimited;
};

enum limit_column {
	LIMIT_PID,
	LIMIT_COMMAND,
	LIMIT_NAME,
	LIMIT_SOFT,
	LIMIT_HARD,
	LIMIT_UNIT,
	LIMIT_UNLIMITED,
};

extern const struct table limit_table;
