/* SPDX-License-Identifier: GPL-2.0-or-later */
/** model/kind.h: one word for what is open. */
#include "model/kind.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "ownfd.h"
#include "scratch.h"

#define check_kind(fd, word) check_kind_at(fd, word, false, __LINE__)

static void check_kind_at(int fd, const char *word, bool memory, int line)
{
	if (fd < 0) {
		print_message("no %s here: %s\n", word, strerror(errno));
		return;
	}
	check_text_at(kind_word(ownfd_link(fd), ownfd_mode(fd), memory), text_of(word), __FILE__,
		      line);
	close(fd);
}

static void every_kind_of_real_descriptor_has_its_word(void **state)
{
	char params[120] = { 0 };
	sigset_t mask;
	int ends[2];

	(void)state;
	sigemptyset(&mask);
	check_kind(open(".", O_RDONLY), "directory");
	check_kind(open("/dev/null", O_RDONLY), "char");
	check_kind(epoll_create1(0), "epoll");
	check_kind(eventfd(0, 0), "eventfd");
	check_kind(inotify_init(), "inotify");
	check_kind(fanotify_init(FAN_CLASS_NOTIF, 0), "fanotify");
	check_kind(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd");
	check_kind(signalfd(-1, &mask, 0), "signalfd");
	check_kind((int)syscall(SYS_pidfd_open, getpid(), 0), "pidfd");
	check_kind((int)syscall(SYS_io_uring_setup, 2, params), "io_uring");
	check_kind((int)syscall(SYS_userfaultfd, 1), "userfaultfd");
	check_kind(open("/proc/self/ns/net", O_RDONLY), "namespace");
	check_kind(open("/proc/self/ns/mnt", O_RDONLY), "namespace");
	check_kind(open("/proc/self/ns/pid_for_children", O_RDONLY), "namespace");
	check_kind((int)syscall(SYS_fsopen, "tmpfs", 0), "fscontext");
	assert_int_equal(pipe(ends), 0);
	check_kind(ends[0], "pipe");
	check_kind(ends[1], "pipe");
	check_kind(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	check_kind_at(memfd_create("owl", 0), "memfd", true, __LINE__);
}

static void every_kind_of_real_file_has_its_word(void **state)
{
	(void)state;
	check_kind(scratch_open("file", O_CREAT | O_RDWR), "regular");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	check_kind(scratch_open("fifo", O_RDWR), "fifo");
	assert_int_equal(symlink("file", "link"), 0);
	check_kind(open("link", O_PATH | O_NOFOLLOW), "symlink");
	check_kind(open("fifo", O_PATH), "fifo");
}

/** Whatever a file is called, it is one. */
static void a_name_makes_no_file_something_else(void **state)
{
	static const char *const names[] = {
		"pipe:[1]",  "socket:[1]",          "net:[4026531840]", "anon_inode:[eventfd]",
		"memfd:owl", "memfd:owl (deleted)", "dmabuf:owl",       "SYSV00000000 (deleted)",
		"[aio]",     "anon_inode:inotify",  "secretmem",        "mqueue",
	};
	char here[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		check_kind(scratch_open(names[i], O_CREAT | O_RDWR), "regular");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[64];

		/* As it would be in the root directory. */
		snprintf(path, sizeof(path), "/%s", names[i]);
		check_string(kind_word(text_of(path), S_IFREG | 0600, false), "regular");
		check_string(kind_word(text_of(path), S_IFDIR | 0700, false), "directory");
		check_string(kind_word(text_of(path), S_IFIFO | 0600, false), "fifo");
	}
}

static void what_we_do_not_know_keeps_the_kernels_word(void **state)
{
	static const struct {
		const char *link;
		uint32_t mode;
		const char *word;
	} kinds[] = {
		{ "anon_inode:[sync_file]", 0600, "sync_file" },
		{ "anon_inode:sync_file", 0600, "sync_file" },
		{ "anon_inode:kvm-vm", 0600, "kvm-vm" },
		{ "anon_inode:kvm-vcpu:3", 0600, "kvm-vcpu" },
		{ "anon_inode:[landlock-ruleset]", 0600, "landlock-ruleset" },
		{ "anon_inode:[vfio-device]", 0600, "vfio-device" },
		{ "anon_inode:seccomp notify", 0600, "seccomp" },
		{ "anon_inode:[perf_event]", 0600, "perf" },
		{ "anon_inode:bpf-map", 0600, "bpf" },
		{ "anon_inode:bpf-prog", 0600, "bpf" },
		{ "anon_inode:bpf_link", 0600, "bpf" },
		{ "anon_inode:[eventfd]", 0, "eventfd" },
		{ "anon_inode:[eventfd]", S_IFREG | 0600, "eventfd" },
		{ "anon_inode:", 0600, "" },
		{ "anon_inode:[]", 0600, "[]" },
		{ "anon_inode::1", 0600, ":1" },
		{ "pidfd:[4]", S_IFREG | 0700, "pidfd" },
		{ "owl:[4]", 0600, "owl" },
		{ "owl:[4", 0600, "owl:[4" },
		{ "owl", 0600, "owl" },
		{ "time:[4026531834]", S_IFREG | 0444, "namespace" },
		{ "/dmabuf:", 0600, "dmabuf" },
		{ "/dmabuf:camera", 0600, "dmabuf" },
		{ "/x", 0600, "x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		check_string(kind_word(text_of(kinds[i].link), kinds[i].mode, false),
			     kinds[i].word);
}

static void memory_is_told_by_its_name_once_it_is_known_to_be_memory(void **state)
{
	uint32_t mode = S_IFREG | 0777;

	(void)state;
	check_string(kind_word(text_of("/memfd:x (deleted)"), mode, true), "memfd");
	check_string(kind_word(text_of("/SYSV00000000 (deleted)"), mode, true), "sysv");
	check_string(kind_word(text_of("/secretmem (deleted)"), mode, true), "secretmem");
	check_string(kind_word(text_of("/[aio] (deleted)"), mode, true), "aio");
	check_string(kind_word(text_of("/dev/zero (deleted)"), mode, true), "memory");
}

static void what_cannot_be_known_has_no_word(void **state)
{
	(void)state;
	assert_int_equal(kind_word((struct text){ 0 }, 0, false).len, 0);
	assert_int_equal(kind_word(text_of("/etc/passwd"), 0, false).len, 0);
	/* A name too long to be told is still of a type. */
	check_string(kind_word((struct text){ 0 }, S_IFREG | 0644, false), "regular");
	check_string(kind_word((struct text){ 0 }, S_IFSOCK | 0644, false), "socket");
	assert_int_equal(kind_word((struct text){ 0 }, 0600, false).len, 0);
}

static void a_namespace_tells_its_type_and_number(void **state)
{
	static const char *const others[] = { "",         "net",      "net:",     "net:[",
					      "net:[]",   "net:[x]",  "net:[1",   "net:1]",
					      "/net:[1]", "pipe:[1]", "net:[1] ", ":[1]" };
	struct text type;
	uint64_t number;

	(void)state;
	assert_true(kind_namespace(text_of("net:[4026531840]"), &type, &number));
	check_string(type, "net");
	assert_int_equal(number, 4026531840);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(kind_namespace(text_of(others[i]), &type, &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_real_descriptor_has_its_word),
		scratch_test(every_kind_of_real_file_has_its_word),
		scratch_test(a_name_makes_no_file_something_else),
		cmocka_unit_test(what_we_do_not_know_keeps_the_kernels_word),
		cmocka_unit_test(memory_is_told_by_its_name_once_it_is_known_to_be_memory),
		cmocka_unit_test(what_cannot_be_known_has_no_word),
		cmocka_unit_test(a_namespace_tells_its_type_and_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
