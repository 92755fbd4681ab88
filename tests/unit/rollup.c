/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/rollup.h: /proc/PID/smaps_rollup. */
#include "kernel/rollup.h"

#include <errno.h>
#include <fcntl.h>

#include "check.h"
#include "kernel/procfile.h"

#define ROLLUP                                                                                \
	"55d5541ac000-7ffebc0e8000 ---p 00000000 00:00 0                          [rollup]\n" \
	"Rss:                1748 kB\nPss:                 159 kB\n"                          \
	"Private_Clean:         4 kB\nPrivate_Dirty:       116 kB\n"                          \
	"AnonHugePages:      2048 kB\nSwap:                 12 kB\n"

static void amounts_are_bytes(void **state)
{
	struct rollup rollup;

	(void)state;
	assert_int_equal(rollup_parse(text_of(ROLLUP "SwapPss:               8 kB\n"), &rollup), 0);
	assert_int_equal(rollup.rss, 1748 * 1024);
	assert_int_equal(rollup.pss, 159 * 1024);
	assert_int_equal(rollup.private_clean, 4 * 1024);
	assert_int_equal(rollup.private_dirty, 116 * 1024);
	assert_int_equal(rollup.huge, 2048 * 1024);
	assert_int_equal(rollup.swap, 12 * 1024);
	assert_int_equal(rollup.swap_pss, 8 * 1024);
}

static void what_is_cut_off_or_of_another_unit_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     "Rss: 1 kB\n",
					     ROLLUP,
					     ROLLUP "SwapPss: 8 MB\n",
					     ROLLUP "SwapPss: 8",
					     ROLLUP "SwapPss: kB\n" };
	struct rollup rollup = { .rss = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(rollup_parse(text_of(texts[i]), &rollup), -EINVAL);
	assert_int_equal(rollup.rss, 42);
}

static void our_own_is_read(void **state)
{
	char buffer[ROLLUP_MAX];
	struct rollup rollup;
	ssize_t len = procfile_read(AT_FDCWD, "/proc/self/smaps_rollup", buffer, sizeof(buffer));

	(void)state;
	if (len == -ENOENT)
		skip_because("this kernel has no smaps_rollup");
	assert_true(len > 0);
	assert_int_equal(rollup_parse((struct text){ buffer, (size_t)len }, &rollup), 0);
	assert_true(rollup.pss && rollup.pss <= rollup.rss);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_bytes),
		cmocka_unit_test(what_is_cut_off_or_of_another_unit_is_refused),
		cmocka_unit_test(our_own_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
