/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/aligned.c: a table whose columns are as wide as their widest cells. */
#include <locale.h>

#include "check.h"
#include "printed.h"
#include "show/render.h"

static const struct heading headings[] = {
	{ .name = "name", .type = TYPE_TEXT },
	{ .name = "size", .type = TYPE_SIZE },
	{ .name = "error", .type = TYPE_TEXT, .optional = true },
	{ .name = "path", .type = TYPE_PATH },
};

static struct value word(const char *text)
{
	return (struct value){ .state = VALUE_KNOWN, .text = text_of(text) };
}

static struct value number(uint64_t number)
{
	return (struct value){ .state = VALUE_KNOWN, .number = number };
}

static struct renderer *begin(struct printed *printed, bool no_header)
{
	struct render_options options = { .bytes = true, .no_header = no_header };

	printed_begin(printed);
	return render_begin(FORMAT_TEXT, &options, printed->out, headings,
			    sizeof(headings) / sizeof(headings[0]));
}

static void names_are_left_and_numbers_right(void **state)
{
	struct printed printed;
	struct value first[4] = { word("a"), number(7), { 0 }, word("/a") };
	struct value second[4] = { word("longer"), number(123456), { 0 }, word("/b c") };

	(void)state;
	struct renderer *renderer = begin(&printed, false);
	render_row(renderer, first);
	render_row(renderer, second);
	render_end(renderer);
	printed_check(&printed, "NAME      SIZE  PATH\n"
				"a            7  /a\n"
				"longer  123456  /b c\n");
}

static void an_optional_column_is_there_when_one_row_has_it(void **state)
{
	struct printed printed;
	struct value none[4] = { word("a"), { .state = VALUE_DENIED }, { 0 }, word("/a") };
	struct value some[4] = { word("b"), number(1), word("lost"), { 0 } };

	(void)state;
	struct renderer *renderer = begin(&printed, true);
	render_row(renderer, none);
	render_row(renderer, some);
	render_end(renderer);
	printed_check(&printed, "a  ?  -     /a\n"
				"b  1  lost  -\n");
}

static void an_empty_name_takes_its_room_but_no_row_ends_in_blanks(void **state)
{
	struct printed printed;
	struct value row[4] = { word("a"), number(1), { 0 }, word("") };
	struct value unnamed[4] = { word(""), number(22), { 0 }, word("/b") };

	(void)state;
	struct renderer *renderer = begin(&printed, true);
	render_row(renderer, row);
	render_row(renderer, unnamed);
	render_end(renderer);
	printed_check(&printed, "a   1\n"
				"   22  /b\n");
}

static void what_takes_two_columns_of_a_terminal_is_so_wide(void **state)
{
	struct printed printed;
	struct value wide[4] = { word("\346\227\245\346\234\254"), number(1), { 0 }, word("/a") };
	struct value row[4] = { word("abcde"), number(1), { 0 }, word("/a") };

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	struct renderer *renderer = begin(&printed, true);
	render_row(renderer, wide);
	render_row(renderer, row);
	render_end(renderer);
	printed_check(&printed, "\346\227\245\346\234\254   1  /a\n"
				"abcde  1  /a\n");
}

static void without_a_row_there_is_no_header(void **state)
{
	struct printed printed;

	(void)state;
	render_end(begin(&printed, false));
	printed_check(&printed, "");
}

static void a_cell_may_be_wider_than_a_screen(void **state)
{
	struct printed printed;
	char wide[201] = "", wanted[512];
	struct value first[4] = { word(wide), number(1), { 0 }, word("/a") };
	struct value second[4] = { word("b"), number(1), { 0 }, word("/b") };

	(void)state;
	memset(wide, 'x', sizeof(wide) - 1);
	first[0] = word(wide);
	struct renderer *renderer = begin(&printed, true);
	render_row(renderer, first);
	render_row(renderer, second);
	render_end(renderer);
	snprintf(wanted, sizeof(wanted), "%s  1  /a\n%-200s  1  /b\n", wide, "b");
	printed_check(&printed, wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_left_and_numbers_right),
		cmocka_unit_test(an_optional_column_is_there_when_one_row_has_it),
		cmocka_unit_test(an_empty_name_takes_its_room_but_no_row_ends_in_blanks),
		cmocka_unit_test(what_takes_two_columns_of_a_terminal_is_so_wide),
		cmocka_unit_test(without_a_row_there_is_no_header),
		cmocka_unit_test(a_cell_may_be_wider_than_a_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
