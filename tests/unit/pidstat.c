/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/pidstat.h: /proc/PID/stat, whose comm may be anything. */
#include "kernel/pidstat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* Behind the comm, of a shell on Linux 6.18. */
#define REST                                                                                       \
	" S 1702 4076 4076 34816 4076 4194304 103 0 0 0 12 7 0 0 20 0 3 0 425713 3133440 408 "     \
	"18446744073709551615 93875067465728 93875067485609 140723649481264 0 0 0 0 0 0 0 0 0 17 " \
	"1 0 0 0 0 0 93875067501616 93875067503232 93875948863488 140723649489533 "                \
	"140723649489566 140723649489566 140723649490923 0\n"

static struct pidstat parse(struct text text)
{
	struct pidstat stat;

	assert_int_equal(pidstat_parse(text, &stat), 0);
	return stat;
}

static void the_fields_are_found_by_their_numbers(void **state)
{
	struct pidstat stat = parse(LITERAL("4076 (bash)" REST));

	(void)state;
	check_string(stat.comm, "bash");
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.ppid, 1702);
	assert_int_equal(stat.flags, 4194304);
	assert_int_equal(stat.threads, 3);
	assert_int_equal(stat.start, 425713);
	assert_int_equal(stat.pgrp, 4076);
	assert_int_equal(stat.session, 4076);
	assert_int_equal(stat.tty, 34816);
	assert_int_equal(stat.tpgid, 4076);
	assert_int_equal(stat.minflt, 103);
	assert_int_equal(stat.utime, 12);
	assert_int_equal(stat.stime, 7);
	assert_int_equal(stat.priority, 20);
	assert_int_equal(stat.nice, 0);
	assert_int_equal(stat.vsize, 3133440);
	assert_int_equal(stat.rss_pages, 408);
	assert_true(stat.has_tail);
	assert_int_equal(stat.processor, 1);
}

static void numbers_may_be_negative(void **state)
{
	struct pidstat stat = parse(
		LITERAL("7 (rt) R 1 7 7 0 -1 64 1 2 3 4 5 6 -7 8 -51 -20 1 0 9 0 0 0 0 0 0 0 0 0 0 "
			"0 0 0 0 0 17 3 50 1 21 0 0 0 0 0 0 0 0 0 9\n"));

	(void)state;
	assert_int_equal(stat.tpgid, -1);
	assert_int_equal(stat.majflt, 3);
	assert_int_equal(stat.priority, -51);
	assert_int_equal(stat.nice, -20);
	assert_int_equal(stat.rt_priority, 50);
	assert_int_equal(stat.policy, 1);
	assert_int_equal(stat.blkio_ticks, 21);
	assert_int_equal(stat.exit_code, 9);
}

static void a_kernel_thread_is_known_by_its_flag(void **state)
{
	struct pidstat stat = parse(
		LITERAL("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 7 0 0 20 0 1 0 25 0 0 "
			"18446744073709551615 0 0 0 0 0 0 0 2147483647 0 1 0 0 0 0 0 0 0 0 0 0 0 0 "
			"0 0 0 0 0\n"));

	(void)state;
	check_string(stat.comm, "kthreadd");
	assert_true(stat.flags & PIDSTAT_KTHREAD);
	assert_int_equal(stat.ppid, 0);
	assert_int_equal(stat.start, 25);
}

static void a_comm_with_a_parenthesis_ends_at_the_last_one(void **state)
{
	struct pidstat stat = parse(LITERAL("4076 (a) R 1)" REST));

	(void)state;
	check_string(stat.comm, "a) R 1");
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.ppid, 1702);
	stat = parse(LITERAL("4076 (((())" REST));
	check_string(stat.comm, "((()");
	stat = parse(LITERAL("4076 ())" REST));
	check_string(stat.comm, ")");
}

static void a_comm_may_hold_blanks_newlines_or_nothing(void **state)
{
	(void)state;
	check_string(parse(LITERAL("4076 (a b  c)" REST)).comm, "a b  c");
	check_string(parse(LITERAL("4076 (a\nb)" REST)).comm, "a\nb");
	check_string(parse(LITERAL("4076 (\x1b[2J\xff)" REST)).comm, "\x1b[2J\xff");
	check_string(parse(LITERAL("4076 ()" REST)).comm, "");
	check_string(parse(LITERAL("4076 ( )" REST)).comm, " ");
	assert_int_equal(parse(LITERAL("4076 (1) S 1 1 1 1 1 2129984 0)" REST)).flags, 4194304);
}

static void a_line_that_was_cut_off_is_refused(void **state)
{
	static const char whole[] = "4076 (bash) S 1 1 1 0 -1 64 0 0 0 0 0 0 0 0 20 0 1 0 425713";
	struct pidstat stat = { .ppid = 42 };

	(void)state;
	assert_int_equal(parse(text_of(whole)).start, 425713);
	assert_false(parse(text_of(whole)).has_tail);
	for (size_t len = 0; len + sizeof(" 425713") < sizeof(whole); len++)
		assert_int_equal(pidstat_parse((struct text){ whole, len }, &stat), -EINVAL);
	assert_int_equal(stat.ppid, 42);
}

static void what_is_no_stat_line_is_refused_and_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		"4076",
		"4076 bash S 1",
		")(",
		")4076 (bash",
		"4076 (bash",
		"4076 bash)",
		"4076 (bash)",
		"4076 (bash) ",
		"4076 (bash) S",
		"(",
		")",
		"()",
		/* a start beyond all numbers */
		"4076 (bash) S 1 1 1 0 -1 64 0 0 0 0 0 0 0 0 20 0 1 0 99999999999999999999 0\n",
	};
	struct pidstat stat = { .ppid = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (pidstat_parse(text_of(texts[i]), &stat) != -EINVAL)
			fail_msg("'%s' was read", texts[i]);
		assert_int_equal(stat.ppid, 42);
	}
}

/** A child that is called `name` until its stdin ends; `*end` closes it. */
static pid_t start_called(const char *name, int *end)
{
	int ends[2], ready[2];
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC) + pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[1]);
		prctl(PR_SET_NAME, name);
		close(ready[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	close(ends[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	*end = ends[1];
	return pid;
}

static void a_real_process_with_a_hostile_name_is_read(void **state)
{
	char path[32], buffer[PIDSTAT_MAX];
	struct pidstat stat;
	int end;
	pid_t pid = start_called(") R 1 (\n 2 )", &end);

	(void)state;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(pidstat_read(dir, buffer, &stat), 0);
	check_string(stat.comm, ") R 1 (\n 2 )");
	assert_int_equal(stat.ppid, getpid());
	assert_int_equal(stat.threads, 1);
	assert_true(stat.start > 0);
	close(end);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* The directory never comes to mean another process. */
	assert_int_equal(pidstat_read(dir, buffer, &stat), -ESRCH);
	close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fields_are_found_by_their_numbers),
		cmocka_unit_test(numbers_may_be_negative),
		cmocka_unit_test(a_kernel_thread_is_known_by_its_flag),
		cmocka_unit_test(a_comm_with_a_parenthesis_ends_at_the_last_one),
		cmocka_unit_test(a_comm_may_hold_blanks_newlines_or_nothing),
		cmocka_unit_test(a_line_that_was_cut_off_is_refused),
		cmocka_unit_test(what_is_no_stat_line_is_refused_and_changes_nothing),
		cmocka_unit_test(a_real_process_with_a_hostile_name_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
