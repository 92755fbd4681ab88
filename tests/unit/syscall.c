/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/syscall.h, cpulist.h and sched.h: what a task waits for, and where it may run. */
#include "kernel/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/cpulist.h"
#include "kernel/procfile.h"
#include "kernel/sched.h"

#include "check.h"

static void a_call_is_a_number_and_six_arguments(void **state)
{
	struct syscall call;

	(void)state;
	assert_int_equal(syscall_parse(LITERAL("61 0x4d 0x7ffe 0x0 0x0 0xffffff9c "
					       "0xffffffff80000010 0x7ffd10 0x7f3a\n"),
				       &call),
			 0);
	assert_int_equal(call.where, SYSCALL_INSIDE);
	assert_int_equal(call.number, 61);
	assert_int_equal(call.arguments[0], 77);
	assert_int_equal(syscall_int(&call, 4), AT_FDCWD);
	assert_int_equal(syscall_int(&call, 5), INT32_MIN + 16);
}

static void a_task_may_run_or_wait_outside_of_calls(void **state)
{
	struct syscall call;

	(void)state;
	assert_int_equal(syscall_parse(LITERAL("running\n"), &call), 0);
	assert_int_equal(call.where, SYSCALL_RUNNING);
	assert_int_equal(syscall_parse(LITERAL("-1 0x7ffd10 0x7f3a\n"), &call), 0);
	assert_int_equal(call.where, SYSCALL_OUTSIDE);
}

static void what_is_cut_off_or_something_else_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     "\n",
					     "0",
					     "0 0x1 0x2\n",
					     "runs\n",
					     "1 1 1 1 1 1 1\n",
					     "99999999999 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0\n" };
	struct syscall call = { .number = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(syscall_parse(text_of(texts[i]), &call), -EINVAL);
	assert_int_equal(call.number, 42);
}

static void calls_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(syscall_name(__NR_read), "read");
	assert_string_equal(syscall_name(__NR_epoll_pwait), "epoll_pwait");
	assert_string_equal(syscall_name(__NR_clock_nanosleep), "clock_nanosleep");
	assert_null(syscall_name(100000));
	assert_null(syscall_name(UINT32_MAX));
}

static void the_arguments_of_a_call_have_their_meaning(void **state)
{
	struct syscall_shape shape = syscall_shape(__NR_sendfile);

	(void)state;
	assert_int_equal(shape.deed, SYSCALL_COPIES);
	assert_int_equal(shape.fd, 1);
	assert_int_equal(shape.other_fd, 0);
	shape = syscall_shape(__NR_epoll_pwait);
	assert_int_equal(shape.deed, SYSCALL_EVENTS);
	assert_int_equal(shape.fd, 0);
	assert_int_equal(shape.count_ms, 3);
	assert_int_equal(shape.path, -1);
	assert_int_equal(syscall_shape(__NR_openat).path, 1);
	assert_int_equal(syscall_shape(__NR_getpid).deed, SYSCALL_OTHER);
	shape = syscall_shape(__NR_ppoll);
	assert_int_equal(shape.list, 0);
	assert_int_equal(shape.count, 1);
	assert_int_equal(shape.timespec, 2);
	shape = syscall_shape(__NR_pselect6);
	assert_int_equal(shape.count, 0);
	assert_int_equal(shape.sets, 1);
	assert_int_equal(shape.timespec, 4);
	assert_int_equal(syscall_shape(__NR_futex).word, 0);
	assert_int_equal(syscall_shape(__NR_futex).timespec, 3);
}

static void only_locks_that_are_waited_for_are_locks(void **state)
{
	struct syscall call = { .where = SYSCALL_INSIDE, .number = __NR_flock };
	bool open_file;

	(void)state;
	call.arguments[1] = LOCK_EX;
	assert_true(syscall_locks(&call, &open_file) && !open_file);
	call.arguments[1] = LOCK_EX | LOCK_NB;
	assert_false(syscall_locks(&call, &open_file));
	call.number = __NR_fcntl;
	call.arguments[1] = F_OFD_SETLKW;
	assert_true(syscall_locks(&call, &open_file) && open_file);
	call.arguments[1] = F_GETLK;
	assert_false(syscall_locks(&call, &open_file));
}

/** What a child that waits in wait4(2) for its own child says of itself. */
static void calls_that_are_told_a_place_say_which(void **state)
{
	struct syscall call = { .where = SYSCALL_INSIDE, .number = __NR_pread64 };
	uint64_t offset = 0;

	(void)state;
	call.arguments[3] = 65536;
	assert_true(syscall_offset(&call, &offset));
	assert_int_equal(offset, 65536);
	call.number = __NR_preadv2;
	assert_true(syscall_offset(&call, &offset));
	/* preadv2(2): -1 is the file's own offset. */
	call.arguments[3] = UINT64_MAX;
	assert_false(syscall_offset(&call, &offset));
	call.number = __NR_read;
	call.arguments[3] = 65536;
	assert_false(syscall_offset(&call, &offset));
}

static void a_real_task_says_where_it_waits(void **state)
{
	char name[48], bytes[SYSCALL_TEXT_MAX];
	struct syscall call = { 0 };
	int ends[2], report[2];
	pid_t inner;

	(void)state;
	assert_int_equal(pipe(ends) + pipe(report), 0);
	pid_t outer = fork();
	if (outer == 0) {
		close(ends[1]);
		inner = fork();
		if (inner == 0)
			_exit((int)read(ends[0], name, 1));
		if (write(report[1], &inner, sizeof(inner)) != sizeof(inner))
			_exit(1);
		_exit(waitpid(inner, NULL, 0) != inner);
	}
	close(ends[0]);
	assert_int_equal(read(report[0], &inner, sizeof(inner)), sizeof(inner));
	snprintf(name, sizeof(name), "/proc/%d/syscall", (int)outer);
	while (call.where != SYSCALL_INSIDE || call.number != __NR_wait4) {
		ssize_t len = procfile_read(AT_FDCWD, name, bytes, sizeof(bytes));

		if (len == -EACCES || len == -EPERM || len == -ENOENT)
			skip_because("cannot read %s\n", name);
		assert_true(len > 0);
		assert_int_equal(syscall_parse((struct text){ bytes, (size_t)len }, &call), 0);
	}
	assert_int_equal(syscall_int(&call, syscall_shape(call.number).pid), inner);
	close(ends[1]);
	assert_int_equal(waitpid(outer, NULL, 0), outer);
}

static void lists_of_processors_are_counted(void **state)
{
	static const struct {
		const char *list;
		uint64_t count;
	} lists[] = { { "0", 1 }, { "0-7", 8 },      { "0-1,4,8-9", 5 },
		      { "", 0 },  { "0-15:2/8", 4 }, { "0-16:2/8", 5 } };
	static const char *const bad[] = { "x",       "-1",   "3-1", "0-7:0/8",
					   "0-7:2/0", "0--1", ",",   "9999999999" };
	uint64_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		assert_int_equal(cpulist_count(text_of(lists[i].list), &count), 0);
		assert_int_equal(count, lists[i].count);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(cpulist_count(text_of(bad[i]), &count), -EINVAL);
}

static void when_a_task_last_ran_is_found_behind_any_name(void **state)
{
	uint64_t ns = 0;

	(void)state;
	assert_int_equal(
		sched_last_ran(LITERAL("se.exec_start : 1.000001\n (8284, #threads: 1)\n"
				       "-----------\n"
				       "se.exec_start                :      23246520.871420\n"),
			       &ns),
		0);
	assert_int_equal(ns, 23246520871420);
	assert_int_equal(sched_last_ran(LITERAL("se.exec_start : 1.000001\n"), &ns), -EINVAL);
	assert_int_equal(sched_last_ran(LITERAL("a\n------\nse.exec_start : 1\n"), &ns), -EINVAL);
	assert_string_equal(sched_policy_word(1), "SCHED_FIFO");
	assert_null(sched_policy_word(99));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_a_number_and_six_arguments),
		cmocka_unit_test(a_task_may_run_or_wait_outside_of_calls),
		cmocka_unit_test(what_is_cut_off_or_something_else_is_refused),
		cmocka_unit_test(calls_have_their_names),
		cmocka_unit_test(the_arguments_of_a_call_have_their_meaning),
		cmocka_unit_test(only_locks_that_are_waited_for_are_locks),
		cmocka_unit_test(calls_that_are_told_a_place_say_which),
		cmocka_unit_test(a_real_task_says_where_it_waits),
		cmocka_unit_test(lists_of_processors_are_counted),
		cmocka_unit_test(when_a_task_last_ran_is_found_behind_any_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
