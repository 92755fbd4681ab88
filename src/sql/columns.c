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

/** The name that a token may be: SQLite takes 'text' for one, too, where only a name can stand. */
static struct text name_in(const struct token *token)
{
	if (token->kind == TOKEN_STRING && token->len >= 2)
		return text_first(text_from(token->text, 1), token->len - 2);
	return token->kind == TOKEN_WORD ? token->text : (struct text){ 0 };
}

/** A star that is not count(*), or a join by whatever both have: all columns. */
static bool names_all(const struct token *token, const struct token *before)
{
	return (text_is(token->text, "*") && !text_is(before->text, "(")) ||
	       token_is(token, "NATURAL");
}

static void add_named(struct column_set *set, const struct table *table, struct text sql)
{
	struct token before = { .kind = TOKEN_END }, token;

	for (size_t at = 0; (token = token_next(sql, &at)).kind != TOKEN_END; before = token) {
		struct text name = name_in(&token);
		int column = name.len ? column_find(table, name) : -1;
		bool all = names_all(&token, &before);

		if (column >= LAST_BIT)
			column_set_add(set, (size_t)column);
		for (size_t i = LAST_BIT; i < table->count && all; i++)
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
