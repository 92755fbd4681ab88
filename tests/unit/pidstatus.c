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
	assert_int_equal(pidstatus_tracer(&status), 4711);
	assert_int_equal(status.inner_pid, 1);
	assert_int_equal(status.number[PIDSTATUS_SIG_PENDING], 1 << (SIGKILL - 1));
	assert_int_equal(status.number[PIDSTATUS_SHARED_PENDING],
			 1 << (SIGINT - 1) | 1 << (SIGTERM - 1));
}

static void every_line_of_a_process_is_taken(void **state)
{
	struct pidstatus status = parse(
		LITERAL("Name:\tcat\nUmask:\t0022\nState:\tR (running)\nUid:\t1000\t0\t0\t7\n"
			"Gid:\t100\t101\t102\t103\nFDSize:\t256\nGroups:\t4 24 27 \n"
			"NSpid:\t4090\t7\nVmPeak:\t    3060 kB\nVmLck:\t      64 kB\n"
			"VmSwap:\t       0 kB\nThreads:\t61\nSigQ:\t3/96365\n"
			"SigBlk:\t0000000000010000\nCapEff:\t000001fffeffffff\nNoNewPrivs:\t1\n"
			"Seccomp:\t2\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1,4\n"
			"voluntary_ctxt_switches:\t99\nnonvoluntary_ctxt_switches:\t1\n"));

	(void)state;
	check_string(status.name, "cat");
	assert_int_equal(status.number[PIDSTATUS_UMASK], 022);
	assert_true(status.has_ids);
	assert_int_equal(status.uid[0], 1000);
	assert_int_equal(status.uid[3], 7);
	assert_int_equal(status.gid[2], 102);
	check_string(status.groups, "4 24 27 ");
	check_string(status.nspid, "4090\t7");
	assert_int_equal(status.inner_pid, 7);
	assert_int_equal(status.number[PIDSTATUS_VM_PEAK], 3060 * 1024);
	assert_int_equal(status.number[PIDSTATUS_VM_LCK], 64 * 1024);
	assert_true(pidstatus_has(&status, PIDSTATUS_VM_SWAP));
	assert_false(pidstatus_has(&status, PIDSTATUS_VM_RSS));
	assert_int_equal(status.number[PIDSTATUS_THREADS], 61);
	assert_true(status.has_queue);
	assert_int_equal(status.queued, 3);
	assert_int_equal(status.queue_limit, 96365);
	assert_int_equal(status.number[PIDSTATUS_SIG_BLOCKED], 0x10000);
	assert_true(status.number[PIDSTATUS_CAP_EFFECTIVE] == 0x1fffeffffffULL);
	assert_int_equal(status.number[PIDSTATUS_NO_NEW_PRIVS], 1);
	assert_int_equal(status.number[PIDSTATUS_SECCOMP], 2);
	check_string(status.cpus, "0-1,4");
	assert_int_equal(status.number[PIDSTATUS_VOLUNTARY], 99);
	assert_int_equal(status.number[PIDSTATUS_NONVOLUNTARY], 1);
}

static void a_name_that_looks_like_a_line_is_none(void **state)
{
	/* The kernel writes a newline of the name as two characters. */
	struct pidstatus status =
		parse(LITERAL("Name:\tx\\nTracerPid:\t1\nState:\tS (sleeping)\nTracerPid:\t0\n"));

	(void)state;
	assert_int_equal(pidstatus_tracer(&status), 0);
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
		"State:\tS\nSigQ:\t3\n",
		"State:\tS\nUid:\t1\t2\t3\n",
		"State:\tS\nVmRSS:\tx kB\n",
		"State:\tS\nShdPnd:\t10000000000000000\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct pidstatus status = { .inner_pid = 9 };

		assert_int_equal(pidstatus_parse(text_of(texts[i]), &status), -EINVAL);
		assert_int_equal(status.inner_pid, 9);
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
	assert_true(pidstatus_pending(&status) & 1 << (SIGUSR1 - 1));
	assert_true(status.inner_pid != 0);
	assert_int_equal(sigwaitinfo(&set, NULL), SIGUSR1);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_that_count_are_found),
		cmocka_unit_test(every_line_of_a_process_is_taken),
		cmocka_unit_test(a_name_that_looks_like_a_line_is_none),
		cmocka_unit_test(a_line_that_was_cut_off_is_left_out),
		cmocka_unit_test(what_is_no_status_is_refused),
		cmocka_unit_test(our_own_is_read_with_a_signal_that_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
