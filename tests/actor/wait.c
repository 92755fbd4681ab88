/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Children that wait in one system call, to be asked what they do. They are the last operation of a `fork`
 * block: who waits says first that it is ready, so whoever asks must look until it waits indeed.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

static _Noreturn void failed(const char *what)
{
	err(1, "does not wait: %s", what);
}

static void wait_sleep(struct actor *actor, const char *seconds)
{
	struct timespec wait = { .tv_sec = strtol(seconds, NULL, 10) };

	(void)actor;
	nanosleep(&wait, NULL);
}

static void wait_flock(struct actor *actor, const char *slot)
{
	flock(slot_fd(actor, slot), LOCK_EX);
}

static void lock_range(int fd, int command)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fcntl(fd, command, &lock);
}

static void wait_posix(struct actor *actor, const char *slot)
{
	lock_range(slot_fd(actor, slot), F_SETLKW);
}

static void wait_ofd(struct actor *actor, const char *slot)
{
	lock_range(slot_fd(actor, slot), F_OFD_SETLKW);
}

static void wait_read(struct actor *actor, const char *slot)
{
	char byte;

	if (read(slot_fd(actor, slot), &byte, 1) < 0)
		failed("read");
}

/** Until the pipe or socket takes no more. */
static void wait_write(struct actor *actor, const char *slot)
{
	static const char bytes[1 << 16];

	while (write(slot_fd(actor, slot), bytes, sizeof(bytes)) > 0)
		;
}

static void wait_accept(struct actor *actor, const char *slot)
{
	accept(slot_fd(actor, slot), NULL, NULL);
}

static void wait_epoll(struct actor *actor, const char *slot)
{
	struct epoll_event event;

	epoll_wait(slot_fd(actor, slot), &event, 1, -1);
}

static void wait_poll(struct actor *actor, const char *slot)
{
	struct pollfd poll_fd = { .fd = slot_fd(actor, slot), .events = POLLIN };

	poll(&poll_fd, 1, 3600 * 1000);
}

/** For all slots from this one on, and for one that is none. */
static void wait_polls(struct actor *actor, const char *first)
{
	struct pollfd list[ACTOR_SLOTS + 1];
	nfds_t count = 0;

	list[count++] = (struct pollfd){ .fd = -1 };
	for (int slot = (int)strtol(first, NULL, 10); slot < actor->slots; slot++)
		list[count++] = (struct pollfd){ .fd = actor->fd[slot], .events = POLLIN };
	poll(list, count, -1);
}

static void wait_select(struct actor *actor, const char *slot)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(slot_fd(actor, slot), &set);
	select(FD_SETSIZE, &set, NULL, NULL, NULL);
}

/** Until a moment, two hours away, of this clock. */
static void wait_clock(struct actor *actor, const char *clock)
{
	clockid_t id = (clockid_t)strtol(clock, NULL, 10);
	struct timespec until;

	(void)actor;
	clock_gettime(id, &until);
	until.tv_sec += 7200;
	clock_nanosleep(id, TIMER_ABSTIME, &until, NULL);
}

/** With so many pages that stay in memory; the C library's mlock does nothing under AddressSanitizer. */
static void wait_locked(struct actor *actor, const char *pages)
{
	size_t size = (size_t)strtoul(pages, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)actor;
	if (memory == MAP_FAILED || syscall(SYS_mlock, memory, size))
		failed("mlock");
	for (;;)
		pause();
}

static void wait_futex(struct actor *actor, const char *value)
{
	unsigned int word = (unsigned int)strtoul(value, NULL, 10);

	(void)actor;
	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, word, NULL, NULL, 0);
}

/** For a child of its own, by its number, or for any when `which` is 0. */
static void wait_child(struct actor *actor, const char *which)
{
	pid_t pid = fork();

	(void)actor;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "inner");
		for (;;)
			pause();
	}
	waitpid(*which == '0' ? -1 : pid, NULL, 0);
}

static void wait_open(struct actor *actor, const char *path)
{
	(void)actor;
	if (open(path, O_RDONLY | O_CLOEXEC) < 0)
		failed(path);
}

static void wait_signal(struct actor *actor, const char *unused)
{
	(void)actor;
	(void)unused;
	pause();
}

/** On and on, in no call at all. */
static void wait_spin(struct actor *actor, const char *unused)
{
	(void)actor;
	(void)unused;
	for (volatile unsigned int i = 0;; i++)
		;
}

/**
 * With the strings of its arguments on a page of the file PATH, far behind its beginning, which it has
 * never touched: so whoever reads its command line waits for that file.
 */
static void wait_behind(struct actor *actor, const char *path)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *arguments = program_invocation_name - (uintptr_t)program_invocation_name % page;

	(void)actor;
	if (fd < 0 || mmap(arguments, page, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
			   (off_t)(16 * page)) == MAP_FAILED)
		failed(path);
	for (;;)
		pause();
}

static void op_wait(struct actor *actor, char **arg)
{
	static const struct {
		const char *name;
		void (*wait)(struct actor *actor, const char *argument);
	} kinds[] = { { "sleep", wait_sleep },   { "flock", wait_flock },
		      { "posix", wait_posix },   { "ofd", wait_ofd },
		      { "read", wait_read },     { "write", wait_write },
		      { "accept", wait_accept }, { "epoll", wait_epoll },
		      { "poll", wait_poll },     { "futex", wait_futex },
		      { "child", wait_child },   { "open", wait_open },
		      { "signal", wait_signal }, { "spin", wait_spin },
		      { "behind", wait_behind }, { "polls", wait_polls },
		      { "select", wait_select }, { "clock", wait_clock },
		      { "mutex", wait_mutex },   { "join", wait_join },
		      { "locked", wait_locked }, { "polls-behind", wait_polls_behind } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, arg[0]) != 0)
			continue;
		life_say_ready();
		kinds[i].wait(actor, arg[1]);
		errx(1, "%s is over", arg[0]);
	}
	errx(1, "nobody waits for '%s'", arg[0]);
}

/** A child that ends at once with this status, and is never waited for. */
static void op_zombie(struct actor *actor, char **arg)
{
	siginfo_t info;
	pid_t pid = fork();

	check(pid, "cannot", "fork");
	if (!pid)
		_exit((int)strtol(arg[0], NULL, 10));
	check(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), "cannot wait for", "a child");
	dprintf(STDOUT_FILENO, "child %d\n", pid);
	actor->child[actor->children++] = pid;
}

/* clang-format off */
const struct op wait_ops[] = {
	{ "wait",   2, 2, op_wait },
	{ "zombie", 1, 1, op_zombie },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
