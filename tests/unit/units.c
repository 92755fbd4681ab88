/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/units.h: numbers as a person reads them. */
#include "show/units.h"

#include <stdlib.h>
#include <time.h>

#include "check.h"

static const int64_t MS = 1000000, SECOND = 1000000000;

static void sizes_go_by_powers_of_1024(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *wanted;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1B" },
		{ 999, "999B" },
		{ 1023, "1023B" },
		{ 1024, "1.0K" },
		{ 1536, "1.5K" },
		{ 9933, "9.7K" },
		{ 10 * 1024 - 1, "10K" },
		{ 24 * 1024, "24K" },
		{ 999 * 1024, "999K" },
		{ 1000 * 1024, "1.0M" },
		{ 1024 * 1024, "1.0M" },
		{ UINT64_C(9) << 30, "9.0G" },
		{ UINT64_C(200) << 30, "200G" },
		{ UINT64_C(3) << 40, "3.0T" },
		{ UINT64_C(1) << 60, "1.0E" },
		{ UINT64_MAX, "16E" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buffer[UNITS_MAX];

		assert_string_equal(units_size(buffer, cases[i].bytes), cases[i].wanted);
	}
}

static void a_duration_has_the_unit_that_fits(void **state)
{
	const struct {
		int64_t ns;
		const char *wanted;
	} cases[] = {
		{ 0, "0.00 s" },
		{ 10 * MS, "0.01 s" },
		{ 400 * MS, "0.40 s" },
		{ 500 * MS, "1 s" },
		{ 8 * SECOND, "8 s" },
		{ 99 * SECOND, "99 s" },
		{ 100 * SECOND, "2 min" },
		{ 12 * 60 * SECOND, "12 min" },
		{ 60 * 60 * SECOND, "1 h" },
		{ (2 * 60 + 14) * 60 * SECOND, "2 h 14 min" },
		{ 24 * 60 * 60 * SECOND, "24 h" },
		{ 12 * 24 * 60 * 60 * SECOND, "12 d" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buffer[UNITS_MAX];

		assert_string_equal(units_duration(buffer, cases[i].ns), cases[i].wanted);
	}
}

static void an_interval_has_three_digits(void **state)
{
	const struct {
		int64_t ns;
		const char *wanted;
	} cases[] = {
		{ 0, "0 ns" },
		{ 999, "999 ns" },
		{ 50000, "0.05 ms" },
		{ 5 * MS, "5 ms" },
		{ 250 * MS, "250 ms" },
		{ 999 * MS, "999 ms" },
		{ 999 * MS + MS / 2, "1 s" },
		{ SECOND, "1 s" },
		{ 3200 * MS, "3.2 s" },
		{ 3219 * MS, "3.22 s" },
		{ 99 * SECOND, "99 s" },
		{ 99960 * MS, "2 min" },
		{ 12 * 60 * SECOND, "12 min" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buffer[UNITS_MAX];

		assert_string_equal(units_interval(buffer, cases[i].ns), cases[i].wanted);
	}
}

static void processor_time_is_written_as_ps_does(void **state)
{
	static const struct {
		uint64_t ns;
		const char *clock, *seconds;
	} cases[] = {
		{ 0, "0:00", "0" },
		{ 59990 * MS, "0:59", "59.99" },
		{ 60 * SECOND, "1:00", "60" },
		{ 8047 * SECOND, "2:14:07", "8047" },
		{ (12 * 86400 + 11647) * SECOND + 1, "12-03:14:07", "1048447.000000001" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buffer[UNITS_MAX];

		assert_string_equal(units_clockwise(buffer, cases[i].ns), cases[i].clock);
		assert_string_equal(units_seconds(buffer, cases[i].ns), cases[i].seconds);
	}
}

static void a_moment_for_programs_is_utc_with_the_nanoseconds_there_are(void **state)
{
	static const struct {
		int64_t ns;
		const char *wanted;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1, "1970-01-01T00:00:00.000000001Z" },
		{ -1, "1969-12-31T23:59:59.999999999Z" },
		{ -1000000000, "1969-12-31T23:59:59Z" },
		{ INT64_C(1795403647123456789), "2026-11-23T03:14:07.123456789Z" },
	};

	(void)state;
	setenv("TZ", "IST-5:30", 1);
	tzset();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buffer[UNITS_MAX];

		assert_string_equal(units_rfc3339(buffer, cases[i].ns), cases[i].wanted);
	}
}

static void a_moment_for_people_is_local(void **state)
{
	char buffer[UNITS_MAX];

	(void)state;
	setenv("TZ", "IST-5:30", 1);
	tzset();
	assert_string_equal(units_moment(buffer, INT64_C(1795403647) * SECOND),
			    "2026-11-23 08:44:07");
	assert_string_equal(units_clock(buffer, INT64_C(1795403647) * SECOND), "08:44:07");
	assert_string_equal(units_clock(buffer, -1), "05:29:59");
}

static void percent_is_rounded_up_and_never_of_nothing(void **state)
{
	(void)state;
	assert_int_equal(units_percent(0, 0), 0);
	assert_int_equal(units_percent(0, 10), 0);
	assert_int_equal(units_percent(10, 0), 100);
	assert_int_equal(units_percent(1, 999), 1);
	assert_int_equal(units_percent(50, 50), 50);
	assert_int_equal(units_percent(999, 1), 100);
	assert_int_equal(units_percent(UINT64_MAX, UINT64_MAX), 50);
}

static void one_is_not_a_plural(void **state)
{
	(void)state;
	assert_string_equal(units_plural(0), "s");
	assert_string_equal(units_plural(1), "");
	assert_string_equal(units_plural(2), "s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_go_by_powers_of_1024),
		cmocka_unit_test(a_duration_has_the_unit_that_fits),
		cmocka_unit_test(an_interval_has_three_digits),
		cmocka_unit_test(a_moment_for_programs_is_utc_with_the_nanoseconds_there_are),
		cmocka_unit_test(processor_time_is_written_as_ps_does),
		cmocka_unit_test(a_moment_for_people_is_local),
		cmocka_unit_test(percent_is_rounded_up_and_never_of_nothing),
		cmocka_unit_test(one_is_not_a_plural),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
