/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/pidio.h: /proc/PID/io. */
#include "kernel/pidio.h"

#include <errno.h>
#include <fcntl.h>

#include "check.h"
#include "kernel/procfile.h"

#define IO                                                                                \
	"rchar: 10419\nwchar: 3443\nsyscr: 18\nsyscw: 4\nread_bytes: 8192\nwrite_bytes: " \
	"4096\n"

static void every_line_is_found(void **state)
{
	struct pidio io;

	(void)state;
	assert_int_equal(pidio_parse(text_of(IO "later: 1\ncancelled_write_bytes: 12\n"), &io), 0);
	assert_int_equal(io.rchar, 10419);
	assert_int_equal(io.wchar, 3443);
	assert_int_equal(io.syscr, 18);
	assert_int_equal(io.syscw, 4);
	assert_int_equal(io.read_bytes, 8192);
	assert_int_equal(io.write_bytes, 4096);
	assert_int_equal(io.cancelled, 12);
}

static void what_lacks_a_line_or_a_number_is_refused(void **state)
{
	static const char *const texts[] = { "", IO, IO "cancelled_write_bytes: x\n",
					     IO "cancelled_write_bytes\n" };
	struct pidio io = { .rchar = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(pidio_parse(text_of(texts[i]), &io), -EINVAL);
	assert_int_equal(io.rchar, 42);
}

static void our_own_is_read(void **state)
{
	char buffer[PIDIO_MAX];
	struct pidio io;
	ssize_t len = procfile_read(AT_FDCWD, "/proc/self/io", buffer, sizeof(buffer));

	(void)state;
	if (len == -ENOENT)
		skip_because("this kernel counts no I/O");
	assert_true(len > 0);
	assert_int_equal(pidio_parse((struct text){ buffer, (size_t)len }, &io), 0);
	assert_true(io.rchar > 0 && io.syscr > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_found),
		cmocka_unit_test(what_lacks_a_line_or_a_number_is_refused),
		cmocka_unit_test(our_own_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
