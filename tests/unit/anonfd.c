/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/anonfd.h and fdline.h: what fdinfo says of eventfd, timerfd, signalfd, pidfd and their like. */
#include "kernel/anonfd.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "kernel/fdline.h"
#include "ownfd.h"

#define COMMON "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\n"

static const int64_t SECOND_NS = 1000000000;

static void lines_have_a_key_and_a_value(void **state)
{
	struct text text = text_of("a:\t1\nno colon\n:none\nb b:  x: y \t\nc:\nd:4"), key, value;

	(void)state;
	assert_true(fdline_next(&text, &key, &value));
	check_string(key, "a");
	check_string(value, "1");
	assert_true(fdline_next(&text, &key, &value));
	check_string(key, "b b");
	check_string(value, "x: y");
	assert_true(fdline_next(&text, &key, &value));
	check_string(key, "c");
	check_string(value, "");
	assert_true(fdline_next(&text, &key, &value));
	check_string(value, "4");
	assert_false(fdline_next(&text, &key, &value));
}

static void numbers_are_found_by_their_key(void **state)
{
	struct text text = text_of("a:\t10\na:\t11\nh:\t0x1f\nbad:\tx\n");
	uint64_t number;

	(void)state;
	assert_int_equal(fdline_number(text, "a", 10, &number), 0);
	assert_int_equal(number, 10);
	assert_int_equal(fdline_number(text, "h", 16, &number), 0);
	assert_int_equal(number, 31);
	assert_int_equal(fdline_number(text, "bad", 10, &number), -EINVAL);
	assert_int_equal(fdline_number(text, "none", 10, &number), -ENOENT);
}

static void what_is_special_comes_behind_the_locks(void **state)
{
	(void)state;
	check_string(fdline_special(text_of(COMMON "lock:\t1: FLOCK\nsize:\t1\npos:\t5\n")),
		     "size:\t1\npos:\t5\n");
	check_string(fdline_special(text_of(COMMON)), "");
	check_string(fdline_special(text_of("")), "");
}

static void an_eventfd_counts_in_hexadecimal(void **state)
{
	struct eventfd parsed;

	(void)state;
	assert_int_equal(eventfd_parse(text_of(COMMON "eventfd-count:               1f\n"
						      "eventfd-id: 7\neventfd-semaphore: 1\n"),
				       &parsed),
			 0);
	assert_int_equal(parsed.count, 31);
	assert_true(parsed.has_id && parsed.semaphore);
	assert_int_equal(parsed.id, 7);
	assert_int_equal(eventfd_parse(text_of(COMMON "eventfd-count: fffffffffffffffe\n"),
				       &parsed),
			 0);
	assert_true(parsed.count == UINT64_MAX - 1);
	assert_false(parsed.has_id || parsed.semaphore);
}

static void a_real_eventfd_is_read(void **state)
{
	int fd = eventfd(200, EFD_SEMAPHORE | EFD_CLOEXEC);
	struct eventfd parsed;

	(void)state;
	assert_int_equal(eventfd_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.count, 200);
	if (fdline_find(ownfd_info(fd), "eventfd-semaphore", &(struct text){ 0 }))
		assert_true(parsed.semaphore);
	close(fd);
}

static void a_timerfd_says_how_long_and_how_often(void **state)
{
	struct timerfd parsed;

	(void)state;
	assert_int_equal(timerfd_parse(text_of(COMMON "clockid: 7\nticks: 4\nsettime flags: 01\n"
						      "it_value: (3, 200000000)\n"
						      "it_interval: (0, 5)\n"),
				       &parsed),
			 0);
	assert_int_equal(parsed.clock, CLOCK_BOOTTIME);
	assert_int_equal(parsed.ticks, 4);
	assert_int_equal(parsed.value_ns, 3200000000);
	assert_int_equal(parsed.interval_ns, 5);
	assert_string_equal(timerfd_clock(parsed.clock), "CLOCK_BOOTTIME");
	assert_null(timerfd_clock(-1));
	assert_null(timerfd_clock(4711));
	assert_int_equal(timerfd_parse(text_of("clockid: 1\nticks: 0\n"
					       "it_value: (18446744073709551615, 999999999)\n"
					       "it_interval: (0, 18446744073709551615)\n"),
				       &parsed),
			 0);
	assert_true(parsed.value_ns == INT64_MAX && parsed.interval_ns == INT64_MAX);
}

static void a_real_timerfd_is_read(void **state)
{
	struct itimerspec spec = { .it_value = { 1000, 0 }, .it_interval = { 2, 500000000 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct timerfd parsed;

	(void)state;
	assert_int_equal(timerfd_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.value_ns, 0);
	assert_int_equal(timerfd_settime(fd, 0, &spec, NULL), 0);
	assert_int_equal(timerfd_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.clock, CLOCK_MONOTONIC);
	assert_int_equal(parsed.interval_ns, 2500000000);
	assert_in_range(parsed.value_ns, 1, 1000 * SECOND_NS);
	close(fd);
}

static void a_signalfd_has_a_mask(void **state)
{
	uint64_t mask;
	sigset_t set;

	(void)state;
	assert_int_equal(signalfd_parse(text_of(COMMON "sigmask:\t8000000000004002\n"), &mask), 0);
	assert_true(mask == 0x8000000000004002);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	int fd = signalfd(-1, &set, SFD_CLOEXEC);
	assert_int_equal(signalfd_parse(ownfd_info(fd), &mask), 0);
	assert_true(mask == ((1ULL << (SIGHUP - 1)) | (1ULL << (SIGCHLD - 1))));
	close(fd);
}

static void a_pidfd_says_whom_or_that_he_has_ended(void **state)
{
	struct pidfd parsed;

	(void)state;
	assert_int_equal(pidfd_parse(text_of(COMMON "Pid:\t4101\nNSpid:\t4101\t7\n"), &parsed), 0);
	assert_int_equal(parsed.state, PIDFD_KNOWN);
	assert_int_equal(parsed.pid, 4101);
	assert_int_equal(pidfd_parse(text_of(COMMON "Pid:\t-1\nNSpid:\t-1\n"), &parsed), 0);
	assert_int_equal(parsed.state, PIDFD_ENDED);
	assert_int_equal(pidfd_parse(text_of(COMMON "Pid:\t0\n"), &parsed), 0);
	assert_int_equal(parsed.state, PIDFD_FOREIGN);
}

static void a_real_pidfd_is_read_while_he_lives_and_after(void **state)
{
	struct pidfd parsed;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		for (;;)
			pause();
	}
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		skip_because("no pidfd_open: Linux 5.3");
	}
	assert_int_equal(pidfd_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.pid, pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(pidfd_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.state, PIDFD_ENDED);
	close(fd);
}

static void a_userfaultfd_says_who_waits(void **state)
{
	struct userfaultfd parsed;

	(void)state;
	assert_int_equal(userfaultfd_parse(text_of(COMMON
						   "pending:\t2\ntotal:\t3\nAPI:\taa:0:1ff\n"),
					   &parsed),
			 0);
	assert_int_equal(parsed.pending, 2);
	assert_int_equal(parsed.total, 3);
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | 1);
	if (fd < 0)
		skip_because("no userfaultfd: %s", strerror(errno));
	assert_int_equal(userfaultfd_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.total, 0);
	close(fd);
}

static void an_io_uring_says_what_waits_in_it(void **state)
{
	struct uring parsed;

	(void)state;
	assert_int_equal(uring_parse(text_of(COMMON
					     "SqMask:\t0x7\nSqHead:\t4294967295\nSqTail:\t2\n"
					     "CqMask:\t0xf\nCqHead:\t5\nCqTail:\t5\n"
					     "UserFiles:\t2\n    0: /a\nUserBufs:\t1\n"),
				     &parsed),
			 0);
	assert_true(parsed.has_queues);
	assert_int_equal(parsed.entries, 8);
	assert_int_equal(parsed.submitted, 3);
	assert_int_equal(parsed.completed, 0);
	assert_int_equal(parsed.files, 2);
	assert_int_equal(parsed.buffers, 1);
}

/** The ring lies in the owner's memory: he can write there what he likes. */
static void a_lie_about_a_ring_is_no_more_than_its_size(void **state)
{
	struct uring parsed;

	(void)state;
	assert_int_equal(uring_parse(text_of("SqMask:\t0x7\nSqHead:\t5\nSqTail:\t4\nCqMask:\t0xf\n"
					     "CqHead:\t0\nCqTail:\t4000000000\nUserFiles:\t0\n"),
				     &parsed),
			 0);
	assert_int_equal(parsed.submitted, 8);
	assert_int_equal(parsed.completed, 16);
}

static void a_real_io_uring_is_read(void **state)
{
	char params[120] = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, params);
	struct uring parsed;

	(void)state;
	if (fd < 0)
		skip_because("no io_uring: %s", strerror(errno));
	assert_int_equal(uring_parse(ownfd_info(fd), &parsed), 0);
	assert_int_equal(parsed.files, 0);
	if (parsed.has_queues)
		assert_int_equal(parsed.entries, 4);
	close(fd);
}

static void what_lacks_its_lines_is_refused_and_changes_nothing(void **state)
{
	static const char bad[] =
		"eventfd-count: x\nclockid: 1\nticks: 1\nit_value: 1, 2\nit_interval: (1, 2)\n"
		"sigmask:\t\nPid:\t-2\npending:\t1\ntotal:\tx\nUserFiles:\t-1\n";
	static const char *const texts[] = {
		"",
		COMMON,
		bad,
		"eventfd-count:\nclockid: -1\nPid:\t99999999999\nit_value: ()\nUserFiles:\t4294967296\n",
		"clockid: 1\nticks: 0\nit_value: (1)\nit_interval: (1, 2\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct text text = text_of(texts[i]);
		struct eventfd event = { .count = 42 };
		struct timerfd timer = { .clock = 42 };
		struct pidfd pid = { .pid = 42 };
		struct userfaultfd fault = { .total = 42 };
		struct uring ring = { .files = 42 };
		uint64_t mask;

		assert_int_equal(eventfd_parse(text, &event), -EINVAL);
		assert_int_equal(timerfd_parse(text, &timer), -EINVAL);
		assert_int_equal(pidfd_parse(text, &pid), -EINVAL);
		assert_int_equal(userfaultfd_parse(text, &fault), -EINVAL);
		assert_int_equal(uring_parse(text, &ring), -EINVAL);
		assert_int_equal(signalfd_parse(text, &mask), -EINVAL);
		assert_int_equal(event.count + timer.clock + pid.pid + fault.total + ring.files,
				 5 * 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_a_key_and_a_value),
		cmocka_unit_test(numbers_are_found_by_their_key),
		cmocka_unit_test(what_is_special_comes_behind_the_locks),
		cmocka_unit_test(an_eventfd_counts_in_hexadecimal),
		cmocka_unit_test(a_real_eventfd_is_read),
		cmocka_unit_test(a_timerfd_says_how_long_and_how_often),
		cmocka_unit_test(a_real_timerfd_is_read),
		cmocka_unit_test(a_signalfd_has_a_mask),
		cmocka_unit_test(a_pidfd_says_whom_or_that_he_has_ended),
		cmocka_unit_test(a_real_pidfd_is_read_while_he_lives_and_after),
		cmocka_unit_test(a_userfaultfd_says_who_waits),
		cmocka_unit_test(an_io_uring_says_what_waits_in_it),
		cmocka_unit_test(a_lie_about_a_ring_is_no_more_than_its_size),
		cmocka_unit_test(a_real_io_uring_is_read),
		cmocka_unit_test(what_lacks_its_lines_is_refused_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
