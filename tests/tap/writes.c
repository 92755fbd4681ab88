/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Waits for its standard input to say something, or to end; then writes what `tap` is to tell of, to
 * descriptor 1 or whichever `to` has named, and ends:
 *
 *     writes write TEXT, err TEXT, writev A B, pwrite TEXT, send TEXT, sendmsg A B, sendmmsg A B
 *     writes ring TEXT, ring-vector A B, ring-message A B    through an io_uring
 *     writes aio TEXT                       by io_submit(2)
 *     writes sendfile|copy|splice PATH      all of the file (splice: of a pipe)
 *     writes long N                         N bytes in one call, "0123456789" over and over
 *     writes storm BYTES THREADS            so many a thread, in writes of 1 to 200000; tells the sum on descriptor 2
 *     writes time N                         100 bytes N times, and tells the nanoseconds of one there
 *     writes fault N                        N bytes from where there is no memory, in vain
 *     writes socket                         from here on to a socket that takes all
 *     writes datagrams|stream TEXT          before all others: what comes from a socket on descriptor 7
 *     writes recv N peek|trunc|plain        N bytes of it
 *     writes ring-recv N, ring-shots N      N bytes of it through an io_uring; N times what comes, by one request
 *     writes echo on|off                    how its standard input shows what is typed; said by a line
 *     writes read N                         N bytes of standard input
 *     writes fork … end, thread … end
 *     writes heir                           before all others: a thread does it, its first one ends
 *     writes begin                          before all others: is not waited
 *
 * 77 ends it where this kernel knows none of that.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../deed.h"

#ifndef IORING_RECV_MULTISHOT
#define IORING_RECV_MULTISHOT (1U << 1) /* Linux 6.0 */
#endif

enum { LONGEST = 200000 };

static int to = STDOUT_FILENO;

static void check(ssize_t rc, const char *what)
{
	if (rc < 0)
		err(1, "cannot %s", what);
}

static struct iovec vector(char *text)
{
	return (struct iovec){ text, strlen(text) };
}

static void ring(char *text)
{
	ring_do((struct io_uring_sqe){ .opcode = IORING_OP_WRITE,
				       .fd = to,
				       .off = (uint64_t)-1,
				       .addr = (uintptr_t)text,
				       .len = (uint32_t)strlen(text) });
}

static void ring_both(char *a, char *b, bool as_message)
{
	struct iovec both[2] = { vector(a), vector(b) };
	struct msghdr message = { .msg_iov = both, .msg_iovlen = 2 };

	ring_do((struct io_uring_sqe){
		.opcode = as_message ? IORING_OP_SENDMSG : IORING_OP_WRITEV,
		.fd = to,
		.off = as_message ? 0 : (uint64_t)-1,
		.addr = as_message ? (uintptr_t)&message : (uintptr_t)both,
		.len = as_message ? 1 : 2,
	});
}

/** At the end of the file: io_submit(2) knows no offset of its own. */
static void aio(char *text)
{
	aio_context_t context = 0;
	struct io_event event;
	struct iocb request = { .aio_lio_opcode = IOCB_CMD_PWRITE,
				.aio_fildes = (uint32_t)to,
				.aio_buf = (uintptr_t)text,
				.aio_nbytes = strlen(text),
				.aio_offset = lseek(to, 0, SEEK_END) },
		    *requests = &request;

	if (syscall(SYS_io_setup, 1, &context))
		exit(UNSUPPORTED);
	check(syscall(SYS_io_submit, context, 1, &requests), "io_submit");
	check(syscall(SYS_io_getevents, context, 1, 1, &event, NULL), "io_getevents");
	lseek(to, 0, SEEK_END);
	syscall(SYS_io_destroy, context);
}

static void messages(char *a, char *b, int one)
{
	struct iovec both[2] = { vector(a), vector(b) };
	struct mmsghdr each[2] = { { .msg_hdr = { .msg_iov = &both[0], .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_iov = &both[1], .msg_iovlen = 1 } } };

	each[0].msg_hdr.msg_iovlen = one ? 2 : 1;
	if (one)
		check(sendmsg(to, &each[0].msg_hdr, 0), "sendmsg");
	else
		check(sendmmsg(to, each, 2, 0), "sendmmsg");
}

static void from_file(const char *how, const char *path)
{
	int file = open(path, O_RDONLY), ends[2];
	struct stat stat;

	if (file < 0 || fstat(file, &stat))
		err(1, "%s", path);
	size_t size = (size_t)stat.st_size;
	if (!strcmp(how, "sendfile")) {
		check(sendfile(to, file, NULL, size), how);
	} else if (!strcmp(how, "copy")) {
		check(copy_file_range(file, NULL, to, NULL, size, 0), how);
	} else {
		check(pipe(ends), "pipe");
		check(splice(file, NULL, ends[1], NULL, size, 0), how);
		check(splice(ends[0], NULL, to, NULL, size, 0), how);
	}
	close(file);
}

static char *digits(size_t size)
{
	char *ret = malloc(size);

	for (size_t i = 0; i < size; i++)
		ret[i] = (char)('0' + i % 10);
	return ret;
}

struct storm {
	size_t size, wrote;
	unsigned int seed;
};

static void *rage(void *context)
{
	struct storm *storm = context;
	char *bytes = digits(LONGEST);

	while (storm->wrote < storm->size) {
		size_t len = 1 + (size_t)rand_r(&storm->seed) % LONGEST;
		size_t left = storm->size - storm->wrote;
		ssize_t rc = write(to, bytes, len < left ? len : left);

		check(rc, "write");
		storm->wrote += (size_t)rc;
	}
	free(bytes);
	return NULL;
}

static void storms(size_t size, unsigned int threads)
{
	struct storm storm[64];
	pthread_t ids[64];
	size_t sum = 0;

	for (unsigned int i = 0; i < threads; i++) {
		storm[i] = (struct storm){ .size = size, .seed = i };
		pthread_create(&ids[i], NULL, rage, &storm[i]);
	}
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		sum += storm[i].wrote;
	}
	dprintf(STDERR_FILENO, "%zu\n", sum);
}

static void measure(long count)
{
	char *bytes = digits(100);
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++)
		check(write(to, bytes, 100), "write");
	clock_gettime(CLOCK_MONOTONIC, &end);
	dprintf(STDERR_FILENO, "%.0f\n",
		((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		 (double)(end.tv_nsec - begin.tv_nsec)) /
			(double)count);
	free(bytes);
}

static void *swallow(void *fd)
{
	char bytes[65536];

	while (read(*(int *)fd, bytes, sizeof(bytes)) > 0)
		;
	return NULL;
}

/** It takes the place of our standard output, which is then what is tapped. */
static void to_socket(void)
{
	static int ends[2];
	pthread_t id;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	pthread_create(&id, NULL, swallow, &ends[1]);
	dup2(ends[0], STDOUT_FILENO);
	close(ends[0]);
}

enum { INLET = 7 };

/** TEXT twice, in two datagrams; or once, by tcp(7). */
static void from_socket(bool stream, const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int ends[2], listens = socket(AF_INET, SOCK_STREAM, 0);

	if (stream) {
		check(bind(listens, (struct sockaddr *)&address, len), "bind");
		check(listen(listens, 1), "listen");
		check(getsockname(listens, (struct sockaddr *)&address, &len), "getsockname");
		ends[1] = socket(AF_INET, SOCK_STREAM, 0);
		check(connect(ends[1], (struct sockaddr *)&address, len), "connect");
		ends[0] = accept(listens, NULL, NULL);
	} else {
		check(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "socketpair");
		check(send(ends[1], text, strlen(text), 0), "send");
	}
	check(send(ends[1], text, strlen(text), 0), "send");
	check(dup2(ends[0], INLET), "dup2");
	close(ends[0]);
	close(listens);
}

static void receive(size_t size, const char *how)
{
	char bytes[64];
	int flags = !strcmp(how, "peek") ? MSG_PEEK : !strcmp(how, "trunc") ? MSG_TRUNC : 0;

	memset(bytes, 'x', sizeof(bytes));
	check(recv(INLET, bytes, size < sizeof(bytes) ? size : sizeof(bytes), flags), "recv");
}

static void receive_by_ring(size_t size)
{
	char bytes[64];

	ring_do((struct io_uring_sqe){
		.opcode = IORING_OP_RECV,
		.fd = INLET,
		.addr = (uintptr_t)bytes,
		.len = (uint32_t)(size < sizeof(bytes) ? size : sizeof(bytes)) });
}

/** The kernel chooses which of the buffers. */
static void receive_often(unsigned int times)
{
	enum { SIZE = 64, COUNT = 8 };
	static char buffers[COUNT][SIZE];
	const struct io_uring_sqe both[2] = {
		{ .opcode = IORING_OP_PROVIDE_BUFFERS,
		  .fd = COUNT,
		  .addr = (uintptr_t)buffers,
		  .len = SIZE },
		{ .opcode = IORING_OP_RECV,
		  .fd = INLET,
		  .flags = IOSQE_BUFFER_SELECT,
		  .ioprio = IORING_RECV_MULTISHOT,
		  .user_data = 7 },
	};

	ring_do_all(both, 2, 1 + times);
}

static void set_echo(const char *how)
{
	struct termios settings;

	check(tcgetattr(STDIN_FILENO, &settings), "tcgetattr");
	settings.c_lflag &= ~(tcflag_t)ECHO;
	settings.c_lflag |= !strcmp(how, "on") ? ECHO : 0;
	check(tcsetattr(STDIN_FILENO, TCSANOW, &settings), "tcsetattr");
	dprintf(STDERR_FILENO, "echo %s\n", how);
}

static void read_all(size_t left)
{
	char bytes[4096];

	while (left) {
		ssize_t got =
			read(STDIN_FILENO, bytes, left < sizeof(bytes) ? left : sizeof(bytes));

		if (got <= 0)
			exit(1);
		left -= (size_t)got;
	}
}

static char **do_all(char **at);

static void *do_in_thread(void *at)
{
	return do_all(at);
}

static char **block(const char *how, char **at)
{
	pthread_t id;
	void *ret;

	if (!strcmp(how, "thread")) {
		pthread_create(&id, NULL, do_in_thread, at);
		pthread_join(id, &ret);
		return ret;
	}
	pid_t child = fork();
	if (child == 0) {
		do_all(at);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	while (strcmp(*at++, "end") != 0)
		;
	return at;
}

static void write_by(const char *how, char *text)
{
	struct iovec one = vector(text);

	if (!strcmp(how, "write"))
		check(write(to, text, one.iov_len), how);
	else if (!strcmp(how, "err"))
		check(write(STDERR_FILENO, text, one.iov_len), how);
	else if (!strcmp(how, "pwrite"))
		check(pwrite(to, text, one.iov_len, 0), how);
	else if (!strcmp(how, "send"))
		check(send(to, text, one.iov_len, 0), how);
	else if (!strcmp(how, "ring"))
		ring(text);
	else if (!strcmp(how, "ring-recv"))
		receive_by_ring((size_t)atol(text));
	else if (!strcmp(how, "ring-shots"))
		receive_often((unsigned int)atol(text));
	else if (!strcmp(how, "aio"))
		aio(text);
	else if (!strcmp(how, "sendfile") || !strcmp(how, "copy") || !strcmp(how, "splice"))
		from_file(how, text);
	else if (!strcmp(how, "time"))
		measure(atol(text));
	else if (!strcmp(how, "fault"))
		syscall(SYS_write, to, (void *)8, (size_t)atol(text));
	else if (!strcmp(how, "echo"))
		set_echo(text);
	else if (!strcmp(how, "read"))
		read_all((size_t)atol(text));
	else
		errx(2, "there is no deed '%s'", how);
}

static char **do_one(const char *how, char **at)
{
	char *a = word(&at);

	if (!strcmp(how, "writev")) {
		struct iovec both[2] = { vector(a), vector(word(&at)) };
		check(writev(to, both, 2), how);
	} else if (!strcmp(how, "sendmsg") || !strcmp(how, "sendmmsg")) {
		messages(a, word(&at), !strcmp(how, "sendmsg"));
	} else if (!strcmp(how, "ring-vector") || !strcmp(how, "ring-message")) {
		ring_both(a, word(&at), how[5] == 'm');
	} else if (!strcmp(how, "recv")) {
		receive((size_t)atol(a), word(&at));
	} else if (!strcmp(how, "storm")) {
		storms((size_t)atol(a), (unsigned int)atoi(word(&at)));
	} else if (!strcmp(how, "long")) {
		char *bytes = digits((size_t)atol(a));
		check(write(to, bytes, (size_t)atol(a)), how);
		free(bytes);
	} else {
		write_by(how, a);
	}
	return at;
}

static char **do_all(char **at)
{
	while (*at) {
		const char *how = *at++;

		if (!strcmp(how, "end"))
			break;
		at = !strcmp(how, "fork") || !strcmp(how, "thread") ? block(how, at) :
								      do_one(how, at);
	}
	return at;
}

int main(int argc, char **argv)
{
	char byte;

	if (argc < 2)
		errx(2, "what?");
	argv++;
	if (!strcmp(*argv, "socket")) {
		argv++;
		to_socket();
	}
	if (!strcmp(*argv, "datagrams") || !strcmp(*argv, "stream")) {
		from_socket(**argv == 's', argv[1]);
		argv += 2;
	}
	if (!strcmp(*argv, "begin") || !strcmp(*argv, "heir"))
		argv += **argv == 'b';
	else if (read(STDIN_FILENO, &byte, 1) < 0)
		err(1, "standard input");
	if (!strcmp(*argv, "heir")) {
		pthread_t id;

		pthread_create(&id, NULL, do_in_thread, argv + 1);
		pthread_exit(NULL);
	}
	do_all(argv);
	return 0;
}
