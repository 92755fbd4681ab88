/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/echo.h: what another program writes, as it keeps coming. */
#include "show/echo.h"

#include <locale.h>

#include "printed.h"

/** Shown whole, and once more byte by byte: it comes to the same. */
static void check_shown(struct text text, const char *wanted)
{
	for (size_t step = 1; step <= text.len; step += text.len > 1 ? text.len - 1 : 1) {
		struct printed printed;

		printed_begin(&printed);
		struct echo echo = { .out = printed.out, .shown = true };
		for (size_t at = 0; at < text.len; at += step) {
			struct text rest = text_from(text, at);

			echo_write(&echo, text_first(rest, step < rest.len ? step : rest.len));
		}
		echo_end(&echo);
		printed_check(&printed, wanted);
	}
}

static void lines_and_tabs_stay(void **state)
{
	(void)state;
	check_shown(text_of("a\tb\nc"), "a\tb\nc");
	check_shown(text_of("a\r\n\nb\r\n"), "a\n\nb\n");
}

static void what_steers_is_shown(void **state)
{
	(void)state;
	check_shown(text_of("\033[2Jx\a"), "\\x1b[2Jx\\x07");
	check_shown(text_of("10 %\r20 %\r"), "10 %\\x0d20 %\\x0d");
	check_shown(text_of("\r\r\n"), "\\x0d\n");
	check_shown(LITERAL("a\0b"), "a\\x00b");
}

static void a_character_in_pieces_is_one(void **state)
{
	(void)state;
	check_shown(text_of("Füße 梟 🦉!"), "Füße 梟 🦉!");
}

static void what_is_no_character_is_shown_and_nothing_is_kept_back(void **state)
{
	(void)state;
	check_shown(text_of("\xe6\xa2z"), "\\xe6\\xa2z");
	check_shown(text_of("\xf0\x9f\xa6"), "\\xf0\\x9f\\xa6");
	check_shown(text_of("\xff\x80\xc3\nx"), "\\xff\\x80\\xc3\nx");
	check_shown(text_of("\x80\x80\x80\x80\x80"), "\\x80\\x80\\x80\\x80\\x80");
}

static void elsewhere_all_bytes_stay(void **state)
{
	struct printed printed;

	(void)state;
	printed_begin(&printed);
	struct echo echo = { .out = printed.out };
	echo_write(&echo, text_of("\033[2J\r\xe6"));
	echo_end(&echo);
	printed_check(&printed, "\033[2J\r\xe6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_tabs_stay),
		cmocka_unit_test(what_steers_is_shown),
		cmocka_unit_test(a_character_in_pieces_is_one),
		cmocka_unit_test(what_is_no_character_is_shown_and_nothing_is_kept_back),
		cmocka_unit_test(elsewhere_all_bytes_stay),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
