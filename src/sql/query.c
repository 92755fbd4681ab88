/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/query.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/scope.h"
#include "sql/blame.h"
#include "sql/explain.h"
#include "sql/literal.h"
#include "sql/token.h"

struct query {
	struct sql_session *session;
	const struct query_options *options;
	sqlite3_stmt *statement;
	struct renderer *renderer;
	struct heading *headings;
	struct value *values;
	enum value_type *types; /* what the columns were declared as */
	size_t width;
	struct arena arena; /* the headings' names */
	struct arena row;   /* the lists of one row */
	FILE *out;
	uint64_t rows;
};

/** What a column was declared as, while it is a column and no expression; else TYPE_ANY. */
static enum value_type declared(sqlite3_stmt *statement, int column)
{
	static const enum value_type types[] = { TYPE_SIZE, TYPE_PERCENT, TYPE_DURATION,
						 TYPE_HANDLES, TYPE_NAMES };
	const char *name = sqlite3_column_decltype(statement, column);

	for (size_t i = 0; name && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(name, sql_type_name(types[i])) == 0)
			return types[i];
	}
	return TYPE_ANY;
}

static struct value real_of(enum value_type type, double real)
{
	struct value value = { .state = VALUE_KNOWN, .as = type };

	/* A union may put anything below a column's name. */
	if (!(real >= 0 && real < 9e9))
		type = TYPE_ANY;
	if (type == TYPE_PERCENT)
		value.number = (uint64_t)(real * 1000 + 0.5);
	else if (type == TYPE_DURATION)
		value.number = (uint64_t)(real * 1e9 + 0.5);
	else
		value = (struct value){ VALUE_KNOWN, .as = TYPE_REAL, .real = real };
	return value;
}

/** A list as JSON, again as a list; anything else as the text it is. */
static struct value list_of(struct query *query, enum value_type type, struct text text)
{
	struct value value = { .state = VALUE_KNOWN, .as = TYPE_TEXT, .text = text };
	json_t *array = text.len ? json_loadb(text.bytes, text.len, 0, NULL) : NULL, *item;
	size_t i, count = json_array_size(array);
	struct text *items = arena_zero(&query->row, count + 1, sizeof(*items));
	bool strings = json_is_array(array);

	json_array_foreach(array, i, item)
	{
		struct text word = { json_string_value(item), json_string_length(item) };

		strings = strings && json_is_string(item);
		items[i] = arena_text(&query->row, word);
	}
	json_decref(array);
	if (strings) {
		value.as = type;
		value.texts = (struct texts){ items, count };
	}
	return value;
}

/** Programs are given lists; people, and who reads tables, the text that SQLite has of them. */
static bool gives_lists(const struct query *query, enum value_type type)
{
	bool json = query->options->format == FORMAT_JSON || query->options->format == FORMAT_JSONL;

	return json && (type == TYPE_HANDLES || type == TYPE_NAMES);
}

static struct value value_of(struct query *query, int column)
{
	sqlite3_stmt *statement = query->statement;
	struct value value = { .state = VALUE_KNOWN };
	enum value_type type = query->types[column];

	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_NULL:
		value.state = VALUE_NONE;
		return value;
	case SQLITE_INTEGER:
		value.signed_number = sqlite3_column_int64(statement, column);
		value.as = type == TYPE_SIZE && value.signed_number >= 0 ? TYPE_SIZE : TYPE_SIGNED;
		return value;
	case SQLITE_FLOAT:
		return real_of(type, sqlite3_column_double(statement, column));
	default:
		value.as = TYPE_TEXT;
		value.text.bytes = sqlite3_column_blob(statement, column);
		value.text.len = (size_t)sqlite3_column_bytes(statement, column);
		if (gives_lists(query, type))
			return list_of(query, type, value.text);
		return value;
	}
}

/** Is it `name`, or one of them what a name that is not UTF-8 has beside it? */
static bool is_taken(const struct query *query, size_t count, struct text name)
{
	static const char beside[] = "_base64";

	for (size_t i = 0; i < count; i++) {
		struct text other = text_of(query->headings[i].name);
		size_t same = name.len < other.len ? name.len : other.len;
		struct text rest = text_from(name.len > same ? name : other, same);

		if (memcmp(name.bytes, other.bytes, same) == 0 &&
		    (!rest.len || text_is(rest, beside)))
			return true;
	}
	return false;
}

/** Two columns of one name would be one key in JSON: the second is NAME_2, or what else is free. */
static const char *name_of(struct query *query, size_t column)
{
	struct text name = text_of(sqlite3_column_name(query->statement, (int)column));
	struct text free = arena_text(&query->arena, name);
	unsigned int number = 1;

	for (size_t i = 1; i < column; i++)
		number += text_is(name, sqlite3_column_name(query->statement, (int)i));
	while (is_taken(query, column, free))
		free = arena_format(&query->arena, "%.*s_%u", (int)name.len, name.bytes, ++number);
	return free.bytes;
}

/** The first row says which columns are numbers, and stand to the right. */
static void begin_render(struct query *query)
{
	for (size_t i = 0; i < query->width; i++) {
		const struct value *value = &query->values[i];
		bool number = value->state == VALUE_KNOWN && value->as != TYPE_TEXT;

		query->headings[i] = (struct heading){ .name = name_of(query, i),
						       .type = TYPE_ANY,
						       .flush_right = number };
	}
	query->renderer = render_begin(query->options->format, &query->options->render, query->out,
				       query->headings, query->width);
}

static void print_row(struct query *query)
{
	for (size_t i = 0; i < query->width; i++)
		query->values[i] = value_of(query, (int)i);
	if (!query->renderer)
		begin_render(query);
	render_row(query->renderer, query->values);
	arena_reset(&query->row);
}

/** 0, or the SQLite error. */
static int step(struct query *query)
{
	int rc;

	while ((rc = sqlite3_step(query->statement)) == SQLITE_ROW) {
		query->rows++;
		if (!query->options->explain)
			print_row(query);
		if (query->options->limit && query->rows >= query->options->limit)
			return SQLITE_OK;
	}
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int run(struct query *query, struct error *err)
{
	query->width = (size_t)sqlite3_column_count(query->statement);
	query->headings = arena_zero(&query->arena, query->width, sizeof(*query->headings));
	query->values = arena_zero(&query->arena, query->width, sizeof(*query->values));
	query->types = arena_zero(&query->arena, query->width, sizeof(*query->types));
	for (size_t i = 0; i < query->width; i++)
		query->types[i] = declared(query->statement, (int)i);
	int rc = step(query);
	/* No row came: the headings are there all the same. */
	if (!rc && !query->renderer && !query->options->explain)
		begin_render(query);
	if (query->renderer)
		render_end(query->renderer);
	if (rc)
		return error_set(err, -EIO, "%s", sqlite3_errmsg(query->session->db));
	/* What is still open is ended by the reset, and is then known to have been read. */
	sqlite3_reset(query->statement);
	if (query->options->explain)
		explain_print(query->session, query->rows, query->options, query->out);
	return 0;
}

/** Nothing but blanks, comments and semicolons. */
static bool is_blank(struct text text)
{
	struct token token;
	size_t at = 0;

	do
		token = token_next(text, &at);
	while (text_is(token.text, ";"));
	return token.kind == TOKEN_END;
}

/** The first word says what a statement does; what SQLite takes it for is asked of the guard. */
static int check_begin(struct text text, struct error *err)
{
	static const char *const reading[] = { "SELECT", "WITH", "VALUES", "EXPLAIN" };
	size_t at = 0;
	struct token token = token_next(text, &at);

	for (size_t i = 0; i < sizeof(reading) / sizeof(reading[0]); i++) {
		if (token_is(&token, reading[i]))
			return 0;
	}
	if (token.kind == TOKEN_END)
		return error_set(err, -EINVAL,
				 "the query is empty; try: SELECT count(*) FROM files");
	return error_set(err, -EINVAL,
			 "sql only reads: a query begins with SELECT or WITH, not with '%.*s'",
			 (int)token.text.len, token.text.bytes);
}

int query_run(struct sql_session *session, struct text text, const struct query_options *options,
	      FILE *out, uint64_t *rows, struct error *err)
{
	struct query query = { .session = session, .options = options, .out = out };
	struct literals literals;
	const char *rest = NULL;

	int rc = check_begin(text, err);
	if (rc)
		return rc;
	rc = literals_read(text, NULL, &literals, err);
	if (rc)
		return rc;
	sql_session_read(session, text);
	rc = sqlite3_prepare_v2(session->db, literals.sql, -1, &query.statement, &rest);
	if (rc)
		rc = blame(session->db, &(struct blamed){ .text = text, .literals = &literals },
			   err);
	else if (!is_blank(text_of(rest)))
		rc = error_set(err, -EINVAL,
			       "one statement at a time: there is more behind the first ';'");
	if (!rc) {
		arena_init(&query.arena);
		arena_init(&query.row);
		rc = run(&query, err);
		arena_end(&query.row);
		arena_end(&query.arena);
		*rows = query.rows;
	}
	sqlite3_finalize(query.statement);
	literals_end(&literals);
	return rc;
}
