/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/tasks.h: threads as the kernel tells them, made into what /proc says. */
#include "scan/tasks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

/** Nanoseconds. */
static const unsigned long long TICK = 10000000;

static struct wire_task a_task(unsigned int pid, unsigned int tid)
{
	return (struct wire_task){ .pid = pid,
				   .tid = tid,
				   .is = WIRE_WHOLE | WIRE_SCALED,
				   .threads = 1,
				   .prio = 125,
				   .static_prio = 125,
				   .state = 1,
				   .start = 7 * TICK + 3,
				   .comm = "fifteen letters" };
}

static struct pidstat stat_of(const struct wire_task *task)
{
	struct process_facts facts = { 0 };

	tasks_tell(task, &facts);
	return facts.stat;
}

static char letter(unsigned int state, unsigned int exit_state)
{
	struct wire_task task = a_task(7, 7);

	task.state = state;
	task.exit_state = exit_state;
	return stat_of(&task).state;
}

static void states_have_the_letters_of_proc(void **state)
{
	(void)state;
	assert_int_equal(letter(0, 0), 'R');
	assert_int_equal(letter(0x1, 0), 'S');
	assert_int_equal(letter(0x2, 0), 'D');
	assert_int_equal(letter(0x104, 0), 'T');
	assert_int_equal(letter(0x108, 0), 't');
	assert_int_equal(letter(0x80, 0x10), 'X');
	assert_int_equal(letter(0x80, 0x20), 'Z');
	assert_int_equal(letter(0x40, 0), 'P');
	assert_int_equal(letter(0x402, 0), 'I');
	/* A lock of a real-time kernel, and the freezer. */
	assert_int_equal(letter(0x1000, 0), 'D');
	assert_int_equal(letter(0x8000, 0), 'D');
	/* Sleeping, and may be frozen. */
	assert_int_equal(letter(0x2001, 0), 'S');
}

static void numbers_are_as_proc_counts_them(void **state)
{
	struct wire_task task = a_task(7, 7);
	struct pidstat stat = stat_of(&task);

	(void)state;
	assert_int_equal(stat.priority, 25);
	assert_int_equal(stat.nice, 5);
	assert_int_equal(stat.tpgid, -1);
	assert_int_equal(stat.start, 7);
	assert_int_equal(stat.comm.len, 15);
	task.vm_pages = 3;
	assert_int_equal(stat_of(&task).vsize, 3 * sysconf(_SC_PAGESIZE));
}

static void times(struct wire_task *task, uint64_t utime, uint64_t stime)
{
	struct pidstat stat = stat_of(task);

	assert_int_equal(stat.utime, utime);
	assert_int_equal(stat.stime, stime);
}

static void what_it_ran_is_divided_as_the_ticks_were(void **state)
{
	struct wire_task task = a_task(7, 7);

	(void)state;
	task.used =
		(struct wire_used){ .runtime = 90 * TICK + 9, .utime = TICK, .stime = 2 * TICK };
	times(&task, 30, 60);
	task.used.stime = 0;
	times(&task, 90, 0);
	task.used.utime = 0;
	task.used.stime = TICK;
	times(&task, 0, 90);
	/* 2^64 nanoseconds are six hundred years, their product is more. */
	task.used = (struct wire_used){ 1ULL << 62, 1ULL << 61, 3ULL << 61, 0, 0 };
	times(&task, (1ULL << 62) / TICK, (1ULL << 61) / TICK);
}

static void what_was_told_before_does_not_shrink(void **state)
{
	struct wire_task task = a_task(7, 7);

	(void)state;
	task.used = (struct wire_used){ .runtime = 90 * TICK, .utime = TICK, .stime = 2 * TICK };
	task.told_utime = 40 * TICK;
	task.told_stime = 10 * TICK;
	times(&task, 40, 50);
	task.told_utime = 10 * TICK;
	task.told_stime = 70 * TICK;
	times(&task, 20, 70);
	task.told_utime = 50 * TICK;
	times(&task, 50, 70);
	/* Where times are exact nothing was told. */
	task.is = WIRE_WHOLE;
	times(&task, 1, 2);
}

static struct tasks fold(bool of_threads, const struct wire_task *all, size_t count)
{
	struct tasks tasks = { .of_threads = of_threads, .count = count };

	tasks.all = tasks.roll.all = calloc(count, sizeof(*all));
	memcpy(tasks.all, all, count * sizeof(*all));
	tasks_fold(&tasks);
	return tasks;
}

static void threads_are_added_up_wherever_they_stand(void **state)
{
	struct wire_task all[] = { a_task(9, 3), a_task(5, 5), a_task(9, 8), a_task(9, 9) };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		all[i].used = (struct wire_used){ 1, 2, 3, 4, 5 };
		all[i].threads = all[i].pid == 9 ? 3 : 1;
		all[i].ended = (struct wire_used){ 10, 20, 30, 40, 50 };
	}
	struct tasks tasks = fold(false, all, 4);
	assert_int_equal(tasks.count, 2);
	const struct wire_task *task = tasks_find(&tasks, 9, 0);
	assert_non_null(task);
	assert_int_equal(task->tid, 9);
	assert_int_equal(task->used.utime, 13);
	assert_int_equal(task->used.stime, 26);
	assert_int_equal(task->used.runtime, 39);
	assert_int_equal(task->used.minflt, 52);
	assert_int_equal(task->used.majflt, 65);
	assert_true(tasks_suffices(task));
	assert_int_equal(tasks_find(&tasks, 5, 0)->used.utime, 11);
	assert_null(tasks_find(&tasks, 3, 0));
	tasks_end(&tasks);
}

static void a_sum_that_lacks_a_thread_is_left_to_proc(void **state)
{
	struct wire_task all[] = { a_task(5, 5), a_task(5, 6), a_task(8, 9) };

	(void)state;
	all[0].threads = all[1].threads = 3;
	struct tasks tasks = fold(false, all, 3);
	/* Of the other the first thread was not told: nothing is known of it as a whole. */
	assert_int_equal(tasks.count, 1);
	assert_false(tasks_suffices(&tasks.all[0]));
	tasks_end(&tasks);
}

static void threads_are_in_order_of_process_and_number(void **state)
{
	struct wire_task all[] = { a_task(9, 3), a_task(5, 5), a_task(5, 8), a_task(9, 9) };
	struct tasks tasks = fold(true, all, 4);
	static const unsigned int order[][2] = { { 5, 5 }, { 5, 8 }, { 9, 3 }, { 9, 9 } };

	(void)state;
	assert_int_equal(tasks.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(tasks.all[i].pid, order[i][0]);
		assert_int_equal(tasks.all[i].tid, order[i][1]);
		assert_ptr_equal(tasks_find(&tasks, order[i][0], order[i][1]), &tasks.all[i]);
	}
	assert_null(tasks_find(&tasks, 5, 3));
	tasks_end(&tasks);
}

static void we_ourselves_are_not_among_them(void **state)
{
	struct wire_task all[] = { a_task((unsigned int)getpid(), (unsigned int)getpid()) };
	struct tasks tasks = fold(false, all, 1);

	(void)state;
	assert_int_equal(tasks.count, 0);
	tasks_end(&tasks);
}

static void names_of_the_kernels_threads_are_left_to_proc(void **state)
{
	struct wire_task task = a_task(7, 7);

	(void)state;
	assert_true(tasks_suffices(&task));
	task.flags = PIDSTAT_KTHREAD;
	assert_false(tasks_suffices(&task));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_the_letters_of_proc),
		cmocka_unit_test(numbers_are_as_proc_counts_them),
		cmocka_unit_test(what_it_ran_is_divided_as_the_ticks_were),
		cmocka_unit_test(what_was_told_before_does_not_shrink),
		cmocka_unit_test(threads_are_added_up_wherever_they_stand),
		cmocka_unit_test(a_sum_that_lacks_a_thread_is_left_to_proc),
		cmocka_unit_test(threads_are_in_order_of_process_and_number),
		cmocka_unit_test(we_ourselves_are_not_among_them),
		cmocka_unit_test(names_of_the_kernels_threads_are_left_to_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
