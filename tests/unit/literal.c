/* SPDX-License-Identifier: GPL-2.0-or-later */
/** sql/literal.h: sizes as a person writes them. */
#include "sql/literal.h"

#include <errno.h>

#include "check.h"

static void check_size(const char *text, uint64_t wanted)
{
	uint64_t size;

	assert_int_equal(literal_size(text_of(text), &size), 0);
	assert_int_equal(size, wanted);
}

static void sizes_have_units_of_1024(void **state)
{
	(void)state;
	check_size("0", 0);
	check_size("512", 512);
	check_size("512B", 512);
	check_size("1K", 1024);
	check_size("1.5G", UINT64_C(1536) << 20);
	check_size("2 MiB", UINT64_C(2) << 20);
	check_size("1t", UINT64_C(1) << 40);
	check_size("0.5K", 512);
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "G", "1X", "1KK", "-1", "1.G2", "1e3", "9E", "1G/s"
	};
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (literal_size(text_of(bad[i]), &size) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	}
}

static void durations_have_units_of_time(void **state)
{
	static const struct {
		const char *text;
		double seconds;
	} good[] = { { "0", 0 },    { "90", 90 },      { "250ms", 0.25 }, { "3 s", 3 },
		     { "2m", 120 }, { "1.5 min", 90 }, { "2h", 7200 },    { "1d", 86400 } };
	static const char *const bad[] = { "", "h", "-1s", "2 hours", "1h30" };
	double seconds;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(literal_duration(text_of(good[i].text), &seconds), 0);
		assert_true(seconds > good[i].seconds - 1e-9 && seconds < good[i].seconds + 1e-9);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (literal_duration(text_of(bad[i]), &seconds) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	}
}

static void check_sql(const char *typed, const char *wanted)
{
	struct literals literals;
	struct error err = { "" };

	assert_int_equal(literals_read(text_of(typed), NULL, &literals, &err), 0);
	assert_string_equal(literals.sql, wanted);
	literals_end(&literals);
}

static void a_text_that_is_compared_with_bytes_becomes_a_number(void **state)
{
	(void)state;
	check_sql("SELECT 1 FROM files WHERE size > '1K'", "SELECT 1 FROM files WHERE size > 1024");
	check_sql("files f WHERE '1K' <= f.disk", "files f WHERE 1024 <= f.disk");
	check_sql("files f.size='2K' AND name = '2K'", "files f.size=2048 AND name = '2K'");
	check_sql("files size BETWEEN '1K' AND '2K' AND path = '1K'",
		  "files size BETWEEN 1024 AND 2048 AND path = '1K'");
	check_sql("files size NOT BETWEEN '1K' AND '2K'", "files size NOT BETWEEN 1024 AND 2048");
	check_sql("files HAVING sum(size) > '1K'", "files HAVING sum(size) > 1024");
	check_sql("cpus WHERE user > '1m'", "cpus WHERE user > 60.000000000");
	check_sql("files size NOT IN ('1K', '2K') OR command IN ('1K')",
		  "files size NOT IN (1024, 2048) OR command IN ('1K')");
}

static void all_else_stays_as_it_is(void **state)
{
	(void)state;
	check_sql("", "");
	check_sql("SELECT '1K', 'size > ''1K'''", "SELECT '1K', 'size > ''1K'''");
	check_sql("size > 5 -- '1K'", "size > 5 -- '1K'");
	check_sql("size IN (SELECT '1K')", "size IN (SELECT '1K')");
	check_sql("files size BETWEEN 1 AND 2 AND path LIKE '1K'",
		  "files size BETWEEN 1 AND 2 AND path LIKE '1K'");
	check_sql("files size IN t AND path = '1K'", "files size IN t AND path = '1K'");
	check_sql("SELECT path AS size FROM files WHERE size = '1K'",
		  "SELECT path AS size FROM files WHERE size = '1K'");
	check_sql("cpus, processes WHERE user = '1K'", "cpus, processes WHERE user = '1K'");
	check_sql("kind = '1K", "kind = '1K");
}

static void what_would_be_a_text_beside_a_number_is_refused(void **state)
{
	struct literals literals;
	struct error err = { "" };

	(void)state;
	assert_int_equal(literals_read(text_of("files WHERE size * 2 > '1M'"), NULL, &literals,
				       &err),
			 -EINVAL);
	assert_string_equal(err.message, "'1M' is a number only beside a column: write it out\n"
					 "  files WHERE size * 2 > '1M'\n"
					 "                         ^");
}

static void what_is_no_size_is_shown_where_it_stands(void **state)
{
	struct literals literals;
	struct error err = { "" };

	(void)state;
	assert_int_equal(literals_read(text_of("files\nAND size > 'big'"), NULL, &literals, &err),
			 -EINVAL);
	assert_string_equal(err.message, "'big' is no size: write '64K', '1.5G' or a number\n"
					 "  AND size > 'big'\n"
					 "             ^");
}

static void a_place_in_the_statement_is_found_in_what_was_typed(void **state)
{
	static const char typed[] = "files size > '1K' AND size < '1M' AND x";
	struct literals literals;
	struct error err = { "" };

	(void)state;
	assert_int_equal(literals_read(text_of(typed), NULL, &literals, &err), 0);
	const char *found = strrchr(literals.sql, 'x');
	assert_int_equal(literals_origin(&literals, (size_t)(found - literals.sql)),
			 strrchr(typed, 'x') - typed);
	assert_int_equal(literals_origin(&literals, 2), 2);
	literals_end(&literals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_units_of_1024),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(durations_have_units_of_time),
		cmocka_unit_test(a_text_that_is_compared_with_bytes_becomes_a_number),
		cmocka_unit_test(all_else_stays_as_it_is),
		cmocka_unit_test(what_would_be_a_text_beside_a_number_is_refused),
		cmocka_unit_test(what_is_no_size_is_shown_where_it_stands),
		cmocka_unit_test(a_place_in_the_statement_is_found_in_what_was_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
