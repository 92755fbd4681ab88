/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/schedstat.h: /proc/PID/schedstat. */
#include "kernel/schedstat.h"

#include <errno.h>

#include "check.h"

static void running_waiting_and_slices_are_told_apart(void **state)
{
	struct schedstat stat;

	(void)state;
	assert_int_equal(schedstat_parse(text_of("123456789 2740006 17\n"), &stat), 0);
	assert_int_equal(stat.run_ns, 123456789);
	assert_int_equal(stat.wait_ns, 2740006);
	assert_int_equal(stat.slices, 17);
}

static void what_is_short_or_no_number_is_refused(void **state)
{
	static const char *const texts[] = { "", "1 2", "1 2 \n", "1 -2 3\n" };
	struct schedstat stat = { .slices = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(schedstat_parse(text_of(texts[i]), &stat), -EINVAL);
	assert_int_equal(stat.slices, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_waiting_and_slices_are_told_apart),
		cmocka_unit_test(what_is_short_or_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
