/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/filelock.h: locks as fdinfo and /proc/locks write them. */
#include "kernel/filelock.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

#include "ownfd.h"
#include "scratch.h"

#define COMMON "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\n"

static struct filelock parse(const char *line)
{
	struct filelock lock;

	if (filelock_parse(text_of(line), &lock))
		fail_msg("'%s' was refused", line);
	return lock;
}

static void every_type_of_lock_is_told(void **state)
{
	struct filelock lock = parse("1: POSIX  ADVISORY  READ 29992 fe:0a:10952705 100 199");

	(void)state;
	assert_int_equal(lock.type, FILELOCK_POSIX);
	assert_false(lock.write || lock.to_end || lock.blocked);
	assert_int_equal(lock.pid, 29992);
	assert_int_equal(lock.dev, makedev(0xfe, 10));
	assert_int_equal(lock.ino, 10952705);
	assert_int_equal(lock.start, 100);
	assert_int_equal(lock.end, 199);
	lock = parse("3: OFDLCK ADVISORY  WRITE -1 fe:00:5 200 EOF");
	assert_int_equal(lock.type, FILELOCK_OFD);
	assert_true(lock.write && lock.to_end);
	assert_int_equal(lock.pid, 0);
	assert_int_equal(parse("1: FLOCK  ADVISORY  WRITE 1 00:1b:5 0 EOF").type, FILELOCK_FLOCK);
	lock = parse("1: LEASE  ACTIVE    READ 29992 fe:00:5 0 EOF");
	assert_int_equal(lock.type, FILELOCK_LEASE);
	assert_int_equal(lock.state, FILELOCK_HELD);
	lock = parse("1: LEASE  BREAKING  UNLCK 29992 fe:00:5 0 EOF");
	assert_int_equal(lock.state, FILELOCK_BREAKING);
	assert_true(lock.unlock);
	assert_int_equal(parse("1: DELEG  ACTIVE    READ 9 fe:00:5 0 EOF").type, FILELOCK_DELEG);
	assert_int_equal(parse("1: POSIX  ADVISORY  READ 9 <none>:0 0 EOF").ino, 0);
}

static void a_lock_that_waits_is_blocked(void **state)
{
	struct filelock lock = parse("2: -> FLOCK  ADVISORY  WRITE 4711 fe:00:5 0 EOF");

	(void)state;
	assert_true(lock.blocked);
	assert_int_equal(lock.pid, 4711);
	assert_true(parse("2:   -> FLOCK  ADVISORY  WRITE 4711 fe:00:5 0 EOF").blocked);
}

static void what_is_no_lock_is_refused_and_changes_nothing(void **state)
{
	static const char *const lines[] = {
		"",
		"1:",
		"1: POSIX",
		"POSIX  ADVISORY  READ 29992 fe:00:10952705 0 99",
		"1: OWL    ADVISORY  READ 29992 fe:00:10952705 0 99",
		"1: POSIX  ADVISORY  HOOT 29992 fe:00:10952705 0 99",
		"1: POSIX  ADVISORY  READ 29992 fe:00 0 99",
		"1: POSIX  ADVISORY  READ 29992 fe:zz:1 0 99",
		"1: POSIX  ADVISORY  READ 29992 fe:00:1 0",
		"1: POSIX  ADVISORY  READ 29992 fe:00:1 x 99",
		"1: POSIX  ADVISORY  READ 29992 fe:00:1 0 END",
	};
	struct filelock lock = { .ino = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		if (filelock_parse(text_of(lines[i]), &lock) != -EINVAL)
			fail_msg("'%s' was read", lines[i]);
		assert_int_equal(lock.ino, 42);
	}
}

/** What the kind of file says comes behind the locks, and its owner may have chosen it. */
static void a_later_line_that_looks_like_a_lock_is_none(void **state)
{
	struct text text = text_of(COMMON "lock:\t1: FLOCK  ADVISORY  READ 1 fe:00:5 0 EOF\n"
					  "size:\t4096\nname:\tx\n"
					  "lock:\t2: FLOCK  ADVISORY  WRITE 1 fe:00:5 0 EOF\n");
	struct filelock lock;

	(void)state;
	assert_true(filelock_next(&text, &lock));
	assert_false(lock.write);
	assert_false(filelock_next(&text, &lock));
}

static void real_locks_are_read(void **state)
{
	struct flock part = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 50
	};
	struct flock rest = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1000 };
	int fd = scratch_open("file", O_CREAT | O_RDWR);
	struct filelock locks[3];
	unsigned int count = 0;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(fcntl(fd, F_SETLK, &part), 0);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &rest), 0);
	struct text text = ownfd_info(fd);
	while (count < 3 && filelock_next(&text, &locks[count]))
		count++;
	assert_int_equal(count, 3);
	assert_false(filelock_next(&text, &locks[0]));
	assert_int_equal(locks[0].type, FILELOCK_FLOCK);
	assert_true(locks[0].write && locks[0].to_end);
	assert_int_equal(locks[1].type, FILELOCK_POSIX);
	assert_int_equal(locks[1].pid, getpid());
	assert_int_equal(locks[1].start, 100);
	assert_int_equal(locks[1].end, 149);
	assert_int_equal(locks[2].type, FILELOCK_OFD);
	assert_int_equal(locks[2].start, 1000);
	assert_true(locks[2].to_end);
	close(fd);
}

static void a_real_lease_is_read(void **state)
{
	struct filelock lock;

	(void)state;
	scratch_write("file", LITERAL("owl"));
	int fd = scratch_open("file", O_RDONLY);
	if (fcntl(fd, F_SETLEASE, F_RDLCK))
		skip_because("no leases here: %s", strerror(errno));
	struct text text = ownfd_info(fd);
	assert_true(filelock_next(&text, &lock));
	assert_int_equal(lock.type, FILELOCK_LEASE);
	assert_false(lock.write);
	assert_string_equal(filelock_word(lock.type), "lease");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_of_lock_is_told),
		cmocka_unit_test(a_lock_that_waits_is_blocked),
		cmocka_unit_test(what_is_no_lock_is_refused_and_changes_nothing),
		cmocka_unit_test(a_later_line_that_looks_like_a_lock_is_none),
		scratch_test(real_locks_are_read),
		scratch_test(a_real_lease_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
