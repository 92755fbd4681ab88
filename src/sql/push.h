/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What of a WHERE clause goes down into the question: a process, a handle, a TARGET. All the rest SQLite tells apart itself, and what went down it checks once more.
 */
#pragma once
#include <sqlite3.h>

#include "sql/catalog.h"

enum push_kind {
	PUSH_NOTHING, /**< all rows */
	PUSH_PID,     /**< of one process */
	PUSH_TARGET,  /**< of a handle, or what somebody named */
	PUSH_NEVER,   /**< none: compared with NULL, or with what no row can have */
};

struct push {
	enum push_kind kind;
	uint64_t pid; /**< PUSH_PID */
	bool quiet;   /**< the quiet classes too */
	struct target *targets;
	size_t target_count;
	const char *said; /**< for a person: "pid = 4076"; "" for nothing */
	char *texts[2];   /**< what the targets and `said` point to */
};

/**
 * xBestIndex: which constraints are taken. `sql`: the statement.
 * SQLITE_OK, CONSTRAINT or NOMEM, as xBestIndex says it; ERROR: an argument is compared otherwise than
 * with =.
 */
int push_plan(const struct sql_table *table, struct text sql, sqlite3_index_info *info);

/**
 * xFilter: the values of what was taken, as `words` of push_plan tells. `*mask`: SQLite's mask
 * of the columns that are used. 0, or -EINVAL and a message; push_end frees.
 */
int push_take(const char *words, int argc, sqlite3_value **argv, struct push *ret, uint64_t *mask,
	      struct error *err);
void push_end(struct push *push);

/** xColumn of a hidden column: the argument that was given. */
void push_argument(const struct push *push, size_t hidden, sqlite3_context *context);
