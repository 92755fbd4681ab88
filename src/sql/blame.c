/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/blame.h"

#include <errno.h>
#include <string.h>

#include "sql/catalog.h"

enum { SHOWN_MAX = 76 }; /* bytes of a line that fit beside two blanks */

/** The line is cut so that the place is in it; blanks of all kinds are one byte wide. */
void blame_show(struct text text, size_t at, struct error *err)
{
	at = at < text.len ? at : text.len;
	size_t begin = at, end = at;
	char line[SHOWN_MAX + 1], mark[SHOWN_MAX + 1];

	while (begin > 0 && text.bytes[begin - 1] != '\n' && at - begin < SHOWN_MAX / 2)
		begin--;
	while (end < text.len && text.bytes[end] != '\n' && end - begin < SHOWN_MAX)
		end++;
	for (size_t i = begin; i < end; i++)
		line[i - begin] = text.bytes[i] == '\t' ? ' ' : text.bytes[i];
	line[end - begin] = 0;
	size_t width = 0;
	for (size_t i = begin; i < at; i++) {
		/* Bytes that go on with a UTF-8 character take no room. */
		if ((text.bytes[i] & 0xc0) != 0x80)
			mark[width++] = ' ';
	}
	mark[width] = 0;
	error_add(err, "\n  %s\n  %s^", line, mark);
}

/** What stands behind `prefix` in SQLite's message, or the empty text. */
static struct text named_in(const char *message, const char *prefix)
{
	struct text text = text_of(message);

	if (!text_starts(text, prefix))
		return (struct text){ 0 };
	text = text_from(text, strlen(prefix));
	const char *dot = memrchr(text.bytes, '.', text.len);
	return dot ? text_from(text, (size_t)(dot - text.bytes) + 1) : text;
}

static const char *nearest_column(const struct table *table, struct text name)
{
	if (table)
		return column_suggest(table, name);
	for (size_t i = 0; i < sql_table_count; i++) {
		const char *nearest = column_suggest(sql_tables[i].question->table, name);

		if (nearest)
			return nearest;
	}
	return NULL;
}

static void suggest(const struct table *only, const char *message, struct error *err)
{
	struct text column = named_in(message, "no such column: ");
	struct text table = named_in(message, "no such table: ");
	const char *nearest = NULL;

	if (column.len)
		nearest = nearest_column(only, column);
	else if (table.len)
		nearest = sql_table_suggest(table);
	if (nearest)
		error_add(err, "; did you mean '%s'?", nearest);
	else if (table.len)
		error_add(err, "; procowl sql --schema shows what there is");
}

/** Since SQLite 3.38. */
static int offset_of(sqlite3 *db)
{
#if SQLITE_VERSION_NUMBER >= 3038000
	return sqlite3_error_offset(db);
#else
	(void)db;
	return -1;
#endif
}

int blame(sqlite3 *db, const struct blamed *blamed, struct error *err)
{
	const char *message = sqlite3_errmsg(db);
	int offset = offset_of(db);

	if (sqlite3_errcode(db) == SQLITE_AUTH || text_starts(text_of(message), "not authorized") ||
	    text_ends(text_of(message), "may not be modified"))
		return error_set(err, -EINVAL, "sql only reads: that is not allowed");
	error_set(err, -EINVAL, "%s", message);
	size_t at = offset >= (int)blamed->offset ?
			    literals_origin(blamed->literals, (size_t)offset - blamed->offset) :
			    blamed->text.len;
	if (text_starts(text_of(message), "near \"group\"") ||
	    text_starts(text_of(message), "near \"limit\""))
		error_add(err, "; a column that is called so stands in double quotes");
	else if (text_starts(text_from(blamed->text, at), "\""))
		error_add(err, "; a text stands in single quotes");
	else
		suggest(blamed->table, message, err);
	if (offset >= (int)blamed->offset)
		blame_show(blamed->text, at, err);
	return -EINVAL;
}
