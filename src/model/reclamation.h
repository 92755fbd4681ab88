/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One file whose space was to be given back: how it went, and the columns of that.
 */
#pragma once
#include "row/column.h"

/** How a file is emptied; procowl-reclaim(1) says when which. */
enum emptying { EMPTYING_NONE, EMPTYING_TRUNCATE, EMPTYING_PUNCH };

/** The word for it, as it is shown; empty for none. */
struct text emptying_word(enum emptying emptying);

struct reclamation {
	struct facts facts;
	struct text handle;
	struct command_name command;
	struct text path;
	uint64_t size, disk; /**< before */
	uint64_t freed;      /**< bytes on disk that it takes no more */
	struct text method;
	struct text error;
};

enum reclamation_column {
	RECLAMATION_HANDLE,
	RECLAMATION_COMMAND,
	RECLAMATION_SIZE,
	RECLAMATION_DISK,
	RECLAMATION_FREED,
	RECLAMATION_METHOD,
	RECLAMATION_PATH,
	RECLAMATION_ERROR,
};

extern const struct table reclamation_table;
