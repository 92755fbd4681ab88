/* SPDX-License-Identifier: GPL-2.0-or-later */
/** sql/token.h: the words of an SQL text. */
#include "sql/token.h"

#include "check.h"

/** All tokens of `sql`, as "w:name s:'text' c:= o:(". */
static void check_tokens(const char *sql, const char *wanted)
{
	static const char letters[] = {
		[TOKEN_WORD] = 'w', [TOKEN_STRING] = 's', [TOKEN_COMPARE] = 'c', [TOKEN_OTHER] = 'o'
	};
	char all[512] = "";
	size_t at = 0, len = 0;

	for (;;) {
		struct token token = token_next(text_of(sql), &at);

		if (token.kind == TOKEN_END)
			break;
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%c:%.*s", len ? " " : "",
					letters[token.kind], (int)token.text.len, token.text.bytes);
	}
	assert_string_equal(all, wanted);
	assert_int_equal(at, strlen(sql));
}

static void words_texts_and_comparisons_are_told_apart(void **state)
{
	(void)state;
	check_tokens("", "");
	check_tokens("size>='1G'", "w:size c:>= s:'1G'");
	check_tokens("a.size <> 'x' AND b!=3", "w:a o:. w:size c:<> s:'x' w:AND w:b c:!= o:3");
	check_tokens("pid IN (1,2)", "w:pid w:IN o:( o:1 o:, o:2 o:)");
}

static void quoted_names_are_words_without_their_quotes(void **state)
{
	(void)state;
	check_tokens("\"size\" [disk] `pos`", "w:size w:disk w:pos");
}

static void two_quotes_in_a_row_are_one_inside_a_text(void **state)
{
	(void)state;
	check_tokens("'it''s' x", "s:'it''s' w:x");
	check_tokens("'never closed", "s:'never closed");
}

static void comments_are_no_words(void **state)
{
	(void)state;
	check_tokens("a -- b 'c'\n/* d = 'e' */ f", "w:a w:f");
	check_tokens("a /* never closed", "w:a");
}

static void a_keyword_is_known_in_any_case(void **state)
{
	size_t at = 0;
	struct token token = token_next(text_of("bEtWeEn"), &at);

	(void)state;
	assert_true(token_is(&token, "BETWEEN"));
	assert_false(token_is(&token, "BETWEE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_texts_and_comparisons_are_told_apart),
		cmocka_unit_test(quoted_names_are_words_without_their_quotes),
		cmocka_unit_test(two_quotes_in_a_row_are_one_inside_a_text),
		cmocka_unit_test(comments_are_no_words),
		cmocka_unit_test(a_keyword_is_known_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
