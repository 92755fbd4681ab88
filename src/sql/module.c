/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A question as SQLite sees it: a virtual table (sqlite.org/vtab.html). What a statement asks of a
 * process, a handle or a TARGET goes down into the question; so does which columns it uses.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/scope.h"
#include "sql/cursor.h"
#include "sql/kept.h"
#include "sql/push.h"

int sql_vtab_fail(struct sql_vtab *vtab, const struct error *err)
{
	sqlite3_free(vtab->base.zErrMsg);
	vtab->base.zErrMsg = sqlite3_mprintf("%s", err->message);
	return SQLITE_ERROR;
}

struct registration {
	struct sql_session *session;
	const struct sql_table *table;
};

/** Rows that are one must have one number, where SQLite may come by them twice. */
static void find_key(struct sql_vtab *vtab)
{
	struct text key = text_of(vtab->table->key), name;

	while (vtab->session->asks_again && text_next(&key, ' ', &name))
		column_set_add(&vtab->key, (size_t)column_find(sql_vtab_columns(vtab), name));
}

static int vtab_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
			sqlite3_vtab **ret, char **message)
{
	const struct registration *registration = aux;
	scope_free char *declaration = sql_table_declare(registration->table);

	(void)argc;
	(void)argv;
	(void)message;
	registration->session->declaring = true;
	int rc = sqlite3_declare_vtab(db, declaration);
	registration->session->declaring = false;
	if (rc)
		return rc;
	struct sql_vtab *vtab = memory_resize(NULL, 1, sizeof(*vtab));
	*vtab = (struct sql_vtab){ .session = registration->session, .table = registration->table };
	vtab->pid = column_find(sql_vtab_columns(vtab), text_of("pid"));
	find_key(vtab);
	*ret = &vtab->base;
	return SQLITE_OK;
}

static int vtab_disconnect(sqlite3_vtab *base)
{
	struct sql_vtab *vtab = (struct sql_vtab *)base;

	kept_end(vtab->kept);
	free(vtab);
	return SQLITE_OK;
}

static int vtab_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	struct sql_vtab *vtab = (struct sql_vtab *)base;
	struct column_set used =
		column_set_used(sql_vtab_columns(vtab), info->colUsed, vtab->session->text);

	column_set_join(&vtab->used, &used);
	struct push_about about = { .question = vtab->table->question,
				    .arguments = true,
				    .never = vtab->session->asks_again && !vtab->table->key };
	int rc = push_plan(&about, info);
	if (rc == SQLITE_ERROR) {
		struct error err;

		error_set(&err, 0, "%s", push_misuse);
		return sql_vtab_fail(vtab, &err);
	}
	return rc;
}

/** Without xCreate a table is there by its name alone: eponymous-only. */
static const sqlite3_module module = {
	.iVersion = 2,
	.xConnect = vtab_connect,
	.xBestIndex = vtab_best_index,
	.xDisconnect = vtab_disconnect,
	.xOpen = sql_cursor_open,
	.xClose = sql_cursor_close,
	.xFilter = sql_cursor_filter,
	.xNext = sql_cursor_next,
	.xEof = sql_cursor_eof,
	.xColumn = sql_cursor_column,
	.xRowid = sql_cursor_rowid,
};

int sql_module_register(struct sql_session *session)
{
	for (size_t i = 0; i < sql_table_count; i++) {
		struct registration *registration = memory_resize(NULL, 1, sizeof(*registration));

		*registration = (struct registration){ session, &sql_tables[i] };
		int rc = sqlite3_create_module_v2(session->db, sql_tables[i].name, &module,
						  registration, free);
		if (rc)
			return rc;
	}
	return SQLITE_OK;
}
