/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/probe.h: questions that may never come back. */
#include "scan/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* What asks runs in the helper process: no assertion of ours works there. */

enum { QUESTIONS = 12, HANGS = 5 };

struct answer {
	pid_t helper;
	uint64_t number;
};

static _Noreturn void hang(void)
{
	for (;;)
		pause();
}

static void square(const void *context, size_t index, void *answer)
{
	struct answer *out = answer;

	(void)context;
	out->helper = getpid();
	out->number = index * index;
}

static void square_or_hang(const void *context, size_t index, void *answer)
{
	square(context, index, answer);
	if (index == HANGS)
		hang();
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct probe probe_of(void (*ask)(const void *, size_t, void *))
{
	return (struct probe){
		.count = QUESTIONS, .answer_size = sizeof(struct answer), .ask = ask, .keep = -1
	};
}

static void check_answer(const struct answer *answers, const bool *missing, size_t index)
{
	assert_false(missing[index]);
	assert_int_equal(answers[index].number, index * index);
}

static void check_missing(const struct answer *answers, const bool *missing, size_t index)
{
	assert_true(missing[index]);
	assert_int_equal(answers[index].helper, 0);
	assert_int_equal(answers[index].number, 0);
}

static void all_are_answered_by_one_other_process(void **state)
{
	struct probe probe = probe_of(square);
	const bool *missing;
	void *answers;

	(void)state;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct answer *answer = (const struct answer *)answers + i;

		check_answer(answers, missing, i);
		assert_int_not_equal(answer->helper, getpid());
		assert_int_equal(answer->helper, ((const struct answer *)answers)->helper);
	}
	probe_end(&probe, answers);
	/* It has ended, and is no zombie either. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void without_questions_there_are_no_answers(void **state)
{
	struct probe probe = probe_of(square);
	const bool *missing;
	void *answers;

	(void)state;
	probe.count = 0;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	probe_end(&probe, answers);
	probe_end(&probe, NULL);
}

/** All is answered but what hangs; how long that took. */
static int64_t time_of_a_hang(void)
{
	struct probe probe = probe_of(square_or_hang);
	int64_t begun = now_ms();
	const bool *missing;
	void *answers;

	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	int64_t took = now_ms() - begun;
	for (size_t i = 0; i < QUESTIONS; i++) {
		if (i == HANGS)
			check_missing(answers, missing, i);
		else
			check_answer(answers, missing, i);
	}
	probe_end(&probe, answers);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return took;
}

static void a_question_that_hangs_is_given_up_within_a_second(void **state)
{
	int64_t took = time_of_a_hang();

	(void)state;
	/* On a busy machine we may not have got our turn. */
	for (unsigned int i = 0; i < 10 && took >= 1000; i++)
		took = time_of_a_hang();
	assert_in_range(took, 100, 999);
}

static void who_does_not_answer_is_killed(void **state)
{
	struct probe probe = probe_of(square_or_hang);
	const bool *missing;
	void *answers;
	int status = 0;

	(void)state;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	pid_t helper = ((const struct answer *)answers)[HANGS - 1].helper;
	assert_int_not_equal(((const struct answer *)answers)[HANGS + 1].helper, helper);
	probe_end(&probe, answers);
	/* Either it is reaped, or it is there to be reaped. */
	pid_t ended = waitpid(helper, &status, 0);
	if (ended == helper)
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	else
		assert_int_equal(kill(helper, 0), -1);
}

/** Questions 4, 5 and 8 are of one group, the others each of their own. */
static uint64_t group_of(const void *context, size_t index)
{
	(void)context;
	return index == 4 || index == HANGS || index == 8 ? 77 : 0;
}

static void those_of_its_group_that_come_later_are_given_up_too(void **state)
{
	struct probe probe = probe_of(square_or_hang);
	const bool *missing;
	void *answers;

	(void)state;
	probe.group = group_of;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	for (size_t i = 0; i < QUESTIONS; i++) {
		if (i == HANGS || i == 8)
			check_missing(answers, missing, i);
		else
			check_answer(answers, missing, i);
	}
	probe_end(&probe, answers);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void square_or_hang_often(const void *context, size_t index, void *answer)
{
	square(context, index, answer);
	if (index % 2)
		hang();
}

static void after_the_first_the_patience_is_shorter(void **state)
{
	struct probe probe = probe_of(square_or_hang_often);
	int64_t begun = now_ms();
	const bool *missing;
	void *answers;

	(void)state;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	for (size_t i = 0; i < QUESTIONS; i++) {
		if (i % 2)
			check_missing(answers, missing, i);
		else
			check_answer(answers, missing, i);
	}
	/* With the patience of the first for all six it were three seconds. */
	assert_in_range(now_ms() - begun, 1, 2500);
	probe_end(&probe, answers);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void square_or_die(const void *context, size_t index, void *answer)
{
	square(context, index, answer);
	if (index == 0 || index == QUESTIONS - 1)
		raise(SIGKILL);
}

static void a_question_that_ends_its_helper_has_no_answer(void **state)
{
	struct probe probe = probe_of(square_or_die);
	const bool *missing;
	void *answers;

	(void)state;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	for (size_t i = 0; i < QUESTIONS; i++) {
		if (i == 0 || i == QUESTIONS - 1)
			check_missing(answers, missing, i);
		else
			check_answer(answers, missing, i);
	}
	probe_end(&probe, answers);
}

struct open_now {
	bool standard_is_null; /**< 0, 1 and 2 lead to /dev/null */
	bool kept;             /**< the descriptor to be kept is there, and still what it was */
	unsigned int others;   /**< any further ones */
	unsigned int pipes;    /**< of these */
};

static void look_at_descriptors(const void *context, size_t index, void *answer)
{
	const int *keep = context;
	struct open_now *out = answer;

	(void)index;
	out->standard_is_null = true;
	for (int fd = 0; fd < 1024; fd++) {
		char path[32], link[64];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		ssize_t len = readlink(path, link, sizeof(link));
		struct text text = { link, len > 0 ? (size_t)len : 0 };

		if (fd == *keep)
			out->kept = text_is(text, "/proc");
		else if (fd < 3)
			out->standard_is_null &= text_is(text, "/dev/null");
		else if (len > 0)
			text_starts(text, "pipe:") ? out->pipes++ : out->others++;
	}
}

/** Only /proc, kept at `at`, and the helper's own end of a pipe are open there. */
static void check_descriptors(int at)
{
	int keep = fcntl(open("/proc", O_PATH | O_CLOEXEC), F_DUPFD_CLOEXEC, at);
	struct probe probe = { .count = 1,
			       .answer_size = sizeof(struct open_now),
			       .ask = look_at_descriptors,
			       .context = &keep,
			       .keep = keep };
	int more[] = { open("/etc/passwd", O_RDONLY), open("/", O_PATH), dup2(0, 1000) };
	const bool *missing;
	void *answers;

	assert_true(keep >= 0);
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	const struct open_now *now = answers;
	assert_false(missing[0]);
	assert_true(now->standard_is_null);
	assert_true(now->kept);
	assert_int_equal(now->others, 0);
	assert_int_equal(now->pipes, 1);
	probe_end(&probe, answers);
	for (size_t i = 0; i < COUNT_OF(more); i++)
		close(more[i]);
	close(keep);
}

static void nothing_of_ours_stays_open_in_a_helper(void **state)
{
	(void)state;
	check_descriptors(3);
	check_descriptors(900);
}

static void nothing_need_be_kept(void **state)
{
	int keep = -1;
	struct probe probe = { .count = 1,
			       .answer_size = sizeof(struct open_now),
			       .ask = look_at_descriptors,
			       .context = &keep,
			       .keep = -1 };
	const bool *missing;
	void *answers;

	(void)state;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	assert_true(((const struct open_now *)answers)->standard_is_null);
	assert_int_equal(((const struct open_now *)answers)->others, 0);
	probe_end(&probe, answers);
}

/** Somebody started us without a stdin, and /proc got its number. */
static void what_is_kept_may_have_a_low_number(void **state)
{
	int before = dup(0), keep = 0;
	struct probe probe = { .count = 1,
			       .answer_size = sizeof(struct open_now),
			       .ask = look_at_descriptors,
			       .context = &keep,
			       .keep = 0 };
	const bool *missing;
	void *answers;

	(void)state;
	int proc = open("/proc", O_PATH | O_CLOEXEC);
	assert_int_equal(dup2(proc, 0), 0);
	close(proc);
	int rc = probe_run(&probe, &answers, &missing);
	dup2(before, 0);
	close(before);
	assert_int_equal(rc, 0);
	assert_true(((const struct open_now *)answers)->kept);
	probe_end(&probe, answers);
}

static void what_was_answered_before_it_got_stuck_can_be_kept(void **state)
{
	struct probe probe = probe_of(square_or_hang);
	unsigned int beats = 0;
	const bool *missing;
	void *answers;

	(void)state;
	probe.keeps_part = true;
	probe.beats = &beats;
	assert_int_equal(probe_run(&probe, &answers, &missing), 0);
	assert_true(missing[HANGS]);
	assert_int_equal(((struct answer *)answers)[HANGS].number, HANGS * HANGS);
	assert_int_equal(((struct answer *)answers)[HANGS + 1].number, (HANGS + 1) * (HANGS + 1));
	/* Who waits for us sees that we go on. */
	assert_true(beats > 0);
	probe_end(&probe, answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_answered_by_one_other_process),
		cmocka_unit_test(without_questions_there_are_no_answers),
		cmocka_unit_test(a_question_that_hangs_is_given_up_within_a_second),
		cmocka_unit_test(who_does_not_answer_is_killed),
		cmocka_unit_test(those_of_its_group_that_come_later_are_given_up_too),
		cmocka_unit_test(after_the_first_the_patience_is_shorter),
		cmocka_unit_test(a_question_that_ends_its_helper_has_no_answer),
		cmocka_unit_test(nothing_of_ours_stays_open_in_a_helper),
		cmocka_unit_test(nothing_need_be_kept),
		cmocka_unit_test(what_is_kept_may_have_a_low_number),
		cmocka_unit_test(what_was_answered_before_it_got_stuck_can_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
