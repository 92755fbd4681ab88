/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What moves through a file, from where to where, and how far it is.
 */
#pragma once
#include "row/column.h"

struct progress_row {
	struct facts facts;
	uint64_t pid;
	struct text command; /**< "tar | gzip": with who reads what it writes */
	uint64_t percent, position, total, rate, left, in_all;
	struct text bound;
	uint64_t stalled;
	struct text waits, source, destination, evidence;
	struct text handle;
	struct texts pids;
	int64_t time;
};

enum progress_column {
	PROGRESS_PID,
	PROGRESS_COMMAND,
	PROGRESS_BOUND,
	PROGRESS_PERCENT,
	PROGRESS_POSITION,
	PROGRESS_TOTAL,
	PROGRESS_RATE,
	PROGRESS_LEFT,
	PROGRESS_IN_ALL,
	PROGRESS_STALLED,
	PROGRESS_WAITS,
	PROGRESS_SOURCE,
	PROGRESS_DESTINATION,
	PROGRESS_EVIDENCE,
	PROGRESS_HANDLE,
	PROGRESS_PIDS,
	PROGRESS_TIME,
};

extern const struct table progress_table;
