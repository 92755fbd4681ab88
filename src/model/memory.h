/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One number that the kernel tells of the machine's memory.
 */
#pragma once
#include "row/column.h"

struct memory_row {
	struct facts facts;
	struct text name;
	uint64_t size, count;
};

enum memory_column {
	MEMORY_NAME,
	MEMORY_SIZE,
	MEMORY_COUNT,
};

extern const struct table memory_table;
