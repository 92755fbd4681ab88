/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/token.h"

#include <ctype.h>
#include <strings.h>

static bool is_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_word(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_' || byte == '$' || (byte & 0x80);
}

/** Behind the next `end` from `at` on, or the end of the text. */
static size_t behind(struct text sql, size_t at, const char *end)
{
	const char *found = at < sql.len ? memmem(sql.bytes + at, sql.len - at, end, strlen(end)) :
					   NULL;

	return found ? (size_t)(found - sql.bytes) + strlen(end) : sql.len;
}

static size_t skip_blanks(struct text sql, size_t at)
{
	for (;;) {
		while (at < sql.len && is_blank(sql.bytes[at]))
			at++;
		struct text rest = text_from(sql, at);
		if (text_starts(rest, "--"))
			at = behind(sql, at, "\n");
		else if (text_starts(rest, "/*"))
			at = behind(sql, at + 2, "*/");
		else
			return at;
	}
}

/** Behind the closing quote; two of them in a row are one inside. */
static size_t quoted(struct text sql, size_t at, char quote)
{
	while (at < sql.len) {
		if (sql.bytes[at++] != quote)
			continue;
		if (at == sql.len || sql.bytes[at] != quote || quote == ']')
			return at;
		at++;
	}
	return at;
}

static struct token quoted_token(struct text sql, size_t begin, enum token_kind kind, char quote)
{
	size_t end = quoted(sql, begin + 1, quote);
	struct token token = { .kind = kind, .at = begin, .len = end - begin };
	size_t inside = token.len > 1 ? token.len - 2 : 0;

	token.text = kind == TOKEN_STRING ? text_first(text_from(sql, begin), token.len) :
					    text_first(text_from(sql, begin + 1), inside);
	return token;
}

static struct token plain_token(struct text sql, size_t begin, enum token_kind kind, size_t len)
{
	return (struct token){ kind, text_first(text_from(sql, begin), len), begin, len };
}

static struct token operator_token(struct text sql, size_t begin)
{
	static const char *const comparisons[] = { "==", "<=", ">=", "<>", "!=", "=", "<", ">" };

	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		if (text_starts(text_from(sql, begin), comparisons[i]))
			return plain_token(sql, begin, TOKEN_COMPARE, strlen(comparisons[i]));
	}
	return plain_token(sql, begin, TOKEN_OTHER, 1);
}

static struct token read_token(struct text sql, size_t begin)
{
	size_t end = begin;

	switch (sql.bytes[begin]) {
	case '\'':
		return quoted_token(sql, begin, TOKEN_STRING, '\'');
	case '"':
	case '`':
		return quoted_token(sql, begin, TOKEN_WORD, sql.bytes[begin]);
	case '[':
		return quoted_token(sql, begin, TOKEN_WORD, ']');
	default:
		break;
	}
	while (end < sql.len && is_word(sql.bytes[end]))
		end++;
	if (end == begin)
		return operator_token(sql, begin);
	bool number = isdigit((unsigned char)sql.bytes[begin]);
	return plain_token(sql, begin, number ? TOKEN_OTHER : TOKEN_WORD, end - begin);
}

struct token token_next(struct text sql, size_t *at)
{
	size_t begin = skip_blanks(sql, *at);

	if (begin == sql.len) {
		*at = begin;
		return (struct token){ .kind = TOKEN_END, .at = begin };
	}
	struct token token = read_token(sql, begin);
	*at = token.at + token.len;
	return token;
}

bool token_is(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && token->text.len == strlen(word) &&
	       strncasecmp(token->text.bytes, word, token->text.len) == 0;
}
