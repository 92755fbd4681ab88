/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Slots: the files that the actor has open, and what it does to them. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "actor.h"

void slot_add(struct actor *actor, int fd, const char *what)
{
	check(fd, "cannot open", what);
	if (actor->slots == ACTOR_SLOTS)
		errx(1, "too many slots");
	actor->fd[actor->slots++] = fd;
}

static int slot_number(const struct actor *actor, const char *number)
{
	char *end;
	long n = strtol(number, &end, 10);

	if (*end || n < 0 || n >= actor->slots)
		errx(1, "there is no slot '%s'", number);
	return n;
}

int slot_fd(const struct actor *actor, const char *number)
{
	return actor->fd[slot_number(actor, number)];
}

off_t size_parse(const char *text)
{
	char *end;
	off_t size = strtoll(text, &end, 10);
	static const char suffixes[] = "KMG";
	const char *suffix = *end ? strchr(suffixes, *end) : NULL;

	if (end == text || (*end && (!suffix || end[1])))
		errx(1, "'%s' is not a size", text);
	return suffix ? size << 10 * (suffix - suffixes + 1) : size;
}

void write_all(int fd, const void *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err(1, "cannot write");
		bytes = (const char *)bytes + n;
		len -= n;
	}
}

/* Each 8 bytes are their own number, mixed: no two blocks of a file are alike. */
static uint64_t pattern_word(uint64_t n)
{
	n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
	n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
	return n ^ (n >> 31);
}

void pattern_fill(unsigned char *bytes, size_t len, off_t offset)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t at = (uint64_t)offset + i;

		bytes[i] = pattern_word(at / 8 + 1) >> (8 * (at % 8));
	}
}

struct flag {
	const char *name;
	int bits;
};

/* clang-format off */
static const struct flag open_flags[] = {
	{ "r",         O_RDONLY },
	{ "w",         O_WRONLY },
	{ "rw",        O_RDWR },
	{ "append",    O_APPEND },
	{ "creat",     O_CREAT },
	{ "trunc",     O_TRUNC },
	{ "excl",      O_EXCL },
	{ "tmpfile",   O_TMPFILE },
	{ "path",      O_PATH },
	{ "directory", O_DIRECTORY },
	{ "nofollow",  O_NOFOLLOW },
	{ "nonblock",  O_NONBLOCK },
	{ "direct",    O_DIRECT },
	{ NULL, 0 },
};
/* clang-format on */

static int flag_find(const char *name)
{
	for (const struct flag *flag = open_flags; flag->name; flag++)
		if (!strcmp(flag->name, name))
			return flag->bits;
	errx(1, "there is no flag '%s'", name);
}

static void op_open(struct actor *actor, char **arg)
{
	int flags = 0;
	char *rest = NULL;

	for (char *word = strtok_r(arg[1], ",", &rest); word; word = strtok_r(NULL, ",", &rest))
		flags |= flag_find(word);
	slot_add(actor, open(arg[0], flags, 0644), arg[0]);
}

static void op_fd(struct actor *actor, char **arg)
{
	int slot = slot_number(actor, arg[0]), wanted = (int)size_parse(arg[1]);

	if (actor->fd[slot] == wanted)
		return;
	check(dup3(actor->fd[slot], wanted, 0), "cannot make it descriptor", arg[1]);
	close(actor->fd[slot]);
	actor->fd[slot] = wanted;
}

static void op_dup(struct actor *actor, char **arg)
{
	slot_add(actor, dup(slot_fd(actor, arg[0])), arg[0]);
}

static void *read_once(void *closure)
{
	char byte;

	if (read(*(int *)closure, &byte, 1) < 0)
		warn("cannot read");
	return NULL;
}

/** A thread that reads from the slot, and so waits where that waits. */
static void op_read(struct actor *actor, char **arg)
{
	int *fd = malloc(sizeof(*fd));
	pthread_t thread;

	if (!fd)
		err(1, "out of memory");
	*fd = slot_fd(actor, arg[0]);
	if (pthread_create(&thread, NULL, read_once, fd))
		errx(1, "cannot start a thread");
}

/** The end of a new terminal that drives it; prints `terminal N` for /dev/pts/N. */
static void op_terminal(struct actor *actor, char **arg)
{
	int number = 0, fd = posix_openpt(O_RDWR | O_NOCTTY);

	(void)arg;
	slot_add(actor, fd, "a terminal");
	check(grantpt(fd), "cannot grant", "a terminal");
	check(unlockpt(fd), "cannot unlock", "a terminal");
	check(ioctl(fd, TIOCGPTN, &number), "cannot number", "a terminal");
	dprintf(STDOUT_FILENO, "terminal %d\n", number);
}

static void op_write(struct actor *actor, char **arg)
{
	unsigned char bytes[1 << 16];
	int fd = slot_fd(actor, arg[0]);
	off_t at = lseek(fd, 0, SEEK_CUR);

	for (off_t left = size_parse(arg[1]); left > 0;) {
		size_t n = left < (off_t)sizeof(bytes) ? (size_t)left : sizeof(bytes);

		pattern_fill(bytes, n, at);
		write_all(fd, bytes, n);
		at += n;
		left -= n;
	}
}

static void op_text(struct actor *actor, char **arg)
{
	write_all(slot_fd(actor, arg[0]), arg[1], strlen(arg[1]));
}

static void op_hole(struct actor *actor, char **arg)
{
	int fd = slot_fd(actor, arg[0]);
	struct stat st;

	check(fstat(fd, &st), "cannot stat slot", arg[0]);
	check(ftruncate(fd, st.st_size + size_parse(arg[1])), "cannot extend slot", arg[0]);
}

static void op_fallocate(struct actor *actor, char **arg)
{
	check(fallocate(slot_fd(actor, arg[0]), 0, 0, size_parse(arg[1])), "cannot allocate",
	      arg[1]);
}

static void op_seek(struct actor *actor, char **arg)
{
	int fd = slot_fd(actor, arg[0]);
	off_t at = !strcmp(arg[1], "end") ? lseek(fd, 0, SEEK_END) :
					    lseek(fd, size_parse(arg[1]), SEEK_SET);

	check(at < 0 ? -1 : 0, "cannot seek to", arg[1]);
}

static void op_chmod(struct actor *actor, char **arg)
{
	check(fchmod(slot_fd(actor, arg[0]), strtoul(arg[1], NULL, 8)), "cannot chmod to", arg[1]);
}

static void op_chown(struct actor *actor, char **arg)
{
	check(fchown(slot_fd(actor, arg[0]), strtoul(arg[1], NULL, 10), strtoul(arg[2], NULL, 10)),
	      "cannot chown to", arg[1]);
}

static void op_xattr(struct actor *actor, char **arg)
{
	check(fsetxattr(slot_fd(actor, arg[0]), arg[1], arg[2], strlen(arg[2]), 0),
	      "cannot set attribute", arg[1]);
}

static void op_utime(struct actor *actor, char **arg)
{
	struct timespec when = { .tv_sec = size_parse(arg[1]) };

	check(futimens(slot_fd(actor, arg[0]), (struct timespec[]){ when, when }),
	      "cannot set times", arg[1]);
}

static void op_close(struct actor *actor, char **arg)
{
	check(close(slot_fd(actor, arg[0])), "cannot close slot", arg[0]);
}

/** "i", "a", or "-" for neither: chattr(1), which cannot get at a file without a name. */
static void op_chattr(struct actor *actor, char **arg)
{
	int fd = slot_fd(actor, arg[0]);
	int flags = 0;

	check(ioctl(fd, FS_IOC_GETFLAGS, &flags), "cannot get the flags of slot", arg[0]);
	flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	flags |= *arg[1] == 'i' ? FS_IMMUTABLE_FL : *arg[1] == 'a' ? FS_APPEND_FL : 0;
	check(ioctl(fd, FS_IOC_SETFLAGS, &flags), "cannot set the flags of slot", arg[0]);
}

static void op_send(struct actor *actor, char **arg)
{
	int ends[2], fd = slot_fd(actor, arg[0]);
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "cannot make", "a socket pair");
	check(sendmsg(ends[0], &msg, 0) < 0 ? -1 : 0, "cannot send slot", arg[0]);
	close(fd);
}

/** The ring becomes a slot; the files stay open as descriptors too, until `close`. */
static void op_uring(struct actor *actor, char **arg)
{
	struct io_uring_params params = { .flags = 0 };
	int files[OP_ARGS], count = 0;
	int ring = syscall(SYS_io_uring_setup, 2, &params);

	if (ring < 0 && errno == EPERM)
		errno = ENOSYS; /* switched off by kernel.io_uring_disabled */
	slot_add(actor, ring, "an io_uring");
	for (; count < OP_ARGS && arg[count]; count++)
		files[count] = slot_fd(actor, arg[count]);
	check(syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, files, count),
	      "cannot register slot", arg[0]);
}

/* clang-format off */
const struct op slot_ops[] = {
	{ "open",      2, 2, op_open },
	{ "fd",        2, 2, op_fd },
	{ "dup",       1, 1, op_dup },
	{ "write",     2, 2, op_write },
	{ "read",      1, 1, op_read },
	{ "terminal",  0, 0, op_terminal },
	{ "text",      2, 2, op_text },
	{ "hole",      2, 2, op_hole },
	{ "fallocate", 2, 2, op_fallocate },
	{ "seek",      2, 2, op_seek },
	{ "chmod",     2, 2, op_chmod },
	{ "chown",     3, 3, op_chown },
	{ "xattr",     3, 3, op_xattr },
	{ "utime",     2, 2, op_utime },
	{ "close",     1, 1, op_close },
	{ "chattr",    2, 2, op_chattr },
	{ "send",      1, 1, op_send },
	{ "uring",     1, 4, op_uring },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
