/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One SQL statement, from its text to printed rows.
 */
#pragma once
#include "row/sink.h"
#include "sql/session.h"

struct query_options {
	enum format format;
	struct render_options render;
	uint64_t limit; /**< rows at most; 0 is no limit */
	bool explain;   /**< instead of the rows: what was asked of which table, and what it cost */
};

/**
 * Run the one statement `text` and print its rows to `out`. `*rows`: how many. 0, or -errno and a
 * message that shows where in the text it went wrong. What the scans saw is in the session.
 */
int query_run(struct sql_session *session, struct text text, const struct query_options *options,
	      FILE *out, uint64_t *rows, struct error *err);
