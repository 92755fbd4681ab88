/* SPDX-License-Identifier: GPL-2.0-or-later */
/** act/lease.h and interrupt.h: what the kernel tells us while we copy. */
#include "act/lease.h"

#include <sys/wait.h>

#include "act/interrupt.h"
#include "scratch.h"

/** A read-only descriptor on a new file, with a lease on it; -1 where there are none. */
static int leased_file(struct lease *lease)
{
	scratch_write("f", LITERAL("owls"));
	int fd = scratch_open("f", O_RDONLY);
	int rc = lease_take(lease, fd);

	if (rc == 0)
		return fd;
	close(fd);
	print_message("no lease here: %s\n", strerror(-rc));
	return -1;
}

static void a_lease_holds_while_nobody_can_write(void **state)
{
	struct lease lease;
	int fd = leased_file(&lease);

	(void)state;
	if (fd < 0)
		skip();
	assert_true(lease_holds(&lease));
	int reader = scratch_open("f", O_RDONLY);
	assert_true(lease_holds(&lease));
	close(reader);
	assert_true(lease_end(&lease));
	assert_int_equal(lease.fd, -1);
	assert_false(lease_holds(&lease));
	assert_false(lease_end(&lease));
	assert_int_equal(fcntl(fd, F_GETLEASE), F_UNLCK);
	close(fd);
}

static void with_a_writer_there_is_none(void **state)
{
	struct lease lease;
	int fd = leased_file(&lease);

	(void)state;
	if (fd < 0)
		skip();
	lease_end(&lease);
	int writer = scratch_open("f", O_WRONLY | O_APPEND);
	assert_int_equal(lease_take(&lease, fd), -EAGAIN);
	assert_false(lease_holds(&lease));
	assert_false(lease_end(&lease));
	close(writer);
	assert_int_equal(lease_take(&lease, fd), 0);
	lease_end(&lease);
	close(fd);
}

static void who_wants_to_write_gets_it_at_once_and_we_know(void **state)
{
	struct lease lease;
	struct sigaction after;
	int fd, status;

	(void)state;
	assert_true(signal(SIGRTMIN + 1, SIG_IGN) != SIG_ERR);
	fd = leased_file(&lease);
	if (fd < 0)
		skip();
	pid_t pid = fork();
	if (pid == 0) {
		/* Without the lease given back this would wait for 45 seconds. */
		alarm(20);
		int writer = open("f", O_WRONLY);
		_exit(writer < 0 || write(writer, "x", 1) != 1);
	}
	while (waitpid(pid, &status, 0) != pid)
		;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(lease_holds(&lease));
	assert_false(lease_end(&lease));
	assert_int_equal(sigaction(SIGRTMIN + 1, NULL, &after), 0);
	assert_true(after.sa_handler == SIG_IGN);
	close(fd);
}

static void a_request_to_stop_is_seen_and_kills_nobody(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		struct interrupt interrupt;

		interrupt_begin(&interrupt);
		bool early = interrupt_asked(&interrupt);
		raise(signals[i]);
		bool asked = interrupt_asked(&interrupt);
		bool still = interrupt_asked(&interrupt);
		interrupt_end(&interrupt);
		assert_false(early);
		assert_true(asked);
		assert_true(still);
	}
}

static void the_end_of_the_terminal_is_no_reason_to_stop(void **state)
{
	struct interrupt interrupt;
	sigset_t now;

	(void)state;
	interrupt_begin(&interrupt);
	raise(SIGHUP);
	bool asked = interrupt_asked(&interrupt);
	interrupt_end(&interrupt);
	assert_false(asked);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &now), 0);
	assert_false(sigismember(&now, SIGHUP));
	assert_false(sigismember(&now, SIGINT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_lease_holds_while_nobody_can_write),
		scratch_test(with_a_writer_there_is_none),
		scratch_test(who_wants_to_write_gets_it_at_once_and_we_know),
		cmocka_unit_test(a_request_to_stop_is_seen_and_kills_nobody),
		cmocka_unit_test(the_end_of_the_terminal_is_no_reason_to_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
