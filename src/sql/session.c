/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static int refuse(struct sql_session *session, struct error *err)
{
	error_set(err, -EIO, "cannot set up SQLite: %s", sqlite3_errmsg(session->db));
	sql_session_end(session);
	return -EIO;
}

void sql_strict_quotes(sqlite3 *db)
{
#ifdef SQLITE_DBCONFIG_DQS_DML
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
#else
	(void)db;
#endif
}

int sql_session_begin(const struct sql_host *host, struct sql_session *ret, struct error *err)
{
	*ret = (struct sql_session){ .host = host };
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
	if (sqlite3_open_v2(":memory:", &ret->db, flags, NULL))
		return refuse(ret, err);
	sqlite3_db_config(ret->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(ret->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sql_strict_quotes(ret->db);
	/* SQLite's own tables are declared when they are first used, which the guard would not let. */
	static const char prepare[] = "PRAGMA temp_store=MEMORY;"
				      "SELECT 1 FROM json_each('[]'), json_tree('[]')";
	if (sqlite3_exec(ret->db, prepare, NULL, NULL, NULL) || sql_module_register(ret))
		return refuse(ret, err);
	sql_guard(ret);
	return 0;
}

void sql_session_end(struct sql_session *session)
{
	sqlite3_close_v2(session->db);
	for (size_t i = 0; i < session->scan_count; i++)
		free(session->scans[i].pushed);
	free(session->scans);
	session->db = NULL;
	session->scans = NULL;
}

/** Processes of scans for single ones would be counted twice: the widest look stands for all. */
void sql_session_saw(struct sql_session *session, const struct outcome *outcome)
{
	struct outcome *all = &session->outcome;
	unsigned int before = all->tally.looked + all->tally.denied;

	if (outcome->tally.looked + outcome->tally.denied > before)
		all->tally = outcome->tally;
	all->rows += outcome->rows;
	all->unsure |= outcome->unsure;
	all->denied_target |= outcome->denied_target;
	if (outcome->namespaces_unread > all->namespaces_unread)
		all->namespaces_unread = outcome->namespaces_unread;
	if (*outcome->complaints.message && !*all->complaints.message)
		all->complaints = outcome->complaints;
}

struct sql_scan *sql_session_scan(struct sql_session *session, const struct sql_table *table,
				  const char *pushed, const struct column_set *columns)
{
	for (size_t i = 0; i < session->scan_count; i++) {
		struct sql_scan *scan = &session->scans[i];

		if (scan->table == table &&
		    memcmp(&scan->columns, columns, sizeof(*columns)) == 0 &&
		    strcmp(scan->pushed, pushed) == 0)
			return scan;
	}
	memory_grow(&session->scans, session->scan_count, sizeof(*session->scans));
	char *copy = strdup(pushed);
	if (!copy)
		memory_out();
	session->scans[session->scan_count] =
		(struct sql_scan){ .table = table, .pushed = copy, .columns = *columns };
	return &session->scans[session->scan_count++];
}
