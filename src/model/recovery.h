/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One file that was to be recovered: how it went, and the columns of that.
 */
#pragma once
#include "row/column.h"

enum method { METHOD_NONE, METHOD_RELINK, METHOD_CLONE, METHOD_COPY };

/** How sure it is, best first; procowl-recover(1) says what each promises. */
enum grade {
	GRADE_NONE,
	GRADE_SAME,
	GRADE_SNAPSHOT,
	GRADE_NO_WRITER,
	GRADE_FROZEN,
	GRADE_PREFIX,
	GRADE_UNCHANGED,
	GRADE_CHANGED,
};

/** The word for it, as it is shown; empty for none. */
struct text method_word(enum method method);
struct text grade_word(enum grade grade);

struct recovery {
	struct facts facts;
	struct text handle;
	struct text path; /**< where it is now, or was to be */
	uint64_t size;
	struct text method, grade;
	struct text error;
};

enum recovery_column {
	RECOVERY_HANDLE,
	RECOVERY_SIZE,
	RECOVERY_METHOD,
	RECOVERY_GRADE,
	RECOVERY_PATH,
	RECOVERY_ERROR,
};

extern const struct table recovery_table;
