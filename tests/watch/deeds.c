/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Does to files what `watch` is to tell of, one deed after the other, and ends:
 *
 *     deeds open NAME openat NAME openat2 NAME ring NAME handle NAME creat NAME    opens and keeps it
 *     deeds dir DIR openat NAME          NAME below a descriptor on DIR
 *     deeds make pipe|socketpair|eventfd|timerfd|memfd    the descriptors of these, closed by exec
 *     deeds post, send FD, receive       a pair of sockets; through it FD comes as another descriptor
 *     deeds unshare                      who does it has descriptors of its own from here on
 *     deeds close FD, dup FD TO, socket, unlink NAME, ring-unlink NAME, rename OLD NEW, rename-at OLD NEW
 *     deeds unread                       opens by a name on a page that is not in RAM
 *     deeds fork … end                   a child does it, and is waited for
 *     deeds beside … end                 a child does it, and is not
 *     deeds thread … end                 a thread does it
 *     deeds spin N NAME                  opens and closes it N times
 *     deeds storm N THREADS NAME         the same in several threads at once
 *     deeds paced RATE SECONDS NAME      opens and closes it RATE * SECONDS times, so many a second at most;
 *                                        prints how many, and how many a second these were
 *     deeds time N NAME                  the same, and prints how many nanoseconds each took, and of the processor
 *     deeds wait                         until a line comes from standard input; says "ready" before
 *     deeds exit STATUS, exec PROGRAM
 *
 * What fails is no reason to stop: 77 ends it where a deed is unknown to this kernel.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../deed.h"

enum { NS = 1000000000 };

static int directory = AT_FDCWD;

static void ring_open(const char *name)
{
	ring_do((struct io_uring_sqe){ .opcode = IORING_OP_OPENAT,
				       .fd = directory,
				       .addr = (uintptr_t)name,
				       .open_flags = O_RDONLY });
}

static void ring_unlink(const char *name)
{
	ring_do((struct io_uring_sqe){
		.opcode = IORING_OP_UNLINKAT, .fd = directory, .addr = (uintptr_t)name });
}

static void open_handle(const char *name)
{
	struct {
		struct file_handle head;
		char bytes[MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int mount;

	if (name_to_handle_at(AT_FDCWD, name, &handle.head, &mount, 0))
		exit(UNSUPPORTED);
	mount = open(".", O_RDONLY | O_DIRECTORY);
	if (open_by_handle_at(mount, &handle.head, O_RDONLY) < 0)
		exit(UNSUPPORTED);
}

static void open_unread(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char bad[] = "/nonexistent";

	(void)bad;
	munmap(page, 4096);
	syscall(SYS_openat, AT_FDCWD, page, O_RDONLY);
}

static void make(const char *what)
{
	int ends[2];

	if (!strcmp(what, "pipe")) {
		if (pipe2(ends, O_CLOEXEC))
			err(1, "pipe2");
	} else if (!strcmp(what, "socketpair"))
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
	else if (!strcmp(what, "eventfd"))
		eventfd(0, EFD_CLOEXEC);
	else if (!strcmp(what, "timerfd"))
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	else if (!strcmp(what, "memfd"))
		memfd_create("owl", MFD_CLOEXEC);
	else
		errx(2, "there is nothing called '%s' to make", what);
}

/** Sends a descriptor, or with -1 receives one. */
static void carry(int to, int fd)
{
	char byte = 'x', control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };

	if (fd < 0) {
		if (recvmsg(to, &message, 0) < 0)
			err(1, "recvmsg");
		return;
	}
	*CMSG_FIRSTHDR(&message) = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fd)),
						     .cmsg_level = SOL_SOCKET,
						     .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	if (sendmsg(to, &message, 0) < 0)
		err(1, "sendmsg");
}

static int post[2];

struct storm {
	long count;
	const char *name;
};

static void *spin(void *context)
{
	const struct storm *storm = context;

	for (long i = 0; i < storm->count; i++)
		close(open(storm->name, O_RDONLY));
	return NULL;
}

static void rage(long count, long threads, const char *name)
{
	struct storm storm = { count, name };
	pthread_t ids[64];

	for (long i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, spin, &storm);
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
}

static double now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * NS + (double)now.tv_nsec;
}

/** The second number is what others who want the processor do not spoil. */
static void measure(long count, const char *name)
{
	double wall = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);

	spin(&(struct storm){ count, name });
	wall = now_ns(CLOCK_MONOTONIC) - wall;
	cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%.0f %.0f\n", wall / (double)count, cpu / (double)count);
	fflush(stdout);
}

/** A thousandth of a second's worth at a time. */
static void pace(long rate, long seconds, const char *name)
{
	double begun = now_ns(CLOCK_MONOTONIC);
	long total = rate * seconds, slot = rate / 1000;

	for (long done = 0; done < total; done += slot) {
		double due = begun + (double)done * NS / (double)rate;
		struct timespec at = { .tv_sec = (time_t)(due / NS) };

		at.tv_nsec = (long)(due - (double)at.tv_sec * NS);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		spin(&(struct storm){ slot, name });
	}
	printf("%ld %.0f\n", total, (double)total * NS / (now_ns(CLOCK_MONOTONIC) - begun));
	fflush(stdout);
}

static void wait_for_line(void)
{
	char line[16];

	puts("ready");
	fflush(stdout);
	if (read(STDIN_FILENO, line, sizeof(line)) < 0)
		exit(1);
}

static char **do_all(char **at);

static void *do_in_thread(void *at)
{
	return do_all(at);
}

static char **fork_block(char **at, bool waits)
{
	pid_t child = fork();

	if (child == 0) {
		do_all(at);
		_exit(0);
	}
	if (waits)
		waitpid(child, NULL, 0);
	while (strcmp(*at++, "end") != 0)
		;
	return at;
}

static char **thread_block(char **at)
{
	pthread_t id;
	void *ret;

	pthread_create(&id, NULL, do_in_thread, at);
	pthread_join(id, &ret);
	return ret;
}

static void open_by(const char *how, const char *name)
{
	struct open_how openat2_how = { .flags = O_RDONLY };

	if (!strcmp(how, "open"))
		syscall(SYS_open, name, O_RDONLY);
	else if (!strcmp(how, "openat"))
		syscall(SYS_openat, directory, name, O_RDONLY);
	else if (!strcmp(how, "creat"))
		syscall(SYS_openat, directory, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	else if (!strcmp(how, "openat2"))
		syscall(SYS_openat2, directory, name, &openat2_how, sizeof(openat2_how));
	else if (!strcmp(how, "ring"))
		ring_open(name);
	else if (!strcmp(how, "handle"))
		open_handle(name);
	else if (!strcmp(how, "dir"))
		directory = open(name, O_RDONLY | O_DIRECTORY);
	else if (!strcmp(how, "unlink"))
		syscall(SYS_unlinkat, directory, name, 0);
	else if (!strcmp(how, "ring-unlink"))
		ring_unlink(name);
	else if (!strcmp(how, "close"))
		close(atoi(name));
	else if (!strcmp(how, "make"))
		make(name);
	else if (!strcmp(how, "send"))
		carry(post[0], atoi(name));
	else if (!strcmp(how, "exit"))
		exit(atoi(name));
	else if (!strcmp(how, "exec"))
		execl(name, name, NULL);
	else
		errx(2, "there is no deed '%s'", how);
}

static char **do_one(const char *how, char **at)
{
	if (!strcmp(how, "fork") || !strcmp(how, "beside"))
		return fork_block(at, how[0] == 'f');
	if (!strcmp(how, "thread"))
		return thread_block(at);
	if (!strcmp(how, "wait")) {
		wait_for_line();
	} else if (!strcmp(how, "unread")) {
		open_unread();
	} else if (!strcmp(how, "socket")) {
		socket(AF_UNIX, SOCK_STREAM, 0);
	} else if (!strcmp(how, "post")) {
		socketpair(AF_UNIX, SOCK_STREAM, 0, post);
	} else if (!strcmp(how, "receive")) {
		carry(post[1], -1);
	} else if (!strcmp(how, "unshare")) {
		unshare(CLONE_FILES);
	} else if (!strcmp(how, "dup")) {
		int fd = atoi(word(&at));
		dup2(fd, atoi(word(&at)));
	} else if (!strcmp(how, "rename") || !strcmp(how, "rename-at")) {
		const char *old = word(&at), *new = word(&at);
		if (how[6])
			syscall(SYS_renameat2, directory, old, directory, new, 0);
		else
			rename(old, new);
	} else if (!strcmp(how, "spin")) {
		long count = atol(word(&at));
		spin(&(struct storm){ count, word(&at) });
	} else if (!strcmp(how, "paced")) {
		long rate = atol(word(&at)), seconds = atol(word(&at));
		pace(rate, seconds, word(&at));
	} else if (!strcmp(how, "time")) {
		long count = atol(word(&at));
		measure(count, word(&at));
	} else if (!strcmp(how, "storm")) {
		long count = atol(word(&at)), threads = atol(word(&at));
		rage(count, threads, word(&at));
	} else {
		open_by(how, word(&at));
	}
	return at;
}

static char **do_all(char **at)
{
	while (*at) {
		const char *how = *at++;

		if (!strcmp(how, "end"))
			break;
		at = do_one(how, at);
	}
	return at;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "what?");
	do_all(argv + 1);
	return 0;
}
