/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One deleted file that was to be held: under which handle it lives now, and the columns of that.
 */
#pragma once
#include "row/column.h"

/** What a process that holds files for procowl is called: prctl(2), PR_SET_NAME, 15 bytes at most. */
#define HOLDING_COMM "procowl-hold"

/** True when a process of this name is a hold of procowl's. A name proves nothing: only for words. */
static inline bool holding_is(struct text comm)
{
	return text_is(comm, HOLDING_COMM);
}

struct holding {
	struct facts facts;
	struct text handle; /**< of the hold */
	struct text from;   /**< the handle it was taken from */
	struct text command;
	uint64_t size;
	uint64_t inode;
	struct text path; /**< the name it had */
	struct text error;
};

enum holding_column {
	HOLDING_HANDLE,
	HOLDING_FROM,
	HOLDING_COMMAND,
	HOLDING_SIZE,
	HOLDING_PATH,
	HOLDING_INODE,
	HOLDING_ERROR,
};

extern const struct table holding_table;
