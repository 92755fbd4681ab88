/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One place that descriptors (or working directories, executables …) lead to, how many, and whose.
 */
#pragma once
#include "row/column.h"

struct whereabouts {
	struct facts facts;
	uint64_t count;
	struct text target;
	struct text commands; /**< "bash, make, cc1 (3)": commonest first */
	struct text kind;
	struct texts pids;
};

enum whereabouts_column {
	WHEREABOUTS_COUNT,
	WHEREABOUTS_TARGET,
	WHEREABOUTS_COMMANDS,
	WHEREABOUTS_KIND,
	WHEREABOUTS_PIDS,
};

extern const struct table whereabouts_table;
