/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/task.h"

enum { PATIENCE_MS = 500, IMPATIENCE_MS = 100, LOOK_MS = 20 };

/** Shared between us and the helper. Behind it: the answers, then one flag a question. */
struct board {
	/** Atomic: questions before this index are through. */
	size_t done;
	/** Of the whole mapping. */
	size_t bytes;
};

enum { BOARD_BYTES = 64 };
_Static_assert(sizeof(struct board) <= BOARD_BYTES, "the answers begin behind the board");

static size_t get_done(const struct board *board)
{
	return __atomic_load_n(&board->done, __ATOMIC_ACQUIRE);
}

static void set_done(struct board *board, size_t done)
{
	__atomic_store_n(&board->done, done, __ATOMIC_RELEASE);
}

static struct board *board_of(void *answers)
{
	return (struct board *)((char *)answers - BOARD_BYTES);
}

static bool *flags_of(const struct probe *probe, void *answers)
{
	return (bool *)((char *)answers + probe->count * probe->answer_size);
}

static void *answer_of(const struct probe *probe, void *answers, size_t index)
{
	return (char *)answers + index * probe->answer_size;
}

static void close_between(int first, int last)
{
	if (first <= last)
		close_range((unsigned int)first, (unsigned int)last, 0);
}

/**
 * Nothing of ours may stay open in a helper that never ends: a reader of our output would wait for
 * its end, and a deleted file would be kept.
 */
static void let_go(int keep, int other)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int low = keep < other ? keep : other, high = keep < other ? other : keep;

	for (int fd = 0; fd < 3; fd++) {
		if (fd != keep && fd != other)
			dup2(null, fd);
	}
	close_between(3, low - 1);
	close_between(low < 3 ? 3 : low + 1, high - 1);
	close_range(high < 3 ? 3 : (unsigned int)high + 1, ~0U, 0);
}

static _Noreturn void be_helper(const struct probe *probe, void *answers, int pipe_end)
{
	struct board *board = board_of(answers);
	const bool *missing = flags_of(probe, answers);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	let_go(probe->keep, pipe_end);
	for (size_t i = get_done(board); i < probe->count; i++) {
		if (!missing[i])
			probe->ask(probe->context, i, answer_of(probe, answers, i));
		set_done(board, i + 1);
	}
	_exit(0);
}

/** Fork a helper that goes on where the last one stopped. Its pid, or -errno. */
static pid_t start(const struct probe *probe, void *answers, int *pipe_fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid_t pid = fork();
	if (pid < 0) {
		int rc = -errno;

		close(ends[0]);
		close(ends[1]);
		return rc;
	}
	if (pid == 0)
		be_helper(probe, answers, ends[1]);
	close(ends[1]);
	*pipe_fd = ends[0];
	return pid;
}

static void beat(const struct probe *probe)
{
	if (probe->beats)
		__atomic_add_fetch(probe->beats, 1, __ATOMIC_RELAXED);
}

/** True when the helper has ended; false when it has not moved for `patience_ms`. */
static bool watch(const struct probe *probe, const struct board *board, pid_t pid, int pipe_fd,
		  int patience_ms)
{
	size_t before = get_done(board);
	int waited = 0;

	for (;;) {
		struct pollfd poll_fd = { .fd = pipe_fd, .events = POLLIN };

		if (poll(&poll_fd, 1, LOOK_MS) > 0)
			return true;
		/* On a busy machine it may just not get its turn. */
		if (get_done(board) != before || (waited && !task_waits((unsigned int)pid))) {
			before = get_done(board);
			waited = 0;
			beat(probe);
			continue;
		}
		waited += LOOK_MS;
		if (waited >= patience_ms)
			return false;
	}
}

/** The question at `stuck` gets no answer, nor do those of its group that are still to come. */
static void give_up(const struct probe *probe, void *answers, size_t stuck)
{
	bool *missing = flags_of(probe, answers);
	uint64_t group = probe->group ? probe->group(probe->context, stuck) : 0;

	beat(probe);
	missing[stuck] = true;
	if (!probe->keeps_part)
		memset(answer_of(probe, answers, stuck), 0, probe->answer_size);
	for (size_t i = stuck + 1; group && i < probe->count; i++) {
		if (probe->group(probe->context, i) == group)
			missing[i] = true;
	}
	set_done(board_of(answers), stuck + 1);
}

int probe_begin(const struct probe *probe, struct probing *ret)
{
	size_t bytes = BOARD_BYTES + probe->count * (probe->answer_size + sizeof(bool)) + 1;
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret = (struct probing){ .probe = probe, .answers = memory + BOARD_BYTES, .pipe = -1 };
	board_of(ret->answers)->bytes = bytes;
	if (!probe->count)
		return 0;
	ret->pid = start(probe, ret->answers, &ret->pipe);
	if (ret->pid >= 0)
		return 0;
	munmap(memory, bytes);
	return ret->pid;
}

/** Wait for the helper. False when it got stuck, and was abandoned. */
static bool await(const struct probing *probing, int patience_ms)
{
	struct board *board = board_of(probing->answers);
	bool ended = watch(probing->probe, board, probing->pid, probing->pipe, patience_ms);

	close(probing->pipe);
	if (!ended)
		kill(probing->pid, SIGKILL);
	waitpid(probing->pid, NULL, ended ? 0 : WNOHANG);
	return get_done(board) >= probing->probe->count;
}

int probe_finish(struct probing *probing, void **ret, const bool **missing)
{
	const struct probe *probe = probing->probe;
	int patience_ms = PATIENCE_MS;

	while (probe->count && !await(probing, patience_ms)) {
		give_up(probe, probing->answers, get_done(board_of(probing->answers)));
		patience_ms = IMPATIENCE_MS;
		if (get_done(board_of(probing->answers)) == probe->count)
			break;
		probing->pid = start(probe, probing->answers, &probing->pipe);
		if (probing->pid < 0) {
			probe_end(probe, probing->answers);
			return probing->pid;
		}
	}
	*ret = probing->answers;
	*missing = flags_of(probe, probing->answers);
	return 0;
}

int probe_run(const struct probe *probe, void **ret, const bool **missing)
{
	struct probing probing = { 0 };
	int rc = probe_begin(probe, &probing);

	return rc ? rc : probe_finish(&probing, ret, missing);
}

void probe_end(const struct probe *probe, void *answers)
{
	(void)probe;
	if (answers)
		munmap(board_of(answers), board_of(answers)->bytes);
}
