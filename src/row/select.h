/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which columns are wanted, in which order, and what that needs.
 */
#pragma once
#include "base/error.h"
#include "row/column.h"

enum { SELECT_MAX = COLUMN_MAX };

struct selection {
	size_t columns[SELECT_MAX]; /**< indices into the table, in the order shown */
	size_t count;
	bool asked[SELECT_MAX]; /**< columns named by somebody: shown even when empty; by index */
	int sort;               /**< index of the column to sort by, or -1 */
	bool descending;
};

/** The table's default columns, unsorted. */
void select_default(const struct table *table, struct selection *ret);

/**
 * `list`: names separated by commas; with a leading `+` they are added to the default ones, `all` is
 * every column. 0, or -EINVAL and a message that suggests the nearest name.
 */
int select_columns(const struct table *table, struct text list, struct selection *ret,
		   struct error *err);

/** `name`, or `-name` to descend. 0, or -EINVAL and a message. */
int select_sort(const struct table *table, struct text name, struct selection *ret,
		struct error *err);

/** What must be read for the columns shown and sorted by. */
uint64_t select_needs(const struct table *table, const struct selection *selection);
