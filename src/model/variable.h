/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One variable of the environment of a process.
 */
#pragma once
#include "row/column.h"

struct variable_row {
	struct facts facts;
	uint64_t pid;
	struct text command, name, value, secret;
};

enum variable_column {
	VARIABLE_PID,
	VARIABLE_COMMAND,
	VARIABLE_NAME,
	VARIABLE_VALUE,
	VARIABLE_SECRET,
};

extern const struct table variable_table;
