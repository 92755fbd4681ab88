/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The rows of one scan of all processes, kept for the statement's time: a join looks at them again and again,
 * and sees the same rows each time.
 */
#pragma once
#include "sql/columns.h"
#include "sql/flow.h"

struct kept {
	struct column_set columns; /**< of the question's table that are in the rows */
	size_t width;              /**< values a row */
	size_t rows;
	const struct value *values;
	size_t *order;        /**< rows by ascending number in the key column; NULL without one */
	size_t key;           /**< place of the key among the values */
	int64_t first_number; /**< of its rows, for SQLite */
	bool quiet;           /**< with the rows that are left out unless asked for */
	char *said;           /**< what narrowed the scan; NULL: nothing, these are all rows */
	struct arena arena;
	struct kept *before; /**< an older one that somebody may still read */
};

/** Take all rows that `flow` still gives. `key`: place of the number to find them by, or -1. */
struct kept *kept_fill(struct flow *flow, const struct asking *asking, int key);
/** Frees it, and those before it. */
void kept_end(struct kept *kept);

/** The values of row `index` of those kept. */
static inline const struct value *kept_row(const struct kept *kept, size_t index)
{
	return kept->values + index * kept->width;
}

/** The rows whose key is `number`: order[*first] up to, without, order[*end]. */
void kept_find(const struct kept *kept, uint64_t number, size_t *first, size_t *end);
