/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Does being made to stand still leave a trace? `subject FILE [QUEUE]` is three processes:
 *
 *   the subject  holds FILE, deleted, as descriptor 9, and goes on writing to it; it counts the queued
 *                signals (SIGRTMIN) that it gets, that they come in order, and the SIGUSR1 that it
 *                sends to itself;
 *   the sender   queues SIGRTMIN to it, numbered, as fast as they go, at most QUEUE (1000) unread;
 *   the parent   waits for the subject as a shell would, and counts what it is told.
 *
 * It prints `child PID` of the subject and `ready PID`. At a line on its input it lets all signals
 * arrive and prints `sent N received N disorder N raised N handled N told N`, and goes on. It ends when
 * its input does.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FILE_FD = 9, BLOCK = 1 << 16, BLOCKS = 64 };

/** Shared by the three. */
struct board {
	_Atomic unsigned long sent, received, disorder, raised, handled, told;
	_Atomic int paused, resting, ready, queue;
};

static struct board *board;

static void on_queued(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	/* Numbered from 1, by one who sends them one after the other. */
	unsigned long number = ++board->received;

	board->disorder += (unsigned int)info->si_value.sival_int != (unsigned int)number;
}

static void on_raised(int signal)
{
	(void)signal;
	board->handled++;
}

/** So that the machine is not busy with us alone. */
static void pause_shortly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
}

static void *write_on(void *closure)
{
	static char block[BLOCK];
	sigset_t all;

	(void)closure;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (unsigned long n = 0;; n++) {
		pause_shortly();
		memset(block, (int)n, sizeof(block));
		if (pwrite(FILE_FD, block, sizeof(block), (off_t)(n % BLOCKS) * BLOCK) < 0)
			err(1, "cannot write");
	}
	return NULL;
}

static void hold(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);

	if (fd < 0 || dup2(fd, FILE_FD) < 0 || ftruncate(FILE_FD, (off_t)BLOCKS * BLOCK) ||
	    unlink(path))
		err(1, "%s", path);
	if (fd != FILE_FD)
		close(fd);
}

static _Noreturn void be_subject(const char *path)
{
	struct sigaction queued = { .sa_sigaction = on_queued,
				    .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction raised = { .sa_handler = on_raised, .sa_flags = SA_RESTART };
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	hold(path);
	sigaction(SIGRTMIN, &queued, NULL);
	sigaction(SIGUSR1, &raised, NULL);
	if (pthread_create(&thread, NULL, write_on, NULL))
		errx(1, "cannot start a thread");
	board->ready = 1;
	for (;;) {
		pause_shortly();
		raise(SIGUSR1);
		board->raised++;
	}
}

static _Noreturn void be_sender(pid_t subject)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		union sigval value = { .sival_int = (int)(board->sent + 1) };

		if (board->paused) {
			board->resting = 1;
			pause_shortly();
			continue;
		}
		board->resting = 0;
		if (board->sent - board->received >= (unsigned long)board->queue) {
			pause_shortly();
			continue;
		}
		if (sigqueue(subject, SIGRTMIN, value) == 0)
			board->sent++;
		else if (errno != EAGAIN)
			_exit(0);
	}
}

/** As a shell waits for its jobs. */
static void *watch(void *closure)
{
	pid_t subject = *(pid_t *)closure;
	int status;

	while (waitpid(subject, &status, WUNTRACED | WCONTINUED) == subject) {
		if (WIFEXITED(status) || WIFSIGNALED(status))
			errx(1, "the subject has ended with status %#x", (unsigned int)status);
		board->told++;
	}
	return NULL;
}

static void on_child(int signal)
{
	(void)signal;
	board->told++;
}

static void report(void)
{
	board->paused = 1;
	while (!board->resting || board->received != board->sent)
		sched_yield();
	/* The sum of what it did to itself is not to change between two looks. */
	unsigned long raised, handled;
	do {
		raised = board->raised;
		handled = board->handled;
	} while (raised != board->raised);
	printf("sent %lu received %lu disorder %lu raised %lu handled %lu told %lu\n", board->sent,
	       board->received, board->disorder, raised, handled - (handled > raised), board->told);
	fflush(stdout);
	board->resting = 0;
	board->paused = 0;
}

static void close_the_rest(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
}

int main(int argc, char **argv)
{
	static pid_t subject;
	pid_t sender;
	pthread_t thread;
	char line[16];

	if (argc < 2)
		errx(2, "usage: subject FILE [QUEUE]");
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (board == MAP_FAILED)
		err(1, "mmap");
	board->queue = argc > 2 ? atoi(argv[2]) : 1000;
	signal(SIGCHLD, on_child);
	subject = fork();
	if (subject == 0) {
		close_the_rest();
		be_subject(argv[1]);
	}
	while (!board->ready) {
		if (waitpid(subject, NULL, WNOHANG) == subject)
			errx(1, "the subject did not begin");
		sched_yield();
	}
	sender = fork();
	if (sender == 0) {
		close_the_rest();
		be_sender(subject);
	}
	if (pthread_create(&thread, NULL, watch, &subject))
		errx(1, "cannot start a thread");
	printf("child %d\nready %d\n", subject, getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		report();
	_exit(0); /* the others go with us */
}
