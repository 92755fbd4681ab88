/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/statm.h: /proc/PID/statm. */
#include "kernel/statm.h"

#include <errno.h>

#include "check.h"

static void the_numbers_are_taken_in_their_order(void **state)
{
	struct statm statm;

	(void)state;
	assert_int_equal(statm_parse(text_of("765 408 380 5 0 90 0\n"), &statm), 0);
	assert_int_equal(statm.size, 765);
	assert_int_equal(statm.resident, 408);
	assert_int_equal(statm.shared, 380);
	assert_int_equal(statm.text, 5);
	assert_int_equal(statm.data, 90);
}

static void what_is_short_or_no_number_is_refused(void **state)
{
	static const char *const texts[] = { "", "1 2 3 4 5 6", "1 2 3 4 5 6 x\n",
					     "1  2 3 4 5 6 7\n" };
	struct statm statm = { .size = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(statm_parse(text_of(texts[i]), &statm), -EINVAL);
	assert_int_equal(statm.size, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_are_taken_in_their_order),
		cmocka_unit_test(what_is_short_or_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
