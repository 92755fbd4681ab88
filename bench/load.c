/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A crowd of sleeping processes that hold many descriptors open, for benchmarks to look at.
 *
 *	load PROCESSES FDS DELETED [DIRECTORY]
 *
 * PROCESSES together hold FDS descriptors: 60 % regular files, each a file of its own, the others
 * pipes, unix sockets and eventfds in turn. DELETED of the files have lost their name; more than
 * 60 % of them take the place of the others. Everything is dealt out evenly. Prints `ready` when
 * all of it is there, and takes it all down when its stdin ends or a signal says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	REGULAR_PERCENT = 60,
	FILE_BYTES = 4096,  /**< so that each takes a block */
	OWN_FDS = 16,       /**< what a process has besides its load */
	FDS_MAX = 10000000, /**< of all arguments */
};

/** What is asked for, of all processes together or of one. */
struct load {
	unsigned long processes, fds, deleted;
	const char *directory;
};

static int failed(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	return -1;
}

/** The part of `total` that falls to process `index` of `processes`. */
static unsigned long share(unsigned long total, unsigned long index, unsigned long processes)
{
	return total * (index + 1) / processes - total * index / processes;
}

static int make_file(unsigned long n, bool deleted)
{
	static const char block[FILE_BYTES] = "procowl";
	char name[32];

	snprintf(name, sizeof(name), "%s%lu", deleted ? "deleted-" : "", n);
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(name);
	if (write(fd, block, sizeof(block)) != FILE_BYTES)
		return failed(name);
	if (deleted && unlink(name) != 0)
		return failed(name);
	return 0;
}

/** Two descriptors at most: a pipe, a pair of sockets, or one eventfd. How many, or -1. */
static int make_other(unsigned long turn, unsigned long room)
{
	int pair[2];

	if (room < 2 || turn % 3 == 2)
		return eventfd(0, EFD_CLOEXEC) < 0 ? failed("eventfd") : 1;
	if (turn % 3 == 0)
		return pipe2(pair, O_CLOEXEC) != 0 ? failed("pipe") : 2;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return failed("socketpair");
	return 2;
}

/** Open everything that one process holds; its files are in the current directory. */
static int fill(const struct load *mine)
{
	unsigned long regular = mine->fds * REGULAR_PERCENT / 100;

	if (regular < mine->deleted)
		regular = mine->deleted;
	for (unsigned long i = 0; i < regular; i++)
		if (make_file(i, i < mine->deleted) != 0)
			return -1;
	unsigned long held = regular;
	for (unsigned long turn = 0; held < mine->fds; turn++) {
		int more = make_other(turn, mine->fds - held);
		if (more < 0)
			return -1;
		held += (unsigned long)more;
	}
	return 0;
}

/** A process of its own directory: opens its share, reports, and waits for the parent's end. */
static void live(const struct load *mine, unsigned long index, int report, int end)
{
	char name[32], byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(name, sizeof(name), "%lu", index);
	if (mkdir(name, 0700) != 0 || chdir(name) != 0) {
		failed(name);
		_exit(1);
	}
	if (fill(mine) != 0 || write(report, &byte, 1) != 1)
		_exit(1);
	close(report);
	while (read(end, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int raise_limit(unsigned long fds)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return failed("RLIMIT_NOFILE");
	if (limit.rlim_cur >= fds)
		return 0;
	limit.rlim_cur = fds;
	if (limit.rlim_max < fds)
		limit.rlim_max = fds;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : failed("RLIMIT_NOFILE");
}

/** Start them all, and wait until every one has reported. */
static int start(const struct load *load, int end[2])
{
	int report[2];
	char byte;

	if (pipe2(report, O_CLOEXEC) != 0 || pipe2(end, O_CLOEXEC) != 0)
		return failed("pipe");
	for (unsigned long i = 0; i < load->processes; i++) {
		struct load mine = { 1, share(load->fds, i, load->processes),
				     share(load->deleted, i, load->processes), NULL };
		pid_t child = fork();
		if (child < 0)
			return failed("fork");
		if (child == 0) {
			close(STDIN_FILENO);
			close(report[0]);
			close(end[1]);
			live(&mine, i, report[1], end[0]);
		}
	}
	close(report[1]);
	close(end[0]);
	for (unsigned long i = 0; i < load->processes; i++)
		if (read(report[0], &byte, 1) != 1)
			return -1;
	close(report[0]);
	return 0;
}

static void interrupted(int signal)
{
	(void)signal;
}

/** Until stdin ends or a signal comes. */
static void wait_for_end(void)
{
	char bytes[64];

	while (read(STDIN_FILENO, bytes, sizeof(bytes)) > 0)
		;
}

/** Take the directories away again: only files that we made ourselves are in them. */
static void clean(const struct load *load)
{
	char name[64];

	for (unsigned long i = 0; i < load->processes; i++) {
		unsigned long files = share(load->fds, i, load->processes);
		for (unsigned long n = 0; n < files; n++) {
			snprintf(name, sizeof(name), "%lu/%lu", i, n);
			unlink(name);
		}
		snprintf(name, sizeof(name), "%lu", i);
		rmdir(name);
	}
}

static int parse(int argc, char **argv, struct load *ret)
{
	unsigned long *numbers[] = { &ret->processes, &ret->fds, &ret->deleted };

	if (argc < 4 || argc > 5)
		return -1;
	for (int i = 0; i < 3; i++) {
		char *end;
		*numbers[i] = strtoul(argv[i + 1], &end, 10);
		if (end == argv[i + 1] || *end || *numbers[i] > FDS_MAX)
			return -1;
	}
	ret->directory = argc > 4 ? argv[4] : "/tmp";
	return ret->processes > 0 && ret->deleted <= ret->fds ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct load load;
	char directory[4096];
	int end[2] = { -1, -1 };

	if (parse(argc, argv, &load) != 0) {
		fputs("usage: load PROCESSES FDS DELETED [DIRECTORY]\n", stderr);
		return 2;
	}
	snprintf(directory, sizeof(directory), "%s/procowl-load.XXXXXX", load.directory);
	if (!mkdtemp(directory) || chdir(directory) != 0)
		return failed(directory), 1;
	struct sigaction action = { .sa_handler = interrupted };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	int rc = raise_limit(load.fds / load.processes + 1 + OWN_FDS);
	if (rc == 0)
		rc = start(&load, end);
	if (rc == 0) {
		printf("ready\n");
		fflush(stdout);
		wait_for_end();
	}
	close(end[1]);
	while (wait(NULL) > 0)
		;
	clean(&load);
	if (rmdir(directory) != 0)
		return failed(directory), 1;
	return rc == 0 ? 0 : 1;
}
