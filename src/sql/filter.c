/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/filter.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/scope.h"
#include "sql/blame.h"
#include "sql/catalog.h"
#include "sql/columns.h"
#include "sql/push.h"
#include "sql/result.h"
#include "sql/session.h"
#include "sql/token.h"

/** What SQLite is given around the expression. A comment at its end must not take the parenthesis in. */
static const char before[] = "SELECT 1 FROM this WHERE (";
static const char behind[] = "\n)";

struct filter {
	const struct question *question;
	const struct table *table; /* the question's */
	sqlite3 *db;
	sqlite3_stmt *statement;
	bool declaring;
	struct text text;          /* the expression */
	struct column_set columns; /* that it looks at */
	const void *row;
	unsigned int asked;  /* how often SQLite began to read the row */
	struct push push;    /* what of, while there is none */
	struct error failed; /* what went wrong with a row */
};

/** The table `this` has one row: the one that is asked about. */
struct filter_vtab {
	sqlite3_vtab base;
	struct filter *filter;
};

struct filter_cursor {
	sqlite3_vtab_cursor base;
	bool behind_row;
};

static struct filter *filter_behind(sqlite3_vtab_cursor *cursor)
{
	return ((struct filter_vtab *)cursor->pVtab)->filter;
}

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **ret,
		   char **message)
{
	struct filter *filter = aux;
	scope_free char *declaration = sql_declare("this", filter->table, "");

	(void)argc;
	(void)argv;
	(void)message;
	filter->declaring = true;
	int rc = sqlite3_declare_vtab(db, declaration);
	filter->declaring = false;
	if (rc)
		return rc;
	struct filter_vtab *vtab = memory_resize(NULL, 1, sizeof(*vtab));
	*vtab = (struct filter_vtab){ .filter = filter };
	*ret = &vtab->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	struct filter *filter = ((struct filter_vtab *)base)->filter;
	struct column_set used = column_set_used(filter->table, info->colUsed, filter->text);

	column_set_join(&filter->columns, &used);
	return push_plan(&(struct push_about){ .question = filter->question }, info);
}

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret)
{
	struct filter_cursor *cursor = memory_resize(NULL, 1, sizeof(*cursor));

	(void)base;
	*cursor = (struct filter_cursor){ 0 };
	*ret = &cursor->base;
	return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
	free(base);
	return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int plan, const char *words, int argc,
			 sqlite3_value **argv)
{
	struct filter *filter = filter_behind(base);
	struct error err;
	uint64_t mask;

	(void)plan;
	((struct filter_cursor *)base)->behind_row = !filter->row;
	if (filter->row)
		return SQLITE_OK;
	filter->asked++;
	push_end(&filter->push);
	return push_take(words, argc, argv, false, &filter->push, &mask, &err) ? SQLITE_ERROR :
										 SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
	((struct filter_cursor *)base)->behind_row = true;
	return SQLITE_OK;
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
	return ((struct filter_cursor *)base)->behind_row;
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
	const struct filter *filter = filter_behind(base);
	struct value value = column_value(filter->table, (size_t)index, filter->row);

	result_give(context, filter->table->columns[index].type, &value);
	return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	(void)base;
	*ret = 1;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 2,
	.xConnect = connect,
	.xBestIndex = best_index,
	.xDisconnect = disconnect,
	.xOpen = cursor_open,
	.xClose = cursor_close,
	.xFilter = cursor_filter,
	.xNext = cursor_next,
	.xEof = cursor_eof,
	.xColumn = cursor_column,
	.xRowid = cursor_rowid,
};

static int open_database(struct filter *filter, struct error *err)
{
	int rc = sql_database_open(&filter->db, err);

	if (rc)
		return rc;
	if (sqlite3_create_module(filter->db, "this", &module, filter))
		return error_set(err, -EIO, "cannot set up SQLite: %s", sqlite3_errmsg(filter->db));
	sql_guard(filter->db, &filter->declaring);
	return 0;
}

/** It must be whole in itself: what closes our parenthesis, or reads our table, is none. */
static int check(struct text text, struct error *err)
{
	struct token token;
	int depth = 0;
	size_t first = 0;

	if (token_next(text, &first).kind == TOKEN_END)
		return error_set(err, -EINVAL, "the filter is empty; try: --filter 'pid > 1000'");
	for (size_t at = 0; (token = token_next(text, &at)).kind != TOKEN_END;) {
		depth += text_is(token.text, "(") - text_is(token.text, ")");
		if (depth >= 0 && !token_is(&token, "this") && !text_is(token.text, ";"))
			continue;
		error_set(err, -EINVAL, "that is no expression");
		blame_show(text, token.at, err);
		return -EINVAL;
	}
	return depth ? error_set(err, -EINVAL, "a parenthesis is not closed") : 0;
}

static int compile(struct filter *filter, struct text text, struct error *err)
{
	struct literals literals;
	char *sql;

	int rc = check(text, err);
	if (!rc)
		rc = literals_read(text, filter->table, &literals, err);
	if (rc)
		return rc;
	if (asprintf(&sql, "%s%s%s", before, literals.sql, behind) < 0)
		memory_out();
	if (sqlite3_prepare_v2(filter->db, sql, -1, &filter->statement, NULL))
		rc = blame(filter->db,
			   &(struct blamed){ .text = text,
					     .table = filter->table,
					     .literals = &literals,
					     .offset = sizeof(before) - 1 },
			   err);
	else if (sqlite3_column_count(filter->statement) != 1)
		rc = error_set(err, -EINVAL, "that is no expression");
	free(sql);
	literals_end(&literals);
	return rc;
}

int filter_begin(const struct question *question, struct text text, struct filter **ret,
		 struct error *err)
{
	struct filter *filter = memory_resize(NULL, 1, sizeof(*filter));

	*filter = (struct filter){ .question = question, .table = question->table, .text = text };
	int rc = open_database(filter, err);
	if (!rc)
		rc = compile(filter, text, err);
	if (rc) {
		filter_end(filter);
		return rc;
	}
	*ret = filter;
	return 0;
}

void filter_end(struct filter *filter)
{
	if (!filter)
		return;
	sqlite3_finalize(filter->statement);
	sqlite3_close_v2(filter->db);
	push_end(&filter->push);
	free(filter);
}

static bool passes(void *context, const void *row)
{
	struct filter *filter = context;

	filter->row = row;
	int rc = sqlite3_step(filter->statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE && !*filter->failed.message)
		error_set(&filter->failed, -EINVAL, "the filter failed: %s",
			  sqlite3_errmsg(filter->db));
	sqlite3_reset(filter->statement);
	return rc == SQLITE_ROW;
}

struct sink_filter filter_of(struct filter *filter)
{
	struct sink_filter ret = { .passes = passes, .context = filter };

	for (size_t i = 0; i < filter->table->count; i++)
		ret.columns[i] = column_set_has(&filter->columns, i);
	return ret;
}

const struct push *filter_push(struct filter *filter)
{
	/* Without a row it only learns what it would be asked for. */
	filter->asked = 0;
	passes(filter, NULL);
	return filter->asked == 1 && filter->push.kind != PUSH_NEVER ? &filter->push : NULL;
}

int filter_error(const struct filter *filter, struct error *err)
{
	if (!*filter->failed.message)
		return 0;
	return error_set(err, -EINVAL, "%s", filter->failed.message);
}
