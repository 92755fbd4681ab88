/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The tables of SQL: each is a question, its columns the question's.
 */
#pragma once
#include "ask/question.h"

/** A hidden column that is no output: WHERE quiet = 1. */
struct sql_argument {
	const char *name;
	const char *help;
};

struct sql_table {
	const char *name;
	const struct question *question;
	const char *holds;               /**< one phrase: what a row is */
	const struct sql_argument *more; /**< what has more of it shown, or NULL */
	bool whole;                      /**< it takes no target */
	const char *
		key; /**< columns that together tell each row from all others: "pid name"; or NULL */
	const struct ps_wish *ps; /**< what question_ps is asked beside its targets, or NULL */
};

extern const struct sql_table sql_tables[];
extern const size_t sql_table_count;

/** The table called `name`, any case, or NULL. */
const struct sql_table *sql_table_find(struct text name);

/** The name nearest to `name`, for "did you mean", or NULL. */
const char *sql_table_suggest(struct text name);

/** True when the statement names this table. */
bool sql_table_is_named(const struct sql_table *table, struct text sql);

/** Print a table's columns and what they mean; of all tables only their names when `table` is NULL. */
void sql_table_describe(const struct sql_table *table, FILE *out);

/** The CREATE TABLE that SQLite is told, hidden columns last. The caller frees. */
char *sql_table_declare(const struct sql_table *table);

/** The same of a table called `name`, with `further` definitions, each begun by a comma. */
char *sql_declare(const char *name, const struct table *columns, const char *further);

/** What SQL calls the type of a column: "SIZE INTEGER"; its first word names our type. */
const char *sql_type_name(enum value_type type);
