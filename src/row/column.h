/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a row looks like: one line a column. From these lines come the listings in every format, the
 * selection by name, sorting, the help, the completions, and the decision what must be read at all.
 */
#pragma once
#include <stddef.h>

#include "show/value.h"

enum column_flags {
	COLUMN_DEFAULT = 1 << 0,  /**< shown unless others are asked for */
	COLUMN_OPTIONAL = 1 << 1, /**< left out of a table in which it is empty everywhere */
	COLUMN_TREE = 1 << 2, /**< may carry the lines of a tree: the first that is shown does */
};

struct column {
	const char *name; /**< lower case; the JSON key and SQL column */
	enum value_type type;
	unsigned int flags; /**< enum column_flags */
	size_t offset;      /**< where in the row; what C type lies there: see column_value */
	uint64_t needs;     /**< bits of the question's own: what must be read for it */
	const char *help;   /**< one sentence, no full stop */
};

struct table {
	const struct column *columns;
	size_t count; /**< COLUMN_MAX at most */
};

enum { COLUMN_MAX = 128 };

/**
 * The first member of every row: one bit a column. Neither bit set, as in a zeroed row, means that
 * the fact does not apply or was not read.
 */
struct facts {
	uint64_t known[COLUMN_MAX / 64], denied[COLUMN_MAX / 64];
};

static inline void facts_know(struct facts *facts, unsigned int column)
{
	facts->known[column / 64] |= UINT64_C(1) << column % 64;
}

static inline void facts_deny(struct facts *facts, unsigned int column)
{
	facts->denied[column / 64] |= UINT64_C(1) << column % 64;
}

/** What lies at a TYPE_COMMAND column. */
struct command_name {
	struct text name;
	unsigned int more; /**< how many other processes */
};

/**
 * The value of column `index` in `row`. At its offset lies, by type: HANDLE, WORD, TEXT, PATH a
 * struct text; COMMAND a struct command_name; HANDLES and NAMES a struct texts; SIZE, COUNT, ID,
 * DEVICE, MODE, PERCENT, DURATION an uint64_t; TIME, SIGNED an int64_t; REAL a double; no column is
 * of type ANY. The bytes still belong to the row.
 */
struct value column_value(const struct table *table, size_t index, const void *row);

/** The index of the column called `name` (any case), or -1. */
int column_find(const struct table *table, struct text name);

/** The name nearest to `name`, for "did you mean", or NULL when none is near. */
const char *column_suggest(const struct table *table, struct text name);
