/* SPDX-License-Identifier: GPL-2.0-or-later */
/** base/error.h: messages of a fixed size. */
#include "base/error.h"

#include <errno.h>

#include "check.h"

static void a_message_is_set_and_the_code_handed_on(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, -EACCES, "cannot read %u: %s", 42, "not yours"), -EACCES);
	assert_string_equal(err.message, "cannot read 42: not yours");
	error_set(&err, 0, "another");
	assert_string_equal(err.message, "another");
}

static void further_lines_follow_the_first(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_add(&err, "one");
	error_add(&err, "\n  %s", "two");
	assert_string_equal(err.message, "one\n  two");
}

static void a_message_that_is_too_long_is_cut_and_ends(void **state)
{
	struct {
		struct error err;
		char behind;
	} box = { .behind = 'x' };

	(void)state;
	error_set(&box.err, 0, "%0*d", (int)sizeof(box.err.message) + 1000, 1);
	assert_int_equal(strlen(box.err.message), sizeof(box.err.message) - 1);
	error_add(&box.err, "and more");
	assert_int_equal(strlen(box.err.message), sizeof(box.err.message) - 1);
	assert_int_equal(box.behind, 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_set_and_the_code_handed_on),
		cmocka_unit_test(further_lines_follow_the_first),
		cmocka_unit_test(a_message_that_is_too_long_is_cut_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
