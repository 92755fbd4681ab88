/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/pidstatus.h: /proc/PID/status, line by line. */
#include "kernel/pidstatus.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static struct pidstatus parse(struct text text)
{
	struct pidstatus status;

	assert_int_equal(pidstatus_parse(text, &status), 0);
	return status;
}

static void the_lines_that_count_are_found(void **state)
{
	struct pidstatus status = parse(
		LITERAL("Name:\tshopd\nUmask:\t0022\nState:\tt (tracing stop)\nTgid:\t4090\n"
			"TracerPid:\t4711\nNStgid:\t4090\t7\t1\nNSpid:\t4090\t7\t1\nThreads:\t61\n"
			"SigQ:\t1/31270\nSigPnd:\t0000000000000100\nShdPnd:\t0000000000004002\n"));

	(void)state;
	assert_int_equal(status.state, 't');
	assert_int_equal(status.tracer, 4711);
	assert_int_equal(status.inner_pid, 1);
	assert_int_equal(status.pending, 1 << (SIGKILL - 1));
	assert_int_equal(status.shared_pending, 1 << (SIGINT - 1) | 1 << (SIGTERM - 1));
}

static void a_name_that_looks_like_a_line_is_none(void **state)
{
	/* The kernel writes a newline of the name as two characters. */
	struct pidstatus status =
		parse(LITERAL("Name:\tx\\nTracerPid:\t1\nState:\tS (sleeping)\nTracerPid:\t0\n"));

	(void)state;
	assert_int_equal(status.tracer, 0);
}

static void a_line_that_was_cut_off_is_left_out(void **state)
{
	struct pidstatus status = parse(LITERAL("State:\tS (sleeping)\nNSpid:\t4090\t1"));

	(void)state;
	assert_int_equal(status.inner_pid, 0);
}

static void what_is_no_status_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"State:",
		"State:\n",
		"State:\tS (sleeping)",
		"Name:\tx\n",
		"State:\tS\nTracerPid:\t\n",
		"State:\tS\nTracerPid:\t4294967296\n",
		"State:\tS\nNSpid:\t1\t-1\n",
		"State:\tS\nSigPnd:\tx\n",
		"State:\tS\nShdPnd:\t10000000000000000\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct pidstatus status = { .tracer = 9 };

		assert_int_equal(pidstatus_parse(text_of(texts[i]), &status), -EINVAL);
		assert_int_equal(status.tracer, 9);
	}
}

static void our_own_is_read_with_a_signal_that_waits(void **state)
{
	struct pidstatus status;
	sigset_t set, before;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	kill(getpid(), SIGUSR1);
	assert_int_equal(pidstatus_read(AT_FDCWD, "/proc/self/status", &status), 0);
	assert_int_equal(status.state, 'R');
	assert_true((status.pending | status.shared_pending) & 1 << (SIGUSR1 - 1));
	assert_true(status.inner_pid != 0);
	assert_int_equal(sigwaitinfo(&set, NULL), SIGUSR1);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_that_count_are_found),
		cmocka_unit_test(a_name_that_looks_like_a_line_is_none),
		cmocka_unit_test(a_line_that_was_cut_off_is_left_out),
		cmocka_unit_test(what_is_no_status_is_refused),
		cmocka_unit_test(our_own_is_read_with_a_signal_that_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
