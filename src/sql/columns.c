/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/columns.h"

#include "sql/token.h"

enum { LAST_BIT = 63 };

bool column_set_covers(const struct column_set *set, const struct column_set *part)
{
	for (size_t i = 0; i < COLUMN_MAX / 64; i++) {
		if (part->bits[i] & ~set->bits[i])
			return false;
	}
	return true;
}

void column_set_join(struct column_set *set, const struct column_set *more)
{
	for (size_t i = 0; i < COLUMN_MAX / 64; i++)
		set->bits[i] |= more->bits[i];
}

/** A star that is not count(*): all columns. (A product names its columns beside it.) */
static void add_named(struct column_set *set, const struct table *table, struct text sql)
{
	struct token before = { .kind = TOKEN_END }, token;

	for (size_t at = 0; (token = token_next(sql, &at)).kind != TOKEN_END; before = token) {
		bool star = text_is(token.text, "*") && !text_is(before.text, "(");
		int column = token.kind == TOKEN_WORD ? column_find(table, token.text) : -1;

		if (column >= LAST_BIT)
			column_set_add(set, (size_t)column);
		for (size_t i = LAST_BIT; i < table->count && star; i++)
			column_set_add(set, i);
	}
}

struct column_set column_set_used(const struct table *table, uint64_t mask, struct text sql)
{
	struct column_set set = { 0 };

	for (size_t i = 0; i < table->count && i < LAST_BIT; i++) {
		if (mask >> i & 1)
			column_set_add(&set, i);
	}
	if (mask >> LAST_BIT & 1)
		add_named(&set, table, sql);
	return set;
}
