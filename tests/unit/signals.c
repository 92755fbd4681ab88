/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/signals.h: signals by name. */
#include "kernel/signals.h"

#include <signal.h>

#include "check.h"

static void every_number_has_a_name(void **state)
{
	char name[SIGNALS_NAME_MAX];

	(void)state;
	assert_string_equal(signals_name(name, SIGHUP), "HUP");
	assert_string_equal(signals_name(name, SIGCHLD), "CHLD");
	assert_string_equal(signals_name(name, SIGRTMIN), "RTMIN");
	assert_string_equal(signals_name(name, SIGRTMIN + 3), "RTMIN+3");
	assert_string_equal(signals_name(name, SIGRTMAX), "RTMIN+30");
	assert_string_equal(signals_name(name, 33), "33");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
