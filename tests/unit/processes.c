/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/processes.h: what /proc tells of processes we know all about. */
#include "scan/processes.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup.h"
#include "kernel/procfile.h"

enum { LONG_WORD = 100000, LONG_WORDS = 5, THREADS_MAX = 8 };

/** What one look found. */
struct seen {
	struct process_facts facts[THREADS_MAX];
	char comm[32];
	size_t count, words, cmdline_len;
	bool environ_has_path, unit_is_sound;
	struct tally tally;
};

static void found(void *context, const struct process_facts *facts)
{
	struct seen *seen = context;
	struct text line = facts->cmdline, variables = facts->environ, word, path;

	assert_true(seen->count < THREADS_MAX);
	seen->facts[seen->count++] = *facts;
	snprintf(seen->comm, sizeof(seen->comm), "%.*s", (int)facts->stat.comm.len,
		 facts->stat.comm.bytes);
	seen->cmdline_len = line.len;
	for (seen->words = 0; text_next(&line, '\0', &word);)
		seen->words++;
	while (text_next(&variables, '\0', &word))
		seen->environ_has_path |= text_starts(word, "PATH=");
	if (facts_have(facts, PROCESS_CGROUP))
		assert_int_equal(cgroup_path_parse(facts->cgroup, &path), 0);
}

static struct seen look_at(pid_t pid, uint64_t needs, bool threads)
{
	unsigned int pids[] = { (unsigned int)pid };
	struct seen seen = { .count = 0 };
	struct source source;
	struct error err;

	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	struct processes_look look = { .needs = needs,
				       .pids = pids,
				       .pid_count = 1,
				       .threads = threads,
				       .found = found,
				       .context = &seen };
	assert_int_equal(processes_look(&source, &look, &seen.tally, &err), 0);
	source_close(&source);
	return seen;
}

static const uint64_t EVERYTHING = (UINT64_C(1) << PROCESS_FILE_COUNT) - 1;

static void of_our_own_all_can_be_read(void **state)
{
	struct seen seen = look_at(getpid(), EVERYTHING, false);
	const struct process_facts *facts = &seen.facts[0];
	struct rlimit files;

	(void)state;
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.tally.looked, 1);
	assert_int_equal(facts->rc, 0);
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT; i++) {
		if (i == PROCESS_WCHAN || i == PROCESS_SCHEDSTAT || i == PROCESS_IO)
			continue; /* not in every kernel */
		if (facts->rcs[i])
			fail_msg("file %u: %s", i, strerror(-facts->rcs[i]));
	}
	assert_int_equal(facts->pid, getpid());
	assert_int_equal(facts->stat.ppid, getppid());
	assert_int_equal(facts->uid, geteuid());
	assert_int_equal(facts->status.uid[0], getuid());
	assert_int_equal(facts->stat.session, getsid(0));
	assert_string_equal(seen.comm, "processes");
	assert_int_equal(seen.words, 1);
	assert_true(facts->rollup.pss > 0 && facts->fds > 2);
	assert_true(facts->namespaces.ino[NAMESPACE_PID] != 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	assert_int_equal(facts->limits.soft[RLIMIT_NOFILE], files.rlim_cur);
}

static void what_is_not_needed_is_not_read(void **state)
{
	struct seen seen = look_at(getpid(), 0, false);

	(void)state;
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT; i++)
		assert_int_equal(seen.facts[0].rcs[i], i == PROCESS_STAT ? 0 : -ENODATA);
}

static void who_is_gone_is_not_told_of(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	struct seen seen = look_at(pid, EVERYTHING, false);
	assert_int_equal(seen.count, 0);
	assert_int_equal(seen.tally.vanished, 1);
	seen = look_at(pid, EVERYTHING, true);
	assert_int_equal(seen.count, 0);
}

static void a_zombie_has_an_empty_command_line(void **state)
{
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(3);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	struct seen seen =
		look_at(pid, PROCESS_NEED(PROCESS_CMDLINE) | PROCESS_NEED(PROCESS_ENVIRON), false);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.facts[0].stat.state, 'Z');
	assert_int_equal(seen.facts[0].rcs[PROCESS_CMDLINE], 0);
	assert_int_equal(seen.cmdline_len, 0);
	assert_int_equal(seen.facts[0].rcs[PROCESS_ENVIRON], -ENODATA);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

struct lengths {
	size_t of[2], count;
};

static void found_length(void *context, const struct process_facts *facts)
{
	struct lengths *lengths = context;

	assert_true(lengths->count < 2);
	assert_int_equal(facts->rcs[PROCESS_CMDLINE], 0);
	lengths->of[lengths->count++] = facts->cmdline.len;
}

/** A shell with a long command line, that waits for its input to end. */
static pid_t start_long(int *end)
{
	static char word[LONG_WORD + 1];
	static char shell[] = "sh", option[] = "-c", script[] = "echo; read x",
		    path[] = "PATH=/bin";
	char *const argv[] = { shell, option, script, word, word, word, word, word, NULL };
	char *const env[] = { path, NULL };
	int ends[2], out[2];
	char byte;

	memset(word, 'w', LONG_WORD);
	assert_int_equal(pipe2(ends, O_CLOEXEC) + pipe2(out, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		dup2(out[1], 1);
		execve("/bin/sh", argv, env);
		_exit(127);
	}
	close(ends[0]);
	close(out[1]);
	assert_int_equal(read(out[0], &byte, 1), 1);
	close(out[0]);
	*end = ends[1];
	return pid;
}

static void a_long_command_line_is_read_whole(void **state)
{
	int end;
	pid_t pid = start_long(&end);
	struct seen seen =
		look_at(pid, PROCESS_NEED(PROCESS_CMDLINE) | PROCESS_NEED(PROCESS_ENVIRON), false);

	(void)state;
	close(end);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.words, 3 + LONG_WORDS);
	assert_int_equal(seen.cmdline_len, LONG_WORDS * (LONG_WORD + 1) + sizeof("sh") +
						   sizeof("-c") + sizeof("echo; read x"));
	assert_true(seen.environ_has_path);
}

/** Of two with long command lines, where there is room for one. */
static void who_finds_no_room_keeps_what_fitted(void **state)
{
	enum { FIRST_ROOMS = 8192, ROOM_OF_ONE = 1 << 23 };
	int ends[2];
	pid_t one = start_long(&ends[0]), other = start_long(&ends[1]);
	unsigned int pids[] = { (unsigned int)one, (unsigned int)other };
	struct lengths lengths = { .count = 0 };
	struct tally tally = { 0 };
	struct source source;
	struct error err;
	struct processes_look look = { .needs = PROCESS_NEED(PROCESS_CMDLINE),
				       .pids = pids,
				       .pid_count = 2,
				       .room_together = ROOM_OF_ONE,
				       .found = found_length,
				       .context = &lengths };

	(void)state;
	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(processes_look(&source, &look, &tally, &err), 0);
	source_close(&source);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(waitpid(one, NULL, 0), one);
	assert_int_equal(waitpid(other, NULL, 0), other);
	assert_int_equal(lengths.count, 2);
	assert_true(lengths.of[0] > LONG_WORDS * LONG_WORD);
	assert_true(lengths.of[1] > FIRST_ROOMS && lengths.of[1] < LONG_WORDS * LONG_WORD);
}

static void memory_above_the_limit_is_not_walked(void **state)
{
	unsigned int pids[] = { (unsigned int)getpid() };
	struct seen seen = { .count = 0 };
	struct source source;
	struct error err;
	struct processes_look look = { .needs = PROCESS_NEED(PROCESS_ROLLUP),
				       .pids = pids,
				       .pid_count = 1,
				       .rollup_limit = 1,
				       .found = found,
				       .context = &seen };

	(void)state;
	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(processes_look(&source, &look, &seen.tally, &err), 0);
	assert_int_equal(seen.facts[0].rcs[PROCESS_ROLLUP], -EFBIG);
	look.rollup_limit = UINT64_MAX;
	assert_int_equal(processes_look(&source, &look, &seen.tally, &err), 0);
	assert_int_equal(seen.facts[1].rcs[PROCESS_ROLLUP], 0);
	source_close(&source);
}

static void a_thread_is_told_by_its_own_number(void **state)
{
	struct seen seen = look_at(getpid(), PROCESS_NEED(PROCESS_OWNER), true);

	(void)state;
	/* Another thread of ours may be the worker that looks. */
	assert_true(seen.count >= 1);
	assert_int_equal(seen.facts[0].pid, getpid());
	assert_int_equal(seen.facts[0].tid, getpid());
	assert_int_equal(seen.facts[0].uid, geteuid());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_our_own_all_can_be_read),
		cmocka_unit_test(what_is_not_needed_is_not_read),
		cmocka_unit_test(who_is_gone_is_not_told_of),
		cmocka_unit_test(a_zombie_has_an_empty_command_line),
		cmocka_unit_test(a_long_command_line_is_read_whole),
		cmocka_unit_test(who_finds_no_room_keeps_what_fitted),
		cmocka_unit_test(memory_above_the_limit_is_not_walked),
		cmocka_unit_test(a_thread_is_told_by_its_own_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
