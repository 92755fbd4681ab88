/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One reading of a virtual table: what was pushed down begins a scan, or is found among rows that were
 * kept of one. The functions are SQLite's methods of a module (sqlite.org/vtab.html).
 */
#pragma once
#include "sql/session.h"

/** One table while a statement is read and run. */
struct sql_vtab {
	sqlite3_vtab base;
	struct sql_session *session;
	const struct sql_table *table;
	struct column_set used;     /**< that the statement uses anywhere */
	struct kept *kept;          /**< all rows, once somebody needed them twice */
	unsigned int whole, single; /**< scans so far */
	unsigned int cursors;       /**< open now: more than one joins it with itself */
	bool narrowed;              /**< rows were kept of a scan for some */
	int pid;                    /**< the column of that name, or -1 */
	struct column_set key; /**< what tells rows apart, while SQLite may ask for one twice */
};

static inline const struct table *sql_vtab_columns(const struct sql_vtab *vtab)
{
	return vtab->table->question->table;
}

/** Say to SQLite why a method fails. SQLITE_ERROR. */
int sql_vtab_fail(struct sql_vtab *vtab, const struct error *err);

int sql_cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret);
int sql_cursor_close(sqlite3_vtab_cursor *base);
int sql_cursor_filter(sqlite3_vtab_cursor *base, int plan, const char *words, int argc,
		      sqlite3_value **argv);
int sql_cursor_next(sqlite3_vtab_cursor *base);
int sql_cursor_eof(sqlite3_vtab_cursor *base);
int sql_cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index);
int sql_cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret);
