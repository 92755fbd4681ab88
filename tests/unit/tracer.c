/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/tracer.h: a stop that is only looked at loses nothing when its tracer ends. */
#include "kernel/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kernel/pidstatus.h"

static void wait_for(pid_t pid, enum tracer_view view)
{
	while (tracer_look((unsigned int)pid) != view)
		sched_yield();
}

/** A child that writes a byte, and one more for each SIGUSR1 that it gets. */
static pid_t start(int *from)
{
	int ends[2];
	sigset_t set;
	char byte;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		int signal;

		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		while (write(ends[1], "x", 1) == 1)
			sigwait(&set, &signal);
		_exit(1);
	}
	close(ends[1]);
	*from = ends[0];
	assert_int_equal(read(*from, &byte, 1), 1);
	return pid;
}

static void end(pid_t pid, int from)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) != pid)
		;
	close(from);
}

/** Do it in a tracer that ends, and see that it could. */
static void in_a_tracer(void (*run)(pid_t pid), pid_t pid)
{
	int status;
	pid_t tracer = fork();

	if (tracer == 0) {
		run(pid);
		_exit(0);
	}
	assert_int_equal(waitpid(tracer, &status, 0), tracer);
	assert_int_equal(status, 0);
}

static void stop(pid_t pid)
{
	if (tracer_seize((unsigned int)pid))
		_exit(1);
	tracer_interrupt((unsigned int)pid);
	wait_for(pid, TRACER_STOPPED);
	/* A look takes nothing away. */
	if (tracer_look((unsigned int)pid) != TRACER_STOPPED)
		_exit(2);
}

static void stop_at_a_signal(pid_t pid)
{
	if (tracer_seize((unsigned int)pid))
		_exit(1);
	kill(pid, SIGTERM);
	wait_for(pid, TRACER_STOPPED);
}

static void it_goes_on_when_its_tracer_ends(void **state)
{
	int from;
	char byte;
	pid_t pid = start(&from);

	(void)state;
	in_a_tracer(stop, pid);
	kill(pid, SIGUSR1);
	assert_int_equal(read(from, &byte, 1), 1);
	end(pid, from);
}

static void a_signal_it_was_stopped_at_is_delivered_then(void **state)
{
	int from, status;
	pid_t pid = start(&from);

	(void)state;
	in_a_tracer(stop_at_a_signal, pid);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(from);
}

static void one_that_was_stopped_before_stays_so(void **state)
{
	struct pidstatus now;
	int from, status;
	char name[32];
	pid_t pid = start(&from);

	(void)state;
	kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	in_a_tracer(stop, pid);
	snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
	do {
		assert_int_equal(pidstatus_read(AT_FDCWD, name, &now), 0);
		/* In between it runs, but nothing of its program: it is on its way from stop to stop. */
	} while (now.state != 'T');
	assert_int_equal(pidstatus_tracer(&now), 0);
	assert_int_equal(waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED), 0);
	end(pid, from);
}

static void one_that_has_ended_is_said_to_have(void **state)
{
	int from;
	pid_t pid = start(&from);

	(void)state;
	assert_int_equal(tracer_seize((unsigned int)pid), 0);
	kill(pid, SIGKILL);
	wait_for(pid, TRACER_ENDED);
	assert_int_equal(waitpid(pid, NULL, __WALL), pid);
	assert_int_equal(tracer_look((unsigned int)pid), TRACER_ENDED);
	assert_int_equal(tracer_seize((unsigned int)pid), -ESRCH);
	close(from);
}

static void one_that_is_traced_is_refused(void **state)
{
	int from;
	pid_t pid = start(&from);

	(void)state;
	assert_int_equal(tracer_seize((unsigned int)pid), 0);
	assert_int_equal(tracer_seize((unsigned int)pid), -EPERM);
	assert_false(tracer_waits_for_child((unsigned int)pid));
	end(pid, from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on_when_its_tracer_ends),
		cmocka_unit_test(a_signal_it_was_stopped_at_is_delivered_then),
		cmocka_unit_test(one_that_was_stopped_before_stays_so),
		cmocka_unit_test(one_that_has_ended_is_said_to_have),
		cmocka_unit_test(one_that_is_traced_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
