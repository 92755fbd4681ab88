/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/capability.h: capabilities by name. */
#include "kernel/capability.h"

#include <linux/capability.h>

#include "check.h"

static void every_number_has_a_name(void **state)
{
	char name[CAPABILITY_NAME_MAX];

	(void)state;
	assert_string_equal(capability_name(name, CAP_CHOWN), "chown");
	assert_string_equal(capability_name(name, CAP_NET_ADMIN), "net_admin");
	assert_string_equal(capability_name(name, 63), "63");
}

static void all_are_those_that_the_kernel_has(void **state)
{
	(void)state;
	assert_true(capability_all() >> CAP_SYS_ADMIN & 1);
	assert_false(capability_all() >> 63 & 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_has_a_name),
		cmocka_unit_test(all_are_those_that_the_kernel_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
