/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A database in memory that has no data: its tables are the questions. What was asked while one
 * statement ran is remembered, for --explain and for the warnings.
 */
#pragma once
#include <sqlite3.h>

#include "sql/catalog.h"
#include "sql/columns.h"
#include "sql/flow.h"

/** One way in which a table was looked at. */
struct sql_scan {
	const struct sql_table *table;
	char *pushed; /**< what the kernel or the source was asked for: "pid = 4076", or "" */
	struct column_set columns; /**< that were read */
	uint64_t scans, rows;
	uint64_t lookups; /**< answered from rows that were kept */
	int64_t ns;
};

struct sql_session {
	sqlite3 *db;
	const struct sql_host *host;
	struct text text;       /**< the statement: sql_session_read */
	bool asks_again;        /**< SQLite may come by a row twice, and knows it by its number */
	bool quiet;             /**< it names a quiet class, and so asks for them */
	unsigned int cursors;   /**< open now: more than one is a join */
	bool declaring;         /**< SQLite reads a declaration of ours, not what somebody typed */
	sqlite3_int64 rowid;    /**< of the row that was told last, of all tables */
	struct outcome outcome; /**< of all scans together */
	struct sql_scan *scans;
	size_t scan_count;
};

/** Open the database with its tables. 0, or -errno and a message; sql_session_end frees. */
int sql_session_begin(const struct sql_host *host, struct sql_session *ret, struct error *err);
void sql_session_end(struct sql_session *session);

/** What there is to know of the statement before SQLite reads it. */
void sql_session_read(struct sql_session *session, struct text text);

/** Add what one scan saw to what all saw. */
void sql_session_saw(struct sql_session *session, const struct outcome *outcome);

/** The entry for scans of `table` with `pushed` and `columns`: a new one, or that of an earlier one. */
struct sql_scan *sql_session_scan(struct sql_session *session, const struct sql_table *table,
				  const char *pushed, const struct column_set *columns);

/** Open a database in memory, and have SQLite's own tables in it declared. 0, or -errno and a message. */
int sql_database_open(sqlite3 **ret, struct error *err);

/** Register the virtual tables with the session's database. 0 or an SQLite error. */
int sql_module_register(struct sql_session *session);

/** Let the statements of this database only read, but while `*declaring`: then SQLite reads what we wrote. */
void sql_guard(sqlite3 *db, bool *declaring);
