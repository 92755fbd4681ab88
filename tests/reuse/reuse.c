/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Processes and descriptors whose numbers are used again. Each way prints `ready PID` and goes on
 * until its stdin is closed; the files must exist and are deleted by it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_SKIP = 77, /**< as Meson and automake have it */
	KEPT_A = 200,   /**< where the two files wait for their turn, out of the way */
	KEPT_B = 201,
	PID_LOWEST = 300, /**< of the numbers tried for a process of our own choice */
	PID_HIGHEST = 30000,
	TURN_NS = 300000, /**< how long one file stays behind the number */
};

static int fail(const char *what)
{
	fprintf(stderr, "reuse: %s: %s\n", what, strerror(errno));
	return 1;
}

static int usage(void)
{
	fputs("usage: reuse pid PID FD FILE     PID (0: any free, low one) has FILE at FD\n"
	      "       reuse flip-fd FD A B      FD is A, B, A, B …\n"
	      "       reuse flip-pid FD A B     one PID is a process with A at FD, then with B …\n",
	      stderr);
	return 2;
}

static bool stdin_ends_within(long ns)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec wait = { .tv_nsec = ns };

	return ppoll(&in, 1, &wait, NULL) != 0;
}

static void wait_for_end(void)
{
	while (!stdin_ends_within(TURN_NS))
		;
}

static int say_ready(pid_t pid)
{
	printf("ready %d\n", pid);
	return fflush(stdout);
}

/** Open `path` at descriptor `at`, and delete its name. */
static int keep(const char *path, int at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || dup3(fd, at, O_CLOEXEC) < 0 || close(fd))
		return -1;
	return unlink(path);
}

/** Fork a child whose number is `pid`. Needs CAP_CHECKPOINT_RESTORE. Linux 5.5. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/** What the child does: has `kept` at `fd` and nothing else, says so, waits to be killed. */
static void live_with(int kept, int fd, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(kept, fd) < 0)
		_exit(1);
	close(KEPT_A);
	close(KEPT_B);
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	for (;;)
		pause();
}

/** Start the process `pid` with `kept` at `fd`. Its number, or -1. */
static pid_t start(pid_t pid, int kept, int fd)
{
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid_t child = fork_as(pid);
	if (child == 0)
		live_with(kept, fd, ready[1]);
	int forked_errno = errno;
	close(ready[1]);
	bool lives = child > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	errno = forked_errno;
	return lives ? child : -1;
}

static pid_t start_anywhere(int kept, int fd)
{
	for (pid_t pid = PID_LOWEST; pid < PID_HIGHEST; pid++) {
		pid_t child = start(pid, kept, fd);
		if (child > 0 || errno != EEXIST)
			return child;
	}
	return -1;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static int cannot_choose_pid(void)
{
	fprintf(stderr, "reuse: clone3 with set_tid: %s\n", strerror(errno));
	return errno == EPERM || errno == ENOSYS ? EXIT_SKIP : 1;
}

static int run_pid(char **argv)
{
	pid_t pid = (pid_t)strtol(argv[0], NULL, 10);
	int fd = (int)strtol(argv[1], NULL, 10);

	if (keep(argv[2], KEPT_A))
		return fail(argv[2]);
	pid_t child = pid ? start(pid, KEPT_A, fd) : start_anywhere(KEPT_A, fd);
	if (child < 0)
		return cannot_choose_pid();
	close(KEPT_A);
	if (say_ready(child))
		return fail("stdout");
	wait_for_end();
	end(child);
	return 0;
}

static int keep_both(char **argv)
{
	if (keep(argv[1], KEPT_A))
		return fail(argv[1]);
	return keep(argv[2], KEPT_B) ? fail(argv[2]) : 0;
}

static int run_flip_fd(char **argv)
{
	int fd = (int)strtol(argv[0], NULL, 10);

	if (keep_both(argv))
		return 1;
	if (dup2(KEPT_A, fd) < 0 || say_ready(getpid()))
		return fail("descriptor");
	for (int turn = 1; !stdin_ends_within(TURN_NS); turn++) {
		if (dup2(turn % 2 ? KEPT_B : KEPT_A, fd) < 0)
			return fail("dup2");
	}
	return 0;
}

static int run_flip_pid(char **argv)
{
	int fd = (int)strtol(argv[0], NULL, 10);

	if (keep_both(argv))
		return 1;
	pid_t pid = start_anywhere(KEPT_A, fd);
	if (pid < 0)
		return cannot_choose_pid();
	if (say_ready(pid))
		return fail("stdout");
	for (int turn = 1; !stdin_ends_within(TURN_NS); turn++) {
		end(pid);
		/* somebody else may have been given the number: then it is his, and we stop */
		if (start(pid, turn % 2 ? KEPT_B : KEPT_A, fd) < 0)
			return fail("the number was taken");
	}
	end(pid);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "pid") == 0)
		return run_pid(argv + 2);
	if (argc == 5 && strcmp(argv[1], "flip-fd") == 0)
		return run_flip_fd(argv + 2);
	if (argc == 5 && strcmp(argv[1], "flip-pid") == 0)
		return run_flip_pid(argv + 2);
	return usage();
}
