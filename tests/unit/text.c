/* SPDX-License-Identifier: GPL-2.0-or-later */
/** base/text.h: runs of bytes, numbers in them, and how far two words are apart. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "check.h"

static void a_number_is_read_in_its_base(void **state)
{
	static const struct {
		const char *text;
		unsigned int base;
		uint64_t number;
	} cases[] = {
		{ "0", 10, 0 },
		{ "4076", 10, 4076 },
		{ "18446744073709551615", 10, UINT64_MAX },
		{ "ffffffffffffffff", 16, UINT64_MAX },
		{ "00aF", 16, 0xaf },
		{ "1777777777777777777777", 8, UINT64_MAX },
		{ "0100644", 8, 0100644 },
		{ "0000000000000000000000000000000000000000012", 10, 12 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t number = 1;

		assert_int_equal(text_number(text_of(cases[i].text), cases[i].base, &number), 0);
		assert_true(number == cases[i].number);
	}
}

static void a_number_one_above_the_greatest_is_out_of_range(void **state)
{
	static const struct {
		const char *text;
		unsigned int base;
	} cases[] = {
		{ "18446744073709551616", 10 },
		{ "18446744073709551620", 10 },
		{ "99999999999999999999999999999999", 10 },
		{ "10000000000000000", 16 },
		{ "2000000000000000000000", 8 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t number = 42;

		assert_int_equal(text_number(text_of(cases[i].text), cases[i].base, &number),
				 -ERANGE);
		assert_int_equal(number, 42);
	}
}

static void a_fraction_is_read_in_units_of_its_decimals(void **state)
{
	static const struct {
		const char *text;
		unsigned int places;
		uint64_t number;
	} cases[] = {
		{ "0.52", 2, 52 },
		{ "25802.58", 2, 2580258 },
		{ "94.10", 3, 94100 },
		{ "7", 3, 7000 },
		{ "1.999", 2, 199 },
		{ "0.05", 1, 0 },
		{ "18446744073709551615.9", 0, UINT64_MAX },
		{ "1.99999999999999999999999", 2, 199 },
	};
	static const char *const refused[] = {
		"", ".", "1.", ".5", "1.x", "1.5 ", "-1.5", "1.2.3"
	};
	uint64_t number = 42;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_int_equal(text_fixed(text_of(refused[i]), 2, &number), -EINVAL);
	assert_int_equal(text_fixed(text_of("18446744073709551615"), 1, &number), -ERANGE);
	assert_int_equal(number, 42);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(text_fixed(text_of(cases[i].text), cases[i].places, &number), 0);
		assert_true(number == cases[i].number);
	}
}

static void words_stand_between_blanks_however_many(void **state)
{
	struct text line = text_of("  a \tbc   d\t"), word;

	(void)state;
	assert_true(text_word(&line, &word));
	check_string(word, "a");
	assert_true(text_word(&line, &word));
	check_string(word, "bc");
	assert_true(text_word(&line, &word));
	check_string(word, "d");
	assert_false(text_word(&line, &word));
	assert_false(text_word(&(struct text){ 0 }, &word));
}

static void what_is_no_number_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		struct text text;
		unsigned int base;
	} cases[] = {
		{ LITERAL(""), 10 },   { LITERAL("-1"), 10 },   { LITERAL("+1"), 10 },
		{ LITERAL(" 1"), 10 }, { LITERAL("1 "), 10 },   { LITERAL("1\n"), 10 },
		{ LITERAL("1a"), 10 }, { LITERAL("0x10"), 16 }, { LITERAL("8"), 8 },
		{ LITERAL("fg"), 16 }, { LITERAL("1\0"), 10 },  { LITERAL("\xc2\xb2"), 10 },
		{ { NULL, 0 }, 10 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t number = 42;

		assert_int_equal(text_number(cases[i].text, cases[i].base, &number), -EINVAL);
		assert_int_equal(number, 42);
	}
}

static void many_digits_and_then_a_letter_are_no_number(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(text_number(text_of("20261123031407000000000.log"), 10, &number), -EINVAL);
	assert_int_equal(text_number(text_of("99999999999999999999x"), 10, &number), -EINVAL);
}

static void the_last_slash_parts_directory_and_name(void **state)
{
	static const struct {
		const char *path, *directory, *name;
	} cases[] = {
		{ "/var/log/app.log", "/var/log", "app.log" },
		{ "/app.log", "/", "app.log" },
		{ "app.log", "", "app.log" },
		{ "log/app.log", "log", "app.log" },
		{ "/", "/", "" },
		{ "/var/", "/var", "" },
		{ "", "", "" },
		{ "/var//log", "/var/", "log" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		check_string(text_dirname(text_of(cases[i].path)), cases[i].directory);
		check_string(text_basename(text_of(cases[i].path)), cases[i].name);
	}
	check_string(text_basename((struct text){ 0 }), "");
	check_string(text_dirname((struct text){ 0 }), "");
}

static void below_a_directory_is_itself_and_what_lies_under_it(void **state)
{
	static const struct {
		const char *path, *directory;
		bool below;
	} cases[] = {
		{ "/var", "/var", true },
		{ "/var/log", "/var", true },
		{ "/var/log/a b", "/var/log", true },
		{ "/variable", "/var", false },
		{ "/va", "/var", false },
		{ "/", "/var", false },
		{ "/var", "/", true },
		{ "/", "/", true },
		{ "var", "/", false },
		{ "", "/", false },
		{ "", "/var", false },
		{ "/srv/var", "/var", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(text_is_below(text_of(cases[i].path), text_of(cases[i].directory)),
				 cases[i].below);
}

static void words_come_off_the_front_one_by_one(void **state)
{
	struct text line = LITERAL("a,,bc,d"), word;

	(void)state;
	assert_true(text_next(&line, ',', &word));
	check_string(word, "a");
	assert_true(text_next(&line, ',', &word));
	check_string(word, "");
	assert_true(text_next(&line, ',', &word));
	check_string(word, "bc");
	check_string(line, "d");
	assert_true(text_next(&line, ',', &word));
	check_string(word, "d");
	assert_false(text_next(&line, ',', &word));
}

static void a_separator_at_the_end_makes_no_further_word(void **state)
{
	struct text line = LITERAL("one\0two\0"), word;

	(void)state;
	assert_true(text_next(&line, '\0', &word));
	check_string(word, "one");
	assert_true(text_next(&line, '\0', &word));
	check_string(word, "two");
	assert_false(text_next(&line, '\0', &word));
}

static void parts_never_reach_behind_the_end(void **state)
{
	struct text text = LITERAL("owl");

	(void)state;
	check_string(text_from(text, 1), "wl");
	check_string(text_from(text, 3), "");
	check_string(text_from(text, 4), "");
	check_string(text_from(text, SIZE_MAX), "");
	check_string(text_first(text, 2), "ow");
	check_string(text_first(text, 4), "owl");
	check_string(text_first(text, 0), "");
}

static void a_text_starts_and_ends_with_parts_of_itself_only(void **state)
{
	struct text text = LITERAL("x (deleted)");

	(void)state;
	assert_true(text_starts(text, "x "));
	assert_true(text_starts(text, "x (deleted)"));
	assert_false(text_starts(text, "x (deleted) "));
	assert_true(text_ends(text, " (deleted)"));
	assert_true(text_ends(text, "x (deleted)"));
	assert_false(text_ends(text, "-x (deleted)"));
	assert_true(text_is(text, "x (deleted)"));
	assert_false(text_is(text, "x"));
	assert_false(text_starts((struct text){ 0 }, "x"));
	assert_false(text_ends((struct text){ 0 }, "x"));
	assert_false(text_is((struct text){ 0 }, "x"));
}

static void texts_are_equal_by_bytes_not_up_to_a_nul(void **state)
{
	(void)state;
	assert_true(text_equal(LITERAL("a\0b"), LITERAL("a\0b")));
	assert_false(text_equal(LITERAL("a\0b"), LITERAL("a\0c")));
	assert_false(text_equal(LITERAL("a"), LITERAL("a\0")));
	assert_true(text_equal((struct text){ 0 }, LITERAL("")));
}

static void a_zeroed_text_is_the_empty_one(void **state)
{
	struct text none = { 0 };

	(void)state;
	assert_true(text_is(none, ""));
	assert_true(text_starts(none, ""));
	assert_true(text_ends(none, ""));
	check_string(text_of(NULL), "");
}

static void the_distance_counts_letters_changed_added_dropped_or_swapped(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} cases[] = {
		{ "recover", "recover", 0 },
		{ "recovr", "recover", 1 },
		{ "recoverr", "recover", 1 },
		{ "racover", "recover", 1 },
		{ "rceover", "recover", 1 },
		{ "delteed", "deleted", 1 },
		{ "dleted", "deleted", 1 },
		{ "", "ps", 2 },
		{ "ps", "", 2 },
		{ "", "", 0 },
		{ "kitten", "sitting", 3 },
		{ "ab", "ba", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text a = text_of(cases[i].a), b = text_of(cases[i].b);

		assert_int_equal(text_distance(a, b, 5), cases[i].distance);
		assert_int_equal(text_distance(b, a, 5), cases[i].distance);
	}
}

static void a_distance_above_the_limit_is_one_more_than_it(void **state)
{
	static const char longer[] = "an argument that is far too long to be any command";

	(void)state;
	assert_int_equal(text_distance(text_of("kitten"), text_of("sitting"), 2), 3);
	assert_int_equal(text_distance(text_of("abcdefgh"), text_of("zyxwvuts"), 2), 3);
	assert_int_equal(text_distance(text_of(longer), text_of(longer), 2), 3);
	assert_int_equal(text_distance(text_of("ps"), text_of(longer), 2), 3);
}

static void a_number_is_written_as_printf_does(void **state)
{
	static const uint64_t numbers[] = { 0, 9, 10, 4096, UINT32_MAX, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		char ours[TEXT_NUMBER_MAX], theirs[TEXT_NUMBER_MAX];
		int len = snprintf(theirs, sizeof(theirs), "%" PRIu64, numbers[i]);

		assert_int_equal(text_put_number(ours, numbers[i]), len);
		assert_string_equal(ours, theirs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_read_in_its_base),
		cmocka_unit_test(a_number_one_above_the_greatest_is_out_of_range),
		cmocka_unit_test(a_fraction_is_read_in_units_of_its_decimals),
		cmocka_unit_test(words_stand_between_blanks_however_many),
		cmocka_unit_test(what_is_no_number_is_refused_and_changes_nothing),
		cmocka_unit_test(many_digits_and_then_a_letter_are_no_number),
		cmocka_unit_test(a_number_is_written_as_printf_does),
		cmocka_unit_test(the_last_slash_parts_directory_and_name),
		cmocka_unit_test(below_a_directory_is_itself_and_what_lies_under_it),
		cmocka_unit_test(words_come_off_the_front_one_by_one),
		cmocka_unit_test(a_separator_at_the_end_makes_no_further_word),
		cmocka_unit_test(parts_never_reach_behind_the_end),
		cmocka_unit_test(a_text_starts_and_ends_with_parts_of_itself_only),
		cmocka_unit_test(texts_are_equal_by_bytes_not_up_to_a_nul),
		cmocka_unit_test(a_zeroed_text_is_the_empty_one),
		cmocka_unit_test(the_distance_counts_letters_changed_added_dropped_or_swapped),
		cmocka_unit_test(a_distance_above_the_limit_is_one_more_than_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
