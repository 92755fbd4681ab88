/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/ringfiles.h: what an io_uring has registered, from its fdinfo. */
#include "kernel/ringfiles.h"

#include <errno.h>

#include "check.h"

static const char busy[] = "pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t14386696\n";

static const char ring[] =
	"pos:\t0\nflags:\t02000002\nSqMask:\t0x1\nSQEs:\t1\n    0: opcode:READ, fd:3, flags:0\n"
	"SqThread:\t-1\nUserFiles:\t9\n    0: /tmp/a\\040b\\040(deleted)\n    3: socket:[123]\n"
	"    4: <none>\n12345: /UserFiles:\n100000: /x\nUserBufs:\t1\n    0: 0x7f00/4096\n"
	"    1: /not\nPollList:\n";

static struct text list_of(const char *fdinfo)
{
	struct text list = { 0 };

	assert_int_equal(ringfiles_find(text_of(fdinfo), &list), 0);
	return list;
}

static void every_slot_with_a_path_is_found(void **state)
{
	static const struct {
		unsigned int slot;
		const char *path;
	} wanted[] = { { 0, "/tmp/a\\040b\\040(deleted)" },
		       { 12345, "/UserFiles:" },
		       { 100000, "/x" } };
	struct text list = list_of(ring);
	struct ringfile file;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		assert_true(ringfiles_next(&list, &file));
		assert_int_equal(file.slot, wanted[i].slot);
		check_string(file.path, wanted[i].path);
	}
	assert_false(ringfiles_next(&list, &file));
	assert_false(ringfiles_next(&list, &file));
}

static void a_ring_that_works_tells_nothing(void **state)
{
	struct text list;

	(void)state;
	assert_int_equal(ringfiles_find(text_of(busy), &list), -EBUSY);
	assert_int_equal(ringfiles_find((struct text){ 0 }, &list), -EBUSY);
}

static void a_ring_without_files_has_an_empty_list(void **state)
{
	struct text list = list_of("UserFiles:\t0\nUserBufs:\t0\n");
	struct ringfile file;

	(void)state;
	assert_false(ringfiles_next(&list, &file));
	list = list_of("UserFiles:\t0\n");
	assert_false(ringfiles_next(&list, &file));
}

static void nonsense_ends_the_list(void **state)
{
	static const char *const lists[] = { "UserFiles:\t1\n    x: /a\n",
					     "UserFiles:\t1\n  0 /a\n",
					     "UserFiles:\t1\n99999999999: /a\n",
					     "UserFiles:\t1\n    0:/a\n", "UserFiles:\t1\n\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		struct text list = list_of(lists[i]);
		struct ringfile file;

		assert_false(ringfiles_next(&list, &file));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slot_with_a_path_is_found),
		cmocka_unit_test(a_ring_that_works_tells_nothing),
		cmocka_unit_test(a_ring_without_files_has_an_empty_list),
		cmocka_unit_test(nonsense_ends_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
