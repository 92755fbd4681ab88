/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * --explain: of which table what was asked, and what it cost.
 */
#pragma once
#include "sql/query.h"

/** Print one row a way in which a table was looked at. `rows`: how many the statement gave. */
void explain_print(const struct sql_session *session, uint64_t rows,
		   const struct query_options *options, FILE *out);
