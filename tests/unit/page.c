/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/page.h: the same facts for people, as labelled lines, and for programs, as one object. */
#include "show/page.h"

#include <jansson.h>
#include <locale.h>
#include <stdlib.h>

#include "check.h"

static void fill(struct page *page)
{
	struct text row[] = { LITERAL("7"), LITERAL("8.0M"), LITERAL("/a") };
	struct text longer[] = { LITERAL("12"), LITERAL("→"), LITERAL("") };
	struct text names[] = { LITERAL("a"), LITERAL("b\xff") };

	fputs("It is there.", page_headline(page));
	page_section(page, "first");
	fputs("one", page_line(page, "line"));
	page_number(page, "number", UINT64_MAX);
	page_signed(page, "below", -5);
	page_text(page, "text", LITERAL("a\x1b\xff"));
	page_null(page, "nothing");
	page_gap(page);
	page_section(page, "second");
	page_row(page, "rows", row, 3);
	page_row(page, "", longer, 3);
	page_open(page, "list", '[');
	page_open(page, NULL, '{');
	page_flag(page, "flag", true);
	page_real(page, "real", 0.5);
	page_close(page);
	page_close(page);
	page_texts(page, "names", (struct texts){ names, 2 });
}

/** What a page of this format comes to; the caller frees. */
static char *printed(enum format format, void (*with)(struct page *page))
{
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);
	struct page *page = page_begin(&(struct page_options){ .format = format }, out);

	with(page);
	page_end(page);
	fclose(out);
	return bytes;
}

static void people_get_a_sentence_and_labelled_lines(void **state)
{
	char *text = printed(FORMAT_TEXT, fill);

	(void)state;
	assert_string_equal(text, "It is there.\n"
				  "\n"
				  "  line         one\n"
				  "\n"
				  "  rows         7   8.0M  /a\n"
				  "               12  →\n");
	free(text);
}

static void programs_get_one_object_of_sections(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		char *text = printed(i ? FORMAT_JSON : FORMAT_JSONL, fill);
		json_t *object = json_loads(text, 0, NULL);
		const json_t *first = json_object_get(object, "first");
		const json_t *second = json_object_get(object, "second");

		assert_non_null(object);
		assert_int_equal(strchr(text, '\n') == text + strlen(text) - 1, !i);
		assert_string_equal(json_string_value(json_object_get(first, "number")),
				    "18446744073709551615");
		assert_int_equal(json_integer_value(json_object_get(first, "below")), -5);
		assert_string_equal(json_string_value(json_object_get(first, "text_base64")),
				    "YRv/");
		assert_true(json_is_null(json_object_get(first, "nothing")));
		assert_true(json_is_true(
			json_object_get(json_array_get(json_object_get(second, "list"), 0),
					"flag")));
		assert_int_equal(json_array_size(json_object_get(second, "names")), 2);
		json_decref(object);
		free(text);
	}
}

static void nothing(struct page *page)
{
	(void)page;
}

static void abandon(struct page *page)
{
	fill(page);
	page_abandon(page);
}

static void an_empty_page_is_an_object_too_and_an_abandoned_one_nothing(void **state)
{
	char *text = printed(FORMAT_JSON, nothing);

	(void)state;
	assert_string_equal(text, "{}\n");
	free(text);
	text = printed(FORMAT_JSON, abandon);
	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_get_a_sentence_and_labelled_lines),
		cmocka_unit_test(programs_get_one_object_of_sections),
		cmocka_unit_test(an_empty_page_is_an_object_too_and_an_abandoned_one_nothing),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
