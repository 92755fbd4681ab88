/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Descriptors of every kind, and locks. Which words there are: actor.c. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

/** A word and the bit it stands for. */
struct bit {
	const char *word;
	unsigned int bit;
};

/** "a,b" as the bits of its words. */
static unsigned int bits_of(const char *list, const struct bit *bits)
{
	char *words = strdup(list), *rest = NULL;
	unsigned int all = 0;

	if (!words)
		err(1, "out of memory");
	for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		const struct bit *at = bits;

		while (at->word && strcmp(at->word, word) != 0)
			at++;
		if (!at->word)
			errx(1, "there is no '%s'", word);
		all |= at->bit;
	}
	free(words);
	return all;
}

/** A slot of what this kernel, or this user, may not have: then a test skips. */
static void slot_add_if_any(struct actor *actor, int fd, const char *what)
{
	if (fd < 0 && (errno == EPERM || errno == EACCES || errno == ENOENT || errno == ENODEV))
		errno = ENOSYS;
	slot_add(actor, fd, what);
}

static void op_eventfd(struct actor *actor, char **arg)
{
	slot_add(actor, eventfd(strtoul(arg[0], NULL, 10), 0), "an eventfd");
}

static void op_semaphore(struct actor *actor, char **arg)
{
	slot_add(actor, eventfd(strtoul(arg[0], NULL, 10), EFD_SEMAPHORE), "an eventfd");
}

static void op_epoll(struct actor *actor, char **arg)
{
	(void)arg;
	slot_add(actor, epoll_create1(0), "an epoll");
}

static void epoll_add(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "cannot add", "to an epoll");
}

static void op_epoll_add(struct actor *actor, char **arg)
{
	epoll_add(slot_fd(actor, arg[0]), slot_fd(actor, arg[1]));
}

/** An epoll, and memory in which every access waits for an answer that nobody gives. */
struct trap {
	int epoll;
	void *page;
};

static void *wait_in_trap(void *closure)
{
	struct trap *trap = closure;

	epoll_wait(trap->epoll, trap->page, 1, -1);
	return NULL;
}

static int trap_set(struct trap *trap)
{
	int fault = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK); /* else it cannot be polled */
	struct uffdio_api api = { .api = UFFD_API };
	size_t len = (size_t)sysconf(_SC_PAGESIZE);

	if (fault < 0 && errno == EPERM)
		errno = ENOSYS; /* vm.unprivileged_userfaultfd is 0 */
	check(fault, "cannot make", "a userfaultfd");
	check(ioctl(fault, UFFDIO_API, &api), "cannot use", "a userfaultfd");
	trap->page = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (trap->page == MAP_FAILED)
		err(1, "cannot map a page");
	struct uffdio_register range = {
		.range = { (uintptr_t)trap->page, len },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	check(ioctl(fault, UFFDIO_REGISTER, &range), "cannot register", "a page");
	return fault;
}

/** The thread has come to its fault, with the epoll's mutex held, when the fault can be read. */
static void op_stuck_epoll(struct actor *actor, char **arg)
{
	struct trap *trap = calloc(1, sizeof(*trap));
	int ready = eventfd(1, EFD_CLOEXEC);
	pthread_t thread;

	(void)arg;
	if (!trap)
		err(1, "out of memory");
	struct pollfd fault = { .fd = trap_set(trap), .events = POLLIN };
	trap->epoll = epoll_create1(0);
	slot_add(actor, trap->epoll, "an epoll");
	epoll_add(trap->epoll, ready);
	if (pthread_create(&thread, NULL, wait_in_trap, trap))
		errx(1, "cannot start a thread");
	while (!(fault.revents & POLLIN))
		poll(&fault, 1, -1);
}

static void op_inotify(struct actor *actor, char **arg)
{
	(void)arg;
	slot_add(actor, inotify_init(), "an inotify");
}

static void op_inotify_add(struct actor *actor, char **arg)
{
	static const struct bit events[] = {
		{ "access", IN_ACCESS },
		{ "modify", IN_MODIFY },
		{ "attrib", IN_ATTRIB },
		{ "create", IN_CREATE },
		{ "delete", IN_DELETE },
		{ "close-write", IN_CLOSE_WRITE },
		{ "delete-self", IN_DELETE_SELF },
		{ "all", IN_ALL_EVENTS },
		{ NULL, 0 },
	};

	check(inotify_add_watch(slot_fd(actor, arg[0]), arg[1], bits_of(arg[2], events)),
	      "cannot watch", arg[1]);
}

static void op_fanotify(struct actor *actor, char **arg)
{
	(void)arg;
	slot_add_if_any(actor, fanotify_init(FAN_CLASS_NOTIF, O_RDONLY), "a fanotify");
}

static void op_fanotify_add(struct actor *actor, char **arg)
{
	static const struct bit objects[] = {
		{ "inode", FAN_MARK_INODE },
		{ "mount", FAN_MARK_MOUNT },
		{ "filesystem", FAN_MARK_FILESYSTEM },
		{ NULL, 0 },
	};

	check(fanotify_mark(slot_fd(actor, arg[0]), FAN_MARK_ADD | bits_of(arg[1], objects),
			    FAN_OPEN, AT_FDCWD, arg[2]),
	      "cannot mark", arg[2]);
}

static struct timespec milliseconds(const char *text)
{
	long ms = text ? strtol(text, NULL, 10) : 0;

	return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

static void op_timerfd(struct actor *actor, char **arg)
{
	static const struct bit clocks[] = {
		{ "realtime", 1U << CLOCK_REALTIME },
		{ "monotonic", 1U << CLOCK_MONOTONIC },
		{ "boottime", 1U << CLOCK_BOOTTIME },
		{ NULL, 0 },
	};
	struct itimerspec spec = {
		.it_value = milliseconds(arg[1]),
		.it_interval = milliseconds(arg[2]),
	};
	int clock = __builtin_ctz(bits_of(arg[0], clocks));
	int fd = timerfd_create(clock, 0);

	slot_add(actor, fd, "a timerfd");
	check(timerfd_settime(fd, 0, &spec, NULL), "cannot set", "a timerfd");
}

static void op_signalfd(struct actor *actor, char **arg)
{
	static const struct bit signals[] = {
		{ "HUP", 1U << SIGHUP },   { "INT", 1U << SIGINT },   { "TERM", 1U << SIGTERM },
		{ "CHLD", 1U << SIGCHLD }, { "USR1", 1U << SIGUSR1 }, { NULL, 0 },
	};
	unsigned int wanted = bits_of(arg[0], signals);
	sigset_t set;

	sigemptyset(&set);
	for (int number = 1; number < 32; number++)
		if (wanted >> number & 1)
			sigaddset(&set, number);
	slot_add(actor, signalfd(-1, &set, 0), "a signalfd");
}

static int pidfd_open_of(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

static void op_pidfd(struct actor *actor, char **arg)
{
	unsigned long child = strtoul(arg[0], NULL, 10);

	if (child >= (unsigned long)actor->children)
		errx(1, "there is no child %s", arg[0]);
	slot_add(actor, pidfd_open_of(actor->child[child]), "a pidfd");
}

/** A pidfd of a child that has ended: `waited` for, or a zombie from now on. */
static void add_ended(struct actor *actor, bool waited)
{
	siginfo_t info;
	pid_t pid = fork();

	check(pid, "cannot", "fork");
	if (!pid)
		_exit(0);
	slot_add(actor, pidfd_open_of(pid), "a pidfd");
	check(waitid(P_PID, pid, &info, WEXITED | (waited ? 0 : WNOWAIT)), "cannot wait for",
	      "a child");
}

static void op_pidfd_ended(struct actor *actor, char **arg)
{
	(void)arg;
	add_ended(actor, true);
}

static void op_pidfd_zombie(struct actor *actor, char **arg)
{
	(void)arg;
	add_ended(actor, false);
}

static void op_userfaultfd(struct actor *actor, char **arg)
{
	int fd = syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY);

	(void)arg;
	slot_add_if_any(actor, fd, "a userfaultfd");
}

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void op_bpf_map(struct actor *actor, char **arg)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 16;
	snprintf(attr.map_name, sizeof(attr.map_name), "%s", arg[0]);
	slot_add_if_any(actor, bpf(BPF_MAP_CREATE, &attr), "a BPF map");
}

/** A socket filter that lets nothing through. */
static void op_bpf_prog(struct actor *actor, char **arg)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(*insns);
	attr.license = (uintptr_t) "GPL";
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", arg[0]);
	slot_add_if_any(actor, bpf(BPF_PROG_LOAD, &attr), "a BPF program");
}

static void op_perf(struct actor *actor, char **arg)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	(void)arg;
	slot_add_if_any(actor, syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0), "a perf event");
}

static void op_fscontext(struct actor *actor, char **arg)
{
	slot_add_if_any(actor, syscall(SYS_fsopen, arg[0], 0), "a filesystem context");
}

/** The name is taken away at once: a queue outlives whoever made it. */
static void op_mqueue(struct actor *actor, char **arg)
{
	struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = 256 };
	mqd_t queue = mq_open(arg[0], O_RDWR | O_CREAT | O_EXCL, 0600, &attr);

	slot_add_if_any(actor, queue, arg[0]);
	check(mq_unlink(arg[0]), "cannot unlink", arg[0]);
	for (int left = atoi(arg[1]); left > 0; left--)
		check(mq_send(queue, "owl", 3, 0), "cannot send to", arg[0]);
}

/** Two slots: what is read from, what is written to. */
static void op_pipe(struct actor *actor, char **arg)
{
	int ends[2];

	(void)arg;
	check(pipe2(ends, O_CLOEXEC), "cannot make", "a pipe");
	slot_add(actor, ends[0], "a pipe");
	slot_add(actor, ends[1], "a pipe");
}

/** Two slots: the master, then the terminal. */
static void op_pty(struct actor *actor, char **arg)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	char name[64];

	(void)arg;
	slot_add_if_any(actor, master, "a pseudo-terminal");
	check(unlockpt(master), "cannot unlock", "a pseudo-terminal");
	if (ptsname_r(master, name, sizeof(name)))
		errx(1, "a pseudo-terminal without a name");
	slot_add(actor, open(name, O_RDWR | O_NOCTTY), name);
}

/** The interface goes with its last descriptor. */
static void op_tun(struct actor *actor, char **arg)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	slot_add_if_any(actor, fd, "/dev/net/tun");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", arg[0]);
	check(ioctl(fd, TUNSETIFF, &request), "cannot make the interface", arg[0]);
}

static void op_ns(struct actor *actor, char **arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", arg[0]);
	slot_add_if_any(actor, open(path, O_RDONLY), path);
}

static void op_sealed_memfd(struct actor *actor, char **arg)
{
	static const struct bit seals[] = {
		{ "seal", F_SEAL_SEAL },
		{ "shrink", F_SEAL_SHRINK },
		{ "grow", F_SEAL_GROW },
		{ "write", F_SEAL_WRITE },
		{ NULL, 0 },
	};
	int fd = memfd_create(arg[0], MFD_ALLOW_SEALING);

	slot_add(actor, fd, arg[0]);
	check(fcntl(fd, F_ADD_SEALS, bits_of(arg[1], seals)), "cannot seal", arg[0]);
}

static bool wants_write(const char *mode)
{
	return !strcmp(mode, "w");
}

static void op_flock(struct actor *actor, char **arg)
{
	check(flock(slot_fd(actor, arg[0]), wants_write(arg[1]) ? LOCK_EX : LOCK_SH), "cannot lock",
	      arg[0]);
}

static void lock_range(struct actor *actor, char **arg, int command)
{
	struct flock lock = {
		.l_type = wants_write(arg[1]) ? F_WRLCK : F_RDLCK,
		.l_whence = SEEK_SET,
		.l_start = size_parse(arg[2]),
		.l_len = size_parse(arg[3]),
	};

	check(fcntl(slot_fd(actor, arg[0]), command, &lock), "cannot lock", arg[0]);
}

static void op_posix(struct actor *actor, char **arg)
{
	lock_range(actor, arg, F_SETLK);
}

static void op_ofd(struct actor *actor, char **arg)
{
	lock_range(actor, arg, F_OFD_SETLK);
}

static void op_lease(struct actor *actor, char **arg)
{
	/* Who breaks it sends SIGIO, which would end us: fcntl(2). */
	signal(SIGIO, SIG_IGN);
	check(fcntl(slot_fd(actor, arg[0]), F_SETLEASE, wants_write(arg[1]) ? F_WRLCK : F_RDLCK),
	      "cannot lease", arg[0]);
}

/* clang-format off */
const struct op kind_ops[] = {
	{ "eventfd",      1, 1, op_eventfd },
	{ "semaphore",    1, 1, op_semaphore },
	{ "epoll",        0, 0, op_epoll },
	{ "epoll-add",    2, 2, op_epoll_add },
	{ "stuck-epoll",  0, 0, op_stuck_epoll },
	{ "inotify",      0, 0, op_inotify },
	{ "inotify-add",  3, 3, op_inotify_add },
	{ "fanotify",     0, 0, op_fanotify },
	{ "fanotify-add", 3, 3, op_fanotify_add },
	{ "timerfd",      2, 3, op_timerfd },
	{ "signalfd",     1, 1, op_signalfd },
	{ "pidfd",        1, 1, op_pidfd },
	{ "pidfd-ended",  0, 0, op_pidfd_ended },
	{ "pidfd-zombie", 0, 0, op_pidfd_zombie },
	{ "userfaultfd",  0, 0, op_userfaultfd },
	{ "bpf-map",      1, 1, op_bpf_map },
	{ "bpf-prog",     1, 1, op_bpf_prog },
	{ "perf",         0, 0, op_perf },
	{ "fscontext",    1, 1, op_fscontext },
	{ "mqueue",       2, 2, op_mqueue },
	{ "pipe",         0, 0, op_pipe },
	{ "pty",          0, 0, op_pty },
	{ "tun",          1, 1, op_tun },
	{ "ns",           1, 1, op_ns },
	{ "sealed-memfd", 2, 2, op_sealed_memfd },
	{ "flock",        2, 2, op_flock },
	{ "posix",        4, 4, op_posix },
	{ "ofd",          4, 4, op_ofd },
	{ "lease",        2, 2, op_lease },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
