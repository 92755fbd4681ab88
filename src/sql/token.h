/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The words of an SQL text, as far as they must be told apart to find a literal and what it is
 * compared with (sqlite.org/lang_expr.html). What is no SQL at all is left for SQLite to complain of.
 */
#pragma once
#include "base/text.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,    /**< a name or keyword, without its quotes */
	TOKEN_STRING,  /**< 'text', with its quotes */
	TOKEN_COMPARE, /**< = == < <= > >= <> != */
	TOKEN_OTHER,   /**< a number, a parenthesis, a comma … */
};

struct token {
	enum token_kind kind;
	struct text text;
	size_t at; /**< where it begins, quotes included */
	size_t len;
};

/** The token that begins at or behind `*at`, past blanks and comments; `*at` goes behind it. */
struct token token_next(struct text sql, size_t *at);

/** True when it is this keyword, any case. */
bool token_is(const struct token *token, const char *word);
