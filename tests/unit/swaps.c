/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/swaps.h: what /proc/swaps lists. */
#include "kernel/swaps.h"

#include "check.h"

static const char swaps[] =
	"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	"/dev/vda2                               partition\t8388604\t\t0\t\t-2\n"
	"/x/swap\\040file\\040(deleted)               file\t\t65532\t\t12\t\t-3\n"
	"/a/very/long/path/that/has/more/than/forty/bytes file\t\t4\t0\t-4\n";

static void every_line_is_read(void **state)
{
	static const struct {
		const char *path;
		bool is_file;
		uint64_t size;
	} wanted[] = {
		{ "/dev/vda2", false, UINT64_C(8388604) * 1024 },
		{ "/x/swap\\040file\\040(deleted)", true, 65532 * 1024 },
		{ "/a/very/long/path/that/has/more/than/forty/bytes", true, 4096 },
	};
	struct text text = text_of(swaps);
	struct swap swap;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		assert_true(swaps_next(&text, &swap));
		check_string(swap.path, wanted[i].path);
		assert_int_equal(swap.is_file, wanted[i].is_file);
		assert_int_equal(swap.size, wanted[i].size);
	}
	assert_false(swaps_next(&text, &swap));
}

static void what_makes_no_sense_is_skipped(void **state)
{
	struct text text = text_of("/a\n/b file\n/c file x 0 0\n/d file 99999999999999999999 0 0\n"
				   "\n/e file 18446744073709551615 0 0\n/f partition 1 0 0");
	struct swap swap;

	(void)state;
	assert_true(swaps_next(&text, &swap));
	check_string(swap.path, "/f");
	assert_int_equal(swap.size, 1024);
	assert_false(swaps_next(&text, &swap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_read),
		cmocka_unit_test(what_makes_no_sense_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
