/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which columns of a table a statement uses.
 */
#pragma once
#include "row/column.h"

struct column_set {
	uint64_t bits[COLUMN_MAX / 64];
};

static inline bool column_set_has(const struct column_set *set, size_t column)
{
	return set->bits[column / 64] >> column % 64 & 1;
}

static inline void column_set_add(struct column_set *set, size_t column)
{
	set->bits[column / 64] |= UINT64_C(1) << column % 64;
}

/** True when all columns of `part` are in `set` too. */
bool column_set_covers(const struct column_set *set, const struct column_set *part);

/** Put all columns of `more` into `set`. */
void column_set_join(struct column_set *set, const struct column_set *more);

/**
 * What SQLite's mask says (colUsed of sqlite3_index_info): its last bit stands for that column and all
 * behind it. Of those the ones are taken that `sql`, the statement, names, or all where it has a star or a NATURAL join.
 */
struct column_set column_set_used(const struct table *table, uint64_t mask, struct text sql);
