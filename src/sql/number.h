/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The number by which SQLite knows a row, made of what tells it from all others: the same in each scan.
 */
#pragma once
#include "sql/columns.h"

/** `place`: where the value of each column is in the row. Below 2^63. */
uint64_t number_by_key(const struct table *table, const struct column_set *key, const int *place,
		       const struct value *row);
