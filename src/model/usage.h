/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One process that uses what was asked about, and its columns.
 */
#pragma once
#include "row/column.h"

enum usage_needs {
	USAGE_NEED_OWNER = 1 << 0,
	USAGE_NEED_USER = 1 << 1,
	USAGE_NEED_CONTAINER = 1 << 2,
};

struct usage {
	struct facts facts;
	uint64_t pid; /**< unknown: the kernel itself */
	uint64_t uid;
	struct text user, command;
	struct texts
		uses;     /**< cwd exe 3w map lock; of the kernel: mount overlay swap loop holder */
	struct text path; /**< what the kernel uses it for */
	struct texts handles;
	struct text container;
};

enum usage_column {
	USAGE_PID,
	USAGE_USER,
	USAGE_COMMAND,
	USAGE_CONTAINER,
	USAGE_USES,
	USAGE_PATH,
	USAGE_UID,
	USAGE_HANDLES,
};

extern const struct table usage_table;
