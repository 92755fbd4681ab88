/* SPDX-License-Identifier: GPL-2.0-or-later */
/** ask/detail.h, locks.h and neighbours.h: what only this kind of file has, on one line. */
#include "ask/detail.h"

#include <linux/bpf.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "ask/locks.h"
#include "model/kind.h"
#include "ownprocess.h"
#include "scan/fdinfos.h"
#include "scratch.h"

#define COMMON "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\n"

struct asked {
	struct ownprocess own;
	struct mounts *mounts;
	struct memory_devices memory;
	struct neighbours neighbours;
	struct text text; /**< the answer of the last question */
};

static void asked_begin(struct asked *asked)
{
	asked->memory = (struct memory_devices){ 0 };
	ownprocess_begin(&asked->own);
	assert_int_equal(mounts_begin(&asked->own.source, &asked->mounts), 0);
	ownprocess_look(&asked->own);
	neighbours_begin(&asked->neighbours, &asked->own.process, true, &asked->own.arena);
}

static void asked_end(struct asked *asked)
{
	mounts_end(asked->mounts);
	ownprocess_end(&asked->own);
}

static struct text ask(struct asked *asked, const struct detailed *detailed)
{
	struct detail_context context = { &asked->own.source, asked->mounts, &asked->memory };

	return detail_text(&context, &asked->neighbours, detailed, &asked->own.arena);
}

/** The detail of a descriptor of ours. */
static struct text ask_about(struct asked *asked, int fd)
{
	struct open_file file = ownprocess_file(&asked->own, (unsigned int)fd);
	const struct open_file *files[] = { &file };
	struct detailed detailed = { .file = &file };
	struct fdinfo_answer answer;
	struct queue queue;

	bool memory = memory_is(&asked->memory, file.link, file.inode.dev);
	detailed.kind = kind_word(file.link, file.inode.mode, memory);
	assert_int_equal(fdinfos_read(&asked->own.source, files, 1, &asked->own.arena, &answer), 0);
	assert_true(answer.answered && answer.rc == 0);
	detailed.fdinfo = answer.text;
	assert_int_equal(queues_read(&asked->own.source, asked->mounts, files, 1, &queue), 0);
	if (queue.is_queue) {
		detailed.kind = text_of("mqueue");
		detailed.queue = &queue;
	}
	return ask(asked, &detailed);
}

/** The detail of `fd` is this text. */
static void check_detail(int fd, const char *wanted)
{
	struct asked asked;

	assert_true(fd >= 0);
	asked_begin(&asked);
	check_string(ask_about(&asked, fd), wanted);
	asked_end(&asked);
}

/** What fdinfo says of a kind, and what we make of it. */
static void check_fixed(const char *kind, const char *link, const char *fdinfo, const char *wanted)
{
	struct open_file file = { .handle = { .pid = (unsigned int)getpid() },
				  .link = text_of(link) };
	struct detailed detailed = { .file = &file,
				     .kind = text_of(kind),
				     .fdinfo = text_of(fdinfo) };
	struct asked asked;

	asked_begin(&asked);
	check_string(ask(&asked, &detailed), wanted);
	asked_end(&asked);
}

static void files_and_pipes_have_none(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	check_detail(ends[0], "");
	check_detail(0, "");
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	check_detail(null, "");
	close(null);
	close(ends[0]);
	close(ends[1]);
}

static void an_eventfd_has_a_count(void **state)
{
	int fd = eventfd(3, EFD_CLOEXEC);

	(void)state;
	check_detail(fd, "count 3");
	close(fd);
	check_fixed("eventfd", "anon_inode:[eventfd]",
		    COMMON "eventfd-count: 1f\neventfd-id: 1\neventfd-semaphore: 1\n",
		    "count 31, semaphore");
}

static void a_timerfd_has_a_clock(void **state)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	(void)state;
	check_detail(fd, "CLOCK_MONOTONIC, disarmed");
	close(fd);
	check_fixed("timerfd", "anon_inode:[timerfd]",
		    COMMON "clockid: 1\nticks: 0\nsettime flags: 00\nit_value: (3, 200000000)\n"
			   "it_interval: (1, 0)\n",
		    "CLOCK_MONOTONIC, in 3.2 s, every 1 s");
	check_fixed("timerfd", "anon_inode:[timerfd]",
		    COMMON "clockid: 0\nticks: 1\nsettime flags: 01\nit_value: (0, 0)\n"
			   "it_interval: (0, 0)\n",
		    "CLOCK_REALTIME, disarmed, ran out 1 time unread");
	check_fixed("timerfd", "anon_inode:[timerfd]",
		    COMMON "clockid: 3\nticks: 0\nit_value: (720, 0)\nit_interval: (0, 0)\n",
		    "clock 3, in 12 min");
}

static void a_signalfd_names_its_signals(void **state)
{
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	int fd = signalfd(-1, &set, SFD_CLOEXEC);
	check_detail(fd, "no signal");
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGRTMIN + 3);
	assert_int_equal(signalfd(fd, &set, 0), fd);
	check_detail(fd, "SIGINT SIGTERM SIGRTMIN SIGRTMIN+3");
	close(fd);
	check_fixed("signalfd", "anon_inode:[signalfd]", COMMON "sigmask:\tfffffffffffbfeff\n",
		    "all signals");
	check_fixed("signalfd", "anon_inode:[signalfd]", COMMON "sigmask:\tfffffffe7ffbbeff\n",
		    "all signals but SIGTERM SIG32 SIG33");
}

static pid_t start_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void a_pidfd_says_of_whom(void **state)
{
	pid_t pid = start_child();
	char wanted[128], comm[17] = "";
	siginfo_t info;

	(void)state;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		skip_because("no pidfd_open: Linux 5.3");
	}
	prctl(PR_GET_NAME, comm);
	snprintf(wanted, sizeof(wanted), "of %s (%d)", comm, pid);
	check_detail(fd, wanted);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(wanted, sizeof(wanted), "of %s (%d), has ended, not yet waited for", comm, pid);
	check_detail(fd, wanted);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	check_detail(fd, "has ended");
	close(fd);
	check_fixed("pidfd", "anon_inode:[pidfd]", COMMON "Pid:\t0\nNSpid:\t0\n",
		    "of a process in another PID namespace");
}

static void a_memfd_has_a_name_and_seals(void **state)
{
	int plain = memfd_create("owl (deleted)", MFD_CLOEXEC);
	int sealed = memfd_create("shared_memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int nameless = memfd_create("", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	(void)state;
	check_detail(plain, "owl (deleted)");
	check_detail(nameless, "");
	assert_int_equal(fcntl(nameless, F_ADD_SEALS, F_SEAL_WRITE), 0);
	check_detail(nameless, "sealed: write");
	assert_int_equal(fcntl(sealed, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	check_detail(sealed, "shared_memory, sealed: shrink, grow");
	assert_int_equal(fcntl(sealed, F_ADD_SEALS, F_SEAL_SEAL), 0);
	check_detail(sealed, "shared_memory, sealed: shrink, grow, seal");
	close(plain);
	close(sealed);
	close(nameless);
}

/** The number was given to another file meanwhile. */
static void another_memfd_by_now_is_not_asked_for_its_seals(void **state)
{
	int fd = memfd_create("owl", MFD_CLOEXEC | MFD_ALLOW_SEALING), other;
	struct ownprocess own;
	unsigned int seals = 42;

	(void)state;
	ownprocess_begin(&own);
	struct open_file file = ownprocess_file(&own, (unsigned int)fd);
	assert_int_equal(memory_seals(&own.source, &file, &seals), 0);
	assert_int_equal(seals, 0);
	other = memfd_create("owl", MFD_CLOEXEC);
	assert_int_equal(dup3(other, fd, O_CLOEXEC), fd);
	assert_int_equal(memory_seals(&own.source, &file, &seals), -ESTALE);
	ownprocess_end(&own);
	close(fd);
	close(other);
}

static void a_namespace_has_its_number_and_whose_it_is(void **state)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct text type;
	uint64_t number;
	char wanted[64];

	(void)state;
	assert_true(kind_namespace(ownfd_link(fd), &type, &number));
	snprintf(wanted, sizeof(wanted), "net %ju, ours", (uintmax_t)number);
	check_detail(fd, wanted);
	close(fd);
	check_fixed("namespace", "mnt:[4711]", COMMON, "mnt 4711");
}

static void a_bpf_object_has_type_id_and_name(void **state)
{
	union bpf_attr attr;
	struct asked asked;

	(void)state;
	/* No such ids: they have no name to be found. */
	check_fixed("bpf", "anon_inode:bpf-prog", COMMON "prog_type:\t26\nprog_id:\t4294967295\n",
		    "prog 4294967295 tracing");
	check_fixed("bpf", "anon_inode:bpf-map",
		    COMMON "map_type:\t27\nmax_entries:\t4096\nmap_id:\t4294967295\n",
		    "map 4294967295 ringbuf, at most 4096 entries");
	check_fixed("bpf", "anon_inode:bpf_link",
		    COMMON "link_type:\ttracing\nlink_id:\t3\nprog_tag:\tx\nprog_id:\t4294967295\n",
		    "link 3 tracing, prog 4294967295");
	check_fixed("bpf", "anon_inode:bpf_iter", COMMON, "bpf_iter");
	check_fixed("bpf", "anon_inode:btf", COMMON "btf_id:\t5\n", "btf 5");
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_HASH;
	attr.key_size = attr.value_size = 4;
	attr.max_entries = 1;
	memcpy(attr.map_name, "owls", 5);
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd < 0 || geteuid() != 0)
		skip_because("no bpf here");
	asked_begin(&asked);
	struct text text = ask_about(&asked, fd);
	assert_true(text_starts(text, "map "));
	assert_true(text_ends(text, " hash owls, at most 1 entry"));
	asked_end(&asked);
	close(fd);
}

static void an_io_uring_says_what_waits(void **state)
{
	(void)state;
	check_fixed("io_uring", "anon_inode:[io_uring]",
		    COMMON "SqMask:\t0x7\nSqHead:\t1\nSqTail:\t2\nCqMask:\t0xf\nCqHead:\t0\n"
			   "CqTail:\t3\nUserFiles:\t2\n    0: /a\n    1: /b\nUserBufs:\t1\n",
		    "room for 8 requests, 1 untaken request, 3 unread answers, "
		    "2 registered files, 1 registered buffer");
	check_fixed("io_uring", "anon_inode:[io_uring]",
		    COMMON "SqMask:\t0x0\nSqHead:\t0\nSqTail:\t0\nCqMask:\t0x1\nCqHead:\t0\n"
			   "CqTail:\t0\nUserFiles:\t0\nUserBufs:\t0\n",
		    "room for 1 request");
	check_fixed("io_uring", "anon_inode:[io_uring]", COMMON "UserFiles:\t1\nUserBufs:\t0\n",
		    "1 registered file");
}

static void a_userfaultfd_says_who_waits(void **state)
{
	(void)state;
	check_fixed("userfaultfd", "anon_inode:[userfaultfd]",
		    COMMON "pending:\t0\ntotal:\t0\nAPI:\taa:0:0\n", "nobody waits");
	check_fixed("userfaultfd", "anon_inode:[userfaultfd]",
		    COMMON "pending:\t1\ntotal:\t3\nAPI:\taa:0:0\n",
		    "3 faults to be answered, 1 not read");
}

static void a_message_queue_says_how_full_it_is(void **state)
{
	struct mq_attr attr = { .mq_maxmsg = 5, .mq_msgsize = 2048 };
	char name[64];

	(void)state;
	if (geteuid() != 0)
		skip_because("only root may be sure to borrow a descriptor");
	snprintf(name, sizeof(name), "/procowl-detail-%d", getpid());
	mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (queue < 0)
		skip_because("no message queues here: %s", strerror(errno));
	mq_unlink(name);
	assert_int_equal(mq_send(queue, "owl", 3, 0), 0);
	check_detail(queue, "1 of 5 messages waiting, 2.0K each at most");
	mq_close(queue);
}

static void a_pseudo_terminal_says_which(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64], wanted[128];

	(void)state;
	if (master < 0)
		skip_because("no pseudo-terminals here: %s", strerror(errno));
	assert_int_equal(ptsname_r(master, name, sizeof(name)), 0);
	snprintf(wanted, sizeof(wanted), "master of %s", name);
	check_detail(master, wanted);
	close(master);
	check_fixed("char", "/dev/net/tun", COMMON "iff:\ttun0\n", "interface tun0");
}

static void what_we_do_not_know_is_shown_as_it_stands(void **state)
{
	(void)state;
	check_fixed("owlfd", "anon_inode:[owlfd]",
		    COMMON
		    "lock:\t1: FLOCK  ADVISORY  WRITE 1 fe:00:5 0 EOF\nwings:\t2\nhoot: a b\n",
		    "wings=2, hoot=a b");
	check_fixed("owlfd", "anon_inode:[owlfd]", COMMON, "");
	check_fixed("kvm-vcpu", "anon_inode:kvm-vcpu:3", COMMON, "3");
	check_fixed("dmabuf", "/dmabuf:camera", COMMON "size:\t4096\ncount:\t2\nname:\tcamera\n",
		    "size=4096, count=2, name=camera");
	check_fixed("char", "/dev/fuse", COMMON "fuse_connection:\t41\n", "fuse_connection=41");
}

static void what_we_do_not_know_has_an_end(void **state)
{
	static char fdinfo[3 * DETAIL_RAW];
	struct open_file file = { .link = text_of("anon_inode:[owlfd]") };
	struct detailed detailed = { .file = &file, .kind = text_of("owlfd") };
	size_t len = 0;
	struct asked asked;

	(void)state;
	while (len < sizeof(fdinfo) - 16)
		len += (size_t)snprintf(fdinfo + len, 16, "key:\tvalue\n");
	detailed.fdinfo = text_of(fdinfo);
	asked_begin(&asked);
	struct text text = ask(&asked, &detailed);
	assert_in_range(text.len, DETAIL_RAW - 64, DETAIL_RAW + 8);
	assert_true(text_ends(text, ", key=value, ..."));
	asked_end(&asked);
}

static void what_was_not_read_says_nothing(void **state)
{
	static const char *const words[] = { "eventfd", "epoll",       "inotify", "fanotify",
					     "timerfd", "signalfd",    "pidfd",   "io_uring",
					     "mqueue",  "userfaultfd", "char",    "owlfd",
					     "regular", "directory",   "socket",  "" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		check_fixed(words[i], "/x", "", "");
}

static void add(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
}

/** "watches PID:A, PID:B" for these numbers, and what comes behind them. */
static void check_watches(int epoll, const int *fds, size_t count, const char *rest)
{
	char wanted[256] = "watches ";

	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(wanted);

		snprintf(wanted + len, sizeof(wanted) - len, "%s%d:%d", i ? ", " : "", getpid(),
			 fds[i]);
	}
	snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "%s", rest);
	check_detail(epoll, wanted);
}

static void an_epoll_names_what_it_watches(void **state)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), fds[6];

	(void)state;
	check_detail(epoll, "watches nothing");
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	add(epoll, fds[2]);
	add(epoll, fds[0]);
	add(epoll, fds[1]);
	check_watches(epoll, fds, 3, "");
	add(epoll, fds[3]);
	check_watches(epoll, fds, 4, "");
	add(epoll, fds[5]);
	check_watches(epoll, fds, 3, ", 2 others");
	add(epoll, fds[4]);
	check_watches(epoll, fds, 3, ", 3 others");
	close(epoll);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		close(fds[i]);
}

/** It goes on watching a file whose number was closed, as long as another descriptor keeps it. */
static void an_epoll_says_when_a_number_is_closed_or_another_files(void **state)
{
	/* No other descriptor gets this number meanwhile. */
	const int number = 500;
	int epoll = epoll_create1(EPOLL_CLOEXEC), ends[2], more[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC) + pipe2(more, O_CLOEXEC), 0);
	assert_int_equal(dup3(ends[0], number, O_CLOEXEC), number);
	add(epoll, number);
	check_watches(epoll, &number, 1, "");
	assert_int_equal(dup3(more[0], number, O_CLOEXEC), number);
	check_watches(epoll, &number, 1, " (now another file)");
	close(number);
	check_watches(epoll, &number, 1, " (closed)");
	close(ends[0]);
	close(ends[1]);
	close(more[0]);
	close(more[1]);
	close(epoll);
}

/** Where not all descriptors were looked at, one that is not there need not be closed. */
static void an_epoll_claims_nothing_about_what_was_not_looked_at(void **state)
{
	struct open_file file = { .handle = { .pid = 7, .tid = 8, .fd = 5 } };
	struct detailed detailed = { &file, text_of("epoll"),
				     text_of("tfd: 9999 events: 19 data: 0 ino:1 sdev:f\n"), 20000,
				     NULL };
	struct asked asked;

	(void)state;
	asked_begin(&asked);
	asked.neighbours.complete = false;
	check_string(ask(&asked, &detailed), "watches 7/8:9999, 19997 others");
	asked_end(&asked);
}

static void an_inotify_names_what_it_watches(void **state)
{
	const struct scratch *scratch = *state;
	int inotify = inotify_init1(IN_CLOEXEC);
	char wanted[4 * PATH_MAX];
	const char *here = scratch->path;

	check_detail(inotify, "watches nothing");
	scratch_write("a", LITERAL("owl"));
	scratch_write("b", LITERAL("owl"));
	int a = scratch_open("a", O_RDONLY), b = scratch_open("b", O_RDONLY);
	assert_true(inotify_add_watch(inotify, "b", IN_MODIFY | IN_DELETE_SELF) > 0);
	assert_true(inotify_add_watch(inotify, "a", IN_ALL_EVENTS) > 0);
	snprintf(wanted, sizeof(wanted), "watches %s/b (MODIFY DELETE_SELF), %s/a", here, here);
	check_detail(inotify, wanted);
	close(a);
	close(b);
	/* Now nobody has them open: only their handles lead to them. */
	if (geteuid() != 0)
		skip_because("only root may open files by their handle");
	check_detail(inotify, wanted);
	close(inotify);
}

static void an_inode_without_a_name_is_a_number(void **state)
{
	(void)state;
	check_fixed("inotify", "anon_inode:inotify",
		    COMMON "inotify wd:1 ino:20302 sdev:800001 mask:fff ignored_mask:0 \n",
		    "watches inode 131842 on 8:1");
	check_fixed("inotify", "anon_inode:inotify",
		    COMMON "inotify wd:5 ino:5 sdev:800001 mask:fff ignored_mask:0 \n"
			   "inotify wd:4 ino:4 sdev:800001 mask:fff ignored_mask:0 \n"
			   "inotify wd:3 ino:3 sdev:800001 mask:fff ignored_mask:0 \n"
			   "inotify wd:2 ino:2 sdev:800001 mask:fff ignored_mask:0 \n"
			   "inotify wd:1 ino:1 sdev:800001 mask:fff ignored_mask:0 \n",
		    "watches inode 1 on 8:1, inode 2 on 8:1, inode 3 on 8:1, 2 others");
}

static void a_fanotify_names_mounts_and_filesystems(void **state)
{
	(void)state;
	check_fixed("fanotify", "anon_inode:[fanotify]",
		    COMMON "fanotify flags:0 event-flags:0\n"
			   "fanotify ino:5 sdev:800001 mflags:0 mask:40000020 ignored_mask:2 \n"
			   "fanotify mnt_id:7fffffff mflags:0 mask:0 ignored_mask:20\n"
			   "fanotify sdev:fff00001 mflags:0 mask:80000020 ignored_mask:0\n"
			   "fanotify mnt_ns:4711 mflags:0 mask:3000000 ignored_mask:0\n",
		    "watches inode 5 on 8:1 (OPEN ONDIR, not MODIFY), mount 2147483647 (not OPEN), "
		    "filesystem 4095:1 (OPEN 0x80000000), "
		    "mounts of mnt:[4711] (MNT_ATTACH MNT_DETACH)");
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, 0);
	if (fd < 0)
		skip_because("no fanotify: %s", strerror(errno));
	if (fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, AT_FDCWD, "/proc"))
		skip_because("may not mark a mount");
	check_detail(fd, "watches mount /proc (OPEN)");
	close(fd);
}

static void check_locks(const char *fdinfo, const char *wanted)
{
	struct arena arena;

	arena_init(&arena);
	check_string(locks_text(text_of(fdinfo), &arena), wanted);
	arena_end(&arena);
}

static void locks_have_type_mode_and_range(void **state)
{
	(void)state;
	check_locks(COMMON, "");
	check_locks(COMMON "lock:\t1: FLOCK  ADVISORY  WRITE 9 fe:00:5 0 EOF\n"
			   "lock:\t2: POSIX  ADVISORY  READ 9 fe:00:5 0 99\n"
			   "lock:\t3: OFDLCK ADVISORY  WRITE -1 fe:00:5 0 EOF\n",
		    "flock write, posix read 0-99, ofd write 0-EOF");
	check_locks(COMMON "lock:\t1: LEASE  ACTIVE    READ 9 fe:00:5 0 EOF\n", "lease read");
	check_locks(COMMON "lock:\t1: LEASE  BREAKING  UNLCK 9 fe:00:5 0 EOF\n",
		    "lease none (to be given back)");
	check_locks(COMMON "lock:\t1: DELEG  BREAKING  READ 9 fe:00:5 0 EOF\n",
		    "deleg read (to be given back)");
}

static void many_locks_are_counted(void **state)
{
	char fdinfo[4096] = COMMON;
	struct arena arena;

	(void)state;
	for (unsigned int i = 0; i < LOCKS_SHOWN + 1; i++) {
		size_t len = strlen(fdinfo);

		snprintf(fdinfo + len, sizeof(fdinfo) - len,
			 "lock:\t%u: POSIX  ADVISORY  READ 9 fe:00:5 %u %u\n", i, i * 10, i * 10);
	}
	arena_init(&arena);
	struct text text = locks_text(text_of(fdinfo), &arena);
	assert_true(text_starts(text, "posix read 0-0, posix read 10-10, "));
	assert_true(text_ends(text, ", posix read 150-150, 1 other"));
	arena_end(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_pipes_have_none),
		cmocka_unit_test(an_eventfd_has_a_count),
		cmocka_unit_test(a_timerfd_has_a_clock),
		cmocka_unit_test(a_signalfd_names_its_signals),
		cmocka_unit_test(a_pidfd_says_of_whom),
		cmocka_unit_test(a_memfd_has_a_name_and_seals),
		cmocka_unit_test(another_memfd_by_now_is_not_asked_for_its_seals),
		cmocka_unit_test(a_namespace_has_its_number_and_whose_it_is),
		cmocka_unit_test(a_bpf_object_has_type_id_and_name),
		cmocka_unit_test(an_io_uring_says_what_waits),
		cmocka_unit_test(a_userfaultfd_says_who_waits),
		cmocka_unit_test(a_message_queue_says_how_full_it_is),
		cmocka_unit_test(a_pseudo_terminal_says_which),
		cmocka_unit_test(what_we_do_not_know_is_shown_as_it_stands),
		cmocka_unit_test(what_we_do_not_know_has_an_end),
		cmocka_unit_test(what_was_not_read_says_nothing),
		cmocka_unit_test(an_epoll_names_what_it_watches),
		cmocka_unit_test(an_epoll_says_when_a_number_is_closed_or_another_files),
		cmocka_unit_test(an_epoll_claims_nothing_about_what_was_not_looked_at),
		scratch_test(an_inotify_names_what_it_watches),
		cmocka_unit_test(an_inode_without_a_name_is_a_number),
		cmocka_unit_test(a_fanotify_names_mounts_and_filesystems),
		cmocka_unit_test(locks_have_type_mode_and_range),
		cmocka_unit_test(many_locks_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
