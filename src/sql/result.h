/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A value of ours as one of SQLite's: numbers and texts as they are, lists as JSON, times, devices and
 * modes as the JSON output has them, percents and seconds as REAL, gaps as NULL, numbers above 2^63 as decimal text.
 */
#pragma once
#include <sqlite3.h>

#include "show/value.h"

/** Give `value` as the result of a column. */
void result_give(sqlite3_context *context, enum value_type type, const struct value *value);
