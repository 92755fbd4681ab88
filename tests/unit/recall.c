/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/recall.h: what a call was given, read from the memory of who waits in it. */
#include "scan/recall.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scope.h"
#include "scan/glance.h"

#include "check.h"

/** A child that waits for this list; it may lie anywhere. */
static pid_t poll_in_child(struct pollfd *list, nfds_t count)
{
	pid_t pid = fork();

	if (pid == 0) {
		poll(list, count, -1);
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void recall_of(pid_t pid, struct syscall *call, struct recall *recall)
{
	scope_fd proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned int tid = (unsigned int)pid;

	do
		assert_int_equal(glance_call(proc, tid, tid, call), 0);
	while (call->where != SYSCALL_INSIDE || syscall_shape(call->number).list < 0);
	*recall = (struct recall){ 0 };
	recall_read(proc, tid, tid, call, recall);
	/* It has gone on: what lies there now is about something else. */
	struct syscall other = *call;
	struct recall stale = { 0 };
	other.arguments[1]++;
	recall_read(proc, tid, tid, &other, &stale);
	assert_int_equal(stale.rc, -EAGAIN);
	assert_int_equal(stale.polled_count, 0);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_list_is_read_without_what_is_no_descriptor(void **state)
{
	int ends[2];
	struct syscall call;
	struct recall recall;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	struct pollfd list[] = { { .fd = -1 },
				 { .fd = ends[0], .events = POLLIN },
				 { .fd = ends[0], .events = POLLPRI } };
	pid_t pid = poll_in_child(list, COUNT_OF(list));
	recall_of(pid, &call, &recall);
	assert_int_equal(recall.rc, 0);
	assert_int_equal(recall.polled_count, 2);
	assert_int_equal(recall.polled[0].fd, ends[0]);
	assert_int_equal(recall.polled[0].events, POLLIN);
	assert_int_equal(recall.polled[1].events, POLLPRI);
	assert_int_equal(recall.polled_more, 0);
	end(pid);
	close(ends[0]);
	close(ends[1]);
}

static void a_long_list_is_cut_and_counted(void **state)
{
	int ends[2];
	struct pollfd list[RECALL_POLLED + 3];
	struct syscall call;
	struct recall recall;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (size_t i = 0; i < COUNT_OF(list); i++)
		list[i] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	pid_t pid = poll_in_child(list, COUNT_OF(list));
	recall_of(pid, &call, &recall);
	assert_int_equal(recall.polled_count, RECALL_POLLED);
	assert_int_equal(recall.polled_more, 3);
	end(pid);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_without_what_is_no_descriptor),
		cmocka_unit_test(a_long_list_is_cut_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
