/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sql/push.h"
#include "sql/token.h"

/** Of one text: more than any program was given, and less than would drown the machine. */
enum { LENGTH_MAX = 64 << 20 };

/**
 * "text" in double quotes is the name of a column, and never falls back to a text: what looks like
 * size > "1G" must not be quietly false. SQLite 3.29.
 */
static void be_strict(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
#ifdef SQLITE_DBCONFIG_DQS_DML
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
#endif
}

int sql_database_open(sqlite3 **ret, struct error *err)
{
	/* SQLite's own tables are declared when they are first used, which no guard would let. */
	static const char prepare[] = "PRAGMA temp_store=MEMORY;"
				      "SELECT 1 FROM json_each('[]'), json_tree('[]')";
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;

	if (sqlite3_open_v2(":memory:", ret, flags, NULL) == SQLITE_OK) {
		be_strict(*ret);
		sqlite3_limit(*ret, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
		if (sqlite3_exec(*ret, prepare, NULL, NULL, NULL) == SQLITE_OK)
			return 0;
	}
	error_set(err, -EIO, "cannot set up SQLite: %s", sqlite3_errmsg(*ret));
	sqlite3_close_v2(*ret);
	*ret = NULL;
	return -EIO;
}

int sql_session_begin(const struct sql_host *host, struct sql_session *ret, struct error *err)
{
	*ret = (struct sql_session){ .host = host };
	int rc = sql_database_open(&ret->db, err);
	if (rc)
		return rc;
	if (sql_module_register(ret)) {
		error_set(err, -EIO, "cannot set up SQLite: %s", sqlite3_errmsg(ret->db));
		sql_session_end(ret);
		return -EIO;
	}
	sql_guard(ret->db, &ret->declaring);
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

/** An OR may be two looks, and what a RIGHT or FULL join has not matched is looked for afterwards. */
void sql_session_read(struct sql_session *session, struct text text)
{
	struct token token;

	session->text = text;
	session->quiet = push_names_quiet(text);
	session->asks_again = false;
	for (size_t at = 0; (token = token_next(text, &at)).kind != TOKEN_END;)
		session->asks_again |= token_is(&token, "OR") || token_is(&token, "RIGHT") ||
				       token_is(&token, "FULL");
}

static void raise(unsigned int *most, unsigned int value)
{
	if (value > *most)
		*most = value;
}

/** Scans see the same processes again and again: the most that one of them missed stands for all. */
void sql_session_saw(struct sql_session *session, const struct outcome *outcome)
{
	struct outcome *all = &session->outcome;
	struct tally *tally = &all->tally;

	raise(&tally->looked, outcome->tally.looked);
	raise(&tally->denied, outcome->tally.denied);
	raise(&tally->guarded, outcome->tally.guarded);
	raise(&tally->blocked, outcome->tally.blocked);
	if (outcome->tally.blocked_pid)
		tally->blocked_pid = outcome->tally.blocked_pid;
	raise(&tally->vanished, outcome->tally.vanished);
	tally->namespaced |= outcome->tally.namespaced;
	tally->hidden |= outcome->tally.hidden;
	raise(&all->namespaces_unread, outcome->namespaces_unread);
	all->rows += outcome->rows;
	all->unsure |= outcome->unsure;
	all->denied_target |= outcome->denied_target;
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
