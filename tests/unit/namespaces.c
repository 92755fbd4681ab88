/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/namespaces.h: the links of /proc/PID/ns. */
#include "kernel/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static void our_own_are_the_inodes_behind_the_links(void **state)
{
	struct namespaces namespaces;
	struct stat stat;
	int dir = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(namespaces_read(dir, &namespaces), 0);
	assert_int_equal(fstatat(dir, "ns/mnt", &stat, 0), 0);
	assert_int_equal(namespaces.ino[NAMESPACE_MNT], stat.st_ino);
	assert_int_equal(fstatat(dir, "ns/uts", &stat, 0), 0);
	assert_int_equal(namespaces.ino[NAMESPACE_UTS], stat.st_ino);
	close(dir);
}

static void where_there_are_none_it_says_so(void **state)
{
	struct namespaces namespaces = { .ino = { 42 } };
	int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(namespaces_read(dir, &namespaces), -ENOENT);
	assert_int_equal(namespaces.ino[0], 42);
	close(dir);
}

static void every_kind_has_a_word(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < NAMESPACE_COUNT; i++)
		assert_true(strlen(namespaces_word(i)) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_are_the_inodes_behind_the_links),
		cmocka_unit_test(where_there_are_none_it_says_so),
		cmocka_unit_test(every_kind_has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
