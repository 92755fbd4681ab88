/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Something that a process did with a file, as it happened.
 */
#pragma once
#include "row/column.h"

struct event {
	struct facts facts;
	int64_t time; /**< CLOCK_REALTIME */
	uint64_t pid, tid, fd;
	struct text comm;
	struct text op;
	struct text error; /**< "ENOENT"; of an exit "exit 3", "SIGKILL" */
	struct text path;
	struct text to; /**< what it is renamed to */
	struct text flags;
};

enum event_column {
	EVENT_TIME,
	EVENT_PID,
	EVENT_COMMAND,
	EVENT_DEED,
	EVENT_FD,
	EVENT_ERROR,
	EVENT_PATH,
	EVENT_TO,
	EVENT_TID,
	EVENT_FLAGS,
};

extern const struct table event_table;
