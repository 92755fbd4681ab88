/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/blame.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <wchar.h>

#include "base/scope.h"
#include "show/encode.h"
#include "sql/catalog.h"

enum {
	SHOWN_MAX = 76, /* bytes of a line that fit beside two blanks */
	NEAR_MAX = 100, /* more than any distance that is near */
};

/** Columns of a terminal that the text takes once it has passed the encoder of messages. */
static size_t width_of(struct text text)
{
	scope_free char *shown = NULL;
	size_t len, width = 0;
	mbstate_t state = { 0 };
	FILE *out = open_memstream(&shown, &len);

	if (!out)
		memory_out();
	encode_sentence(out, text);
	if (fclose(out))
		memory_out();
	for (size_t at = 0; at < len;) {
		wchar_t wide = 0;
		size_t bytes = mbrtowc(&wide, shown + at, len - at, &state);
		bool is_whole = bytes && bytes <= len - at;
		int columns = is_whole ? wcwidth(wide) : 1;

		width += columns > 0 ? (size_t)columns : 0;
		at += is_whole ? bytes : 1;
	}
	return width;
}

/** From `at` on, but not behind `end`, the first byte that is not in the middle of a character. */
static size_t at_character(struct text text, size_t at, size_t end)
{
	while (at < end && (text.bytes[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/** The line is cut so that the place is in it; blanks of all kinds are one byte wide. */
void blame_show(struct text text, size_t at, struct error *err)
{
	at = at < text.len ? at : text.len;
	size_t begin = at, end = at;
	char line[SHOWN_MAX + 4];

	while (begin > 0 && text.bytes[begin - 1] != '\n' && at - begin < SHOWN_MAX / 2)
		begin--;
	begin = at_character(text, begin, at);
	while (end < text.len && text.bytes[end] != '\n' && end - begin < SHOWN_MAX)
		end++;
	end = at_character(text, end, text.len);
	for (size_t i = begin; i < end && i - begin < sizeof(line) - 1; i++)
		line[i - begin] = text.bytes[i] == '\t' ? ' ' : text.bytes[i];
	size_t len = end - begin < sizeof(line) - 1 ? end - begin : sizeof(line) - 1;
	size_t width = width_of((struct text){ line, at - begin });
	error_add(err, "\n  %.*s\n  %*s^", (int)len, line, (int)width, "");
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

/** The nearest column of the tables that the statement names. */
static const char *nearest_column(const struct blamed *blamed, struct text name)
{
	const char *best = NULL;
	unsigned int least = UINT_MAX;

	if (blamed->table)
		return column_suggest(blamed->table, name);
	for (size_t i = 0; i < sql_table_count; i++) {
		const char *nearest = column_suggest(sql_tables[i].question->table, name);

		if (!nearest || !sql_table_is_named(&sql_tables[i], blamed->text))
			continue;
		unsigned int distance = text_distance(name, text_of(nearest), NEAR_MAX);
		if (distance < least) {
			least = distance;
			best = nearest;
		}
	}
	return best;
}

/** The first other table that has a column called so. */
static const char *table_with(struct text column)
{
	for (size_t i = 0; i < sql_table_count; i++) {
		if (column_find(sql_tables[i].question->table, column) >= 0)
			return sql_tables[i].name;
	}
	return NULL;
}

static void suggest_column(const struct blamed *blamed, struct text column, struct error *err)
{
	const char *nearest = nearest_column(blamed, column);
	const char *elsewhere = blamed->table ? NULL : table_with(column);

	if (nearest && !text_is(column, nearest))
		error_add(err, "; did you mean '%s'?", nearest);
	else if (elsewhere && !nearest)
		error_add(err, "; %s has one that is called so", elsewhere);
}

static void suggest(const struct blamed *blamed, const char *message, struct error *err)
{
	struct text column = named_in(message, "no such column: ");
	struct text table = named_in(message, "no such table: ");
	const char *nearest = table.len ? sql_table_suggest(table) : NULL;

	if (column.len)
		suggest_column(blamed, column, err);
	else if (nearest)
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
		suggest(blamed, message, err);
	if (offset >= (int)blamed->offset)
		blame_show(blamed->text, at, err);
	return -EINVAL;
}
