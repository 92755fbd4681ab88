/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/terminal.h: who is behind a pseudo-terminal. */
#include "kernel/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

static void whoever_has_the_other_end_open_is_behind_it(void **state)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), number;
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(ioctl(fd, TIOCGPTN, &number), 0);
	assert_true(terminal_is_behind(self, (unsigned int)number));
	assert_false(terminal_is_behind(self, (unsigned int)number + 100000));
	close(fd);
	assert_false(terminal_is_behind(self, (unsigned int)number));
	close(self);
}

static void a_terminal_at_our_input_is_ours(void **state)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), number, before = dup(0);
	unsigned int own[TERMINAL_OWN_MAX], count;
	bool found = false;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(grantpt(fd) || unlockpt(fd) || ioctl(fd, TIOCGPTN, &number), 0);
	int other = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_equal(dup2(other, 0), 0);
	count = terminal_own(own);
	if (before >= 0)
		dup2(before, 0);
	assert_true(count <= TERMINAL_OWN_MAX);
	for (unsigned int i = 0; i < count; i++)
		found |= own[i] == (unsigned int)number;
	assert_true(found);
	close(other);
	close(fd);
	close(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_has_the_other_end_open_is_behind_it),
		cmocka_unit_test(a_terminal_at_our_input_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
