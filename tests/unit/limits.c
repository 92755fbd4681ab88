/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/limits.h: /proc/PID/limits against getrlimit(2). */
#include "kernel/limits.h"

#include <errno.h>
#include <fcntl.h>

#include "check.h"
#include "kernel/procfile.h"

static void our_own_are_what_getrlimit_says(void **state)
{
	char buffer[LIMITS_MAX];
	struct limits limits;
	ssize_t len = procfile_read(AT_FDCWD, "/proc/self/limits", buffer, sizeof(buffer));

	(void)state;
	assert_true(len > 0);
	assert_int_equal(limits_parse((struct text){ buffer, (size_t)len }, &limits), 0);
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;

		assert_int_equal(getrlimit((unsigned int)i, &limit), 0);
		assert_int_equal(limits.soft[i],
				 limit.rlim_cur == RLIM_INFINITY ? LIMITS_NONE : limit.rlim_cur);
		assert_int_equal(limits.hard[i],
				 limit.rlim_max == RLIM_INFINITY ? LIMITS_NONE : limit.rlim_max);
	}
}

static void what_is_cut_off_or_no_number_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"Limit                     Soft Limit           Hard Limit           Units     \n",
		"Limit\nMax open files            x                    1048576              files\n",
		"Limit\nMax open files            1024\n",
	};
	struct limits limits = { .soft = { 42 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(limits_parse(text_of(texts[i]), &limits), -EINVAL);
	assert_int_equal(limits.soft[0], 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_are_what_getrlimit_says),
		cmocka_unit_test(what_is_cut_off_or_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
