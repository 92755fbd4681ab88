/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/worker.h: a pool of threads, and who is given up. */
#include "scan/worker.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { MANY = 700 };

/** One run of the pool, as the caller sees it. */
struct run {
	size_t consumed, given_up;
	bool in_order, right, on_caller;
	pthread_t caller;
	bool (*is_stuck)(size_t index); /**< NULL: none */
	bool beats;                     /**< what is stuck says that it lives, and ends by itself */
	int gate[2];                    /**< what is stuck reads from it */
};

static void work(const void *context, struct job *job)
{
	const struct run *run = context;
	uint64_t *result = arena_zero(&job->arena, 1, sizeof(*result));
	char byte;

	*result = job->index * 3;
	job->result = result;
	if (!run->is_stuck || !run->is_stuck(job->index))
		return;
	if (!run->beats) {
		(void)!read(run->gate[0], &byte, 1);
		return;
	}
	for (unsigned int i = 0; i < 30; i++) {
		struct pollfd gate = { .fd = run->gate[0], .events = POLLIN };

		poll(&gate, 1, 60);
		job_beat(job);
	}
}

static void consume(void *context, size_t index, const struct job *job)
{
	struct run *run = context;

	run->in_order &= index == run->consumed;
	run->consumed++;
	run->on_caller &= pthread_equal(pthread_self(), run->caller) != 0;
	if (!job)
		run->given_up++;
	else
		run->right &= job->index == index && *(const uint64_t *)job->result == index * 3;
}

/**
 * Memory that a thread which was given up may still look at outlives the test, as does the gate it
 * waits at until it is opened.
 */
static struct run *run_jobs(size_t count, bool (*is_stuck)(size_t), bool beats)
{
	static struct run runs[10];
	static size_t used;
	struct run *run = &runs[used++];

	assert_true(used <= COUNT_OF(runs));
	*run = (struct run){ .in_order = true,
			     .right = true,
			     .on_caller = true,
			     .caller = pthread_self(),
			     .is_stuck = is_stuck,
			     .beats = beats };
	assert_int_equal(pipe(run->gate), 0);
	worker_run(&(struct jobs){ count, work, consume, run, sizeof(*run), NULL });
	close(run->gate[1]);
	assert_int_equal(run->consumed, count);
	assert_true(run->in_order);
	assert_true(run->right);
	assert_true(run->on_caller);
	return run;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void all_jobs_are_done_and_come_in_order(void **state)
{
	(void)state;
	assert_int_equal(run_jobs(MANY, NULL, false)->given_up, 0);
}

static void none_or_one_job_is_no_special_case(void **state)
{
	(void)state;
	assert_int_equal(run_jobs(0, NULL, false)->given_up, 0);
	assert_int_equal(run_jobs(1, NULL, false)->given_up, 0);
}

static bool is_the_fourth(size_t index)
{
	return index == 3;
}

static void a_stuck_job_is_given_up_and_the_rest_goes_on(void **state)
{
	int64_t begun = now_ms();

	(void)state;
	assert_int_equal(run_jobs(MANY, is_the_fourth, false)->given_up, 1);
	assert_in_range(now_ms() - begun, 1, 4999);
}

static bool is_the_first(size_t index)
{
	return index == 0;
}

static void the_only_job_may_be_stuck(void **state)
{
	(void)state;
	assert_int_equal(run_jobs(1, is_the_first, false)->given_up, 1);
}

static bool is_one_of_many(size_t index)
{
	return index % 3 == 0;
}

static void more_jobs_may_be_stuck_than_there_are_workers(void **state)
{
	(void)state;
	assert_int_equal(run_jobs(36, is_one_of_many, false)->given_up, 12);
}

static void a_slow_job_that_says_it_lives_is_waited_for(void **state)
{
	int64_t begun = now_ms();

	(void)state;
	assert_int_equal(run_jobs(10, is_the_fourth, true)->given_up, 0);
	/* Longer than any patience, else this test shows nothing. */
	assert_true(now_ms() - begun > 1500);
}

static void note_signals(const void *context, struct job *job)
{
	sigset_t *blocked = arena_zero(&job->arena, 1, sizeof(*blocked));

	(void)context;
	pthread_sigmask(SIG_SETMASK, NULL, blocked);
	job->result = blocked;
}

static void check_signals(void *context, size_t index, const struct job *job)
{
	bool *all = context;

	(void)index;
	*all = job && sigismember(job->result, SIGINT) == 1 &&
	       sigismember(job->result, SIGTERM) == 1 &&
	       sigismember(job->result, SIGRTMIN + 1) == 1;
}

static void signals_are_the_callers_business(void **state)
{
	sigset_t before, after;
	bool all = false;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	worker_run(&(struct jobs){ 1, note_signals, check_signals, &all, sizeof(all), NULL });
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_true(all);
	assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
}

/** Shared with the workers, who get a copy of what points to it. */
struct lead {
	size_t *begun;
	size_t largest;
};

static void begin(const void *context, struct job *job)
{
	const struct lead *lead = context;

	(void)job;
	__atomic_add_fetch(lead->begun, 1, __ATOMIC_RELAXED);
}

static void follow_slowly(void *context, size_t index, const struct job *job)
{
	struct lead *lead = context;
	size_t ahead = __atomic_load_n(lead->begun, __ATOMIC_RELAXED) - index;

	(void)job;
	poll(NULL, 0, 1);
	if (ahead > lead->largest)
		lead->largest = ahead;
}

static void a_slow_caller_is_not_run_away_from(void **state)
{
	size_t begun = 0;
	struct lead lead = { &begun, 0 };

	(void)state;
	worker_run(&(struct jobs){ 200, begin, follow_slowly, &lead, sizeof(lead), NULL });
	assert_int_equal(begun, 200);
	assert_in_range(lead.largest, 1, 16);
}

struct glut {
	size_t *begun, *consumed;
	bool *enough;
};

static void begin_one(const void *context, struct job *job)
{
	const struct glut *glut = context;

	(void)job;
	__atomic_add_fetch(glut->begun, 1, __ATOMIC_RELAXED);
}

static void have_enough(void *context, size_t index, const struct job *job)
{
	struct glut *glut = context;

	(void)job;
	(*glut->consumed)++;
	*glut->enough = index == 5;
}

static void what_is_begun_when_it_is_enough_is_the_last(void **state)
{
	size_t begun = 0, consumed = 0;
	bool enough = false;
	struct glut glut = { &begun, &consumed, &enough };

	(void)state;
	worker_run(&(struct jobs){ MANY, begin_one, have_enough, &glut, sizeof(glut), &enough });
	assert_in_range(begun, 6, 5 + 16 + 8);
	assert_int_equal(consumed, begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_caller_is_not_run_away_from),
		cmocka_unit_test(what_is_begun_when_it_is_enough_is_the_last),
		cmocka_unit_test(all_jobs_are_done_and_come_in_order),
		cmocka_unit_test(none_or_one_job_is_no_special_case),
		cmocka_unit_test(a_stuck_job_is_given_up_and_the_rest_goes_on),
		cmocka_unit_test(the_only_job_may_be_stuck),
		cmocka_unit_test(more_jobs_may_be_stuck_than_there_are_workers),
		cmocka_unit_test(a_slow_job_that_says_it_lives_is_waited_for),
		cmocka_unit_test(signals_are_the_callers_business),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
