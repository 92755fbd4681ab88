/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How much of the time somebody had to wait for a resource.
 */
#pragma once
#include "row/column.h"

struct pressure_row {
	struct facts facts;
	struct text resource, kind;
	uint64_t avg10, avg60, avg300, total;
};

enum pressure_column {
	PRESSURE_RESOURCE,
	PRESSURE_KIND,
	PRESSURE_AVG10,
	PRESSURE_AVG60,
	PRESSURE_AVG300,
	PRESSURE_TOTAL,
};

extern const struct table pressure_table;
