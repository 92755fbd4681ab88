/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/flowing.c: a table whose rows are printed as they come. */
#include "check.h"
#include "printed.h"
#include "show/render.h"

static const struct heading headings[] = {
	{ .name = "op", .type = TYPE_WORD },
	{ .name = "fd", .type = TYPE_ID },
	{ .name = "path", .type = TYPE_PATH },
	{ .name = "to", .type = TYPE_PATH, .optional = true },
};

static struct value word(const char *text)
{
	return (struct value){ .state = VALUE_KNOWN, .text = text_of(text) };
}

static struct value number(uint64_t number)
{
	return (struct value){ .state = VALUE_KNOWN, .number = number };
}

static struct renderer *begin(struct printed *printed, bool no_header, size_t count)
{
	struct render_options options = { .flowing = true, .no_header = no_header };

	printed_begin(printed);
	return render_begin(FORMAT_TEXT, &options, printed->out, headings, count);
}

static void each_row_is_there_at_once_below_one_header(void **state)
{
	struct printed printed;
	struct value row[4] = { word("open"), number(7), word("/a"), { 0 } };

	(void)state;
	struct renderer *renderer = begin(&printed, false, 4);
	render_row(renderer, row);
	fflush(printed.out);
	check_string(((struct text){ printed.bytes, printed.len }), "OP      FD  PATH\n"
								    "open     7  /a\n");
	render_row(renderer, row);
	render_end(renderer);
	printed_check(&printed, "OP      FD  PATH\nopen     7  /a\nopen     7  /a\n");
}

static void what_does_not_apply_is_blank_and_no_row_ends_in_blanks(void **state)
{
	struct printed printed;
	struct value row[4] = { word("exit"), { 0 }, { 0 }, { 0 } };
	struct value unread[4] = { word("open"), { 0 }, { .state = VALUE_DENIED }, { 0 } };

	(void)state;
	struct renderer *renderer = begin(&printed, true, 4);
	render_row(renderer, row);
	render_row(renderer, unread);
	render_end(renderer);
	printed_check(&printed, "exit\nopen        ?\n");
}

static void a_last_column_that_is_optional_follows_behind_an_arrow(void **state)
{
	struct printed printed;
	struct value row[4] = { word("rename"), { 0 }, word("/a"), word("/b\n") };

	(void)state;
	struct renderer *renderer = begin(&printed, true, 4);
	render_row(renderer, row);
	render_end(renderer);
	printed_check(&printed, "rename      /a -> /b\\x0a\n");
}

static void a_column_grows_with_what_is_in_it_but_not_beyond_measure(void **state)
{
	struct printed printed;
	struct value wide[3] = { word("a-longer-word"), number(1), word("/a") };
	struct value wider[3] = { word("a-word-that-is-longer-than-any"), number(1), word("/a") };
	struct value row[3] = { word("open"), number(1), word("/a") };

	(void)state;
	struct renderer *renderer = begin(&printed, true, 3);
	render_row(renderer, row);
	render_row(renderer, wide);
	render_row(renderer, wider);
	render_row(renderer, row);
	render_end(renderer);
	printed_check(&printed, "open     1  /a\n"
				"a-longer-word   1  /a\n"
				"a-word-that-is-longer-than-any   1  /a\n"
				"open            1  /a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_there_at_once_below_one_header),
		cmocka_unit_test(what_does_not_apply_is_blank_and_no_row_ends_in_blanks),
		cmocka_unit_test(a_last_column_that_is_optional_follows_behind_an_arrow),
		cmocka_unit_test(a_column_grows_with_what_is_in_it_but_not_beyond_measure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
