/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/fdinfo.h: /proc/PID/fdinfo/N of every kind of descriptor. */
#include "kernel/fdinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static struct fdinfo parse(const char *text)
{
	struct fdinfo info;

	if (fdinfo_parse(text_of(text), &info))
		fail_msg("'%s' was refused", text);
	return info;
}

static void a_regular_file_has_position_flags_mount_and_inode(void **state)
{
	struct fdinfo info = parse("pos:\t4096\nflags:\t02102001\nmnt_id:\t27\nino:\t10952761\n");

	(void)state;
	assert_int_equal(info.pos, 4096);
	assert_int_equal(info.flags, 02102001);
	assert_true(info.flags & O_APPEND);
	assert_int_equal(info.flags & O_ACCMODE, O_WRONLY);
	assert_int_equal(info.mnt_id, 27);
	assert_int_equal(info.ino, 10952761);
	assert_int_equal(info.in_flight, 0);
	assert_int_equal(info.user_files, 0);
}

static void what_an_old_kernel_does_not_say_is_0(void **state)
{
	struct fdinfo info = parse("pos:\t0\nflags:\t0100000\n");

	(void)state;
	assert_int_equal(info.mnt_id, 0);
	assert_int_equal(info.ino, 0);
}

/* As Linux 6.18 writes them. */
static const struct {
	const char *text;
	uint32_t flags, mnt_id;
} kinds[] = {
	{ "pos:\t0\nflags:\t022300002\nmnt_id:\t27\nino:\t10952761\n"
	  "lock:\t1: FLOCK  ADVISORY  WRITE 31934 fe:00:10952761 0 EOF\n",
	  022300002, 27 },
	{ "pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t1038\neventfd-count:                3\n"
	  "eventfd-id: 1\neventfd-semaphore: 0\n",
	  02000002, 17 },
	{ "pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t1038\n"
	  "tfd:        5 events:       19 data:                5  pos:7 ino:4f5733 sdev:f\n",
	  02000002, 17 },
	{ "pos:\t0\nflags:\t00\nmnt_id:\t17\nino:\t1038\n"
	  "inotify wd:1 ino:13 sdev:fe00000 mask:2 ignored_mask:0 fhandle-bytes:8 fhandle-type:1 "
	  "f_handle:1300000000000000\n",
	  0, 17 },
	{ "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\nclockid: 1\nticks: 0\nsettime flags: 01\n"
	  "it_value: (0, 0)\nit_interval: (0, 0)\n",
	  02, 17 },
	{ "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\nsigmask:\t0000000000000002\n", 02, 17 },
	{ "pos:\t0\nflags:\t02000002\nmnt_id:\t4\nino:\t2676544\nPid:\t-1\nNSpid:\t31934\n",
	  02000002, 4 },
	{ "pos:\t0\nflags:\t02100002\nmnt_id:\t0\nino:\t13313\n", 02100002, 0 },
	{ "pos:\t0\nflags:\t012000000\nmnt_id:\t27\nino:\t2\n", 012000000, 27 },
	{ "pos:\t0\nflags:\t02\nmnt_id:\t16\nino:\t9\nfanotify flags:0 event-flags:100002\n"
	  "fanotify mnt_id:1b mflags:0 mask:20 ignored_mask:0\n",
	  02, 16 },
	{ "pos:\t0\nflags:\t02\nmnt_id:\t16\nino:\t9\nmap_type:\t1\nkey_size:\t4\n"
	  "value_size:\t8\nmax_entries:\t1\nmap_flags:\t0x80\nmemlock:\t4096\n",
	  02, 16 },
	{ "pos:\t0\nflags:\t0104002\nmnt_id:\t24\nino:\t64\niff:\ttun0\n", 0104002, 24 },
};

static void the_lines_of_other_kinds_disturb_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct fdinfo info = parse(kinds[i].text);

		assert_int_equal(info.pos, 0);
		assert_int_equal(info.flags, kinds[i].flags);
		assert_int_equal(info.mnt_id, kinds[i].mnt_id);
	}
}

static void a_socket_says_how_many_descriptors_wait_in_it(void **state)
{
	(void)state;
	assert_int_equal(parse("pos:\t0\nflags:\t02000002\nmnt_id:\t10\nino:\t5\nscm_fds: 0\n")
				 .in_flight,
			 0);
	assert_int_equal(parse("pos:\t0\nflags:\t02000002\nmnt_id:\t10\nino:\t5\nscm_fds: 253\n")
				 .in_flight,
			 253);
}

static void an_io_uring_says_how_many_files_it_has(void **state)
{
	struct fdinfo info = parse(
		"pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t5199685\nSqMask:\t0x7\nSqHead:\t0\n"
		"SqTail:\t0\nSqThread:\t-1\nSqThreadCpu:\t-1\nUserFiles:\t2\n"
		"    0: /tmp/#10952761\\040(deleted)\n    1: pipe:[5199667]\nUserBufs:\t0\n"
		"PollList:\nCqOverflowList:\nNAPI:\tdisabled\n");

	(void)state;
	assert_int_equal(info.user_files, 2);
	assert_int_equal(info.flags, 02000002);
}

/** /proc/PID/mem may stand above 2^63, and its position is written with a sign. */
static void a_position_with_a_sign_costs_nothing_else(void **state)
{
	struct fdinfo info = parse("pos:\t-10485760\nflags:\t02100000\nmnt_id:\t22\nino:\t5\n");

	(void)state;
	assert_int_equal(info.flags, 02100000);
	assert_int_equal(info.mnt_id, 22);
}

/** A dma-buf's name is whatever its owner wrote, newlines too, and comes last. */
static void a_later_line_does_not_change_what_an_earlier_one_said(void **state)
{
	struct fdinfo info = parse("pos:\t0\nflags:\t0100001\nmnt_id:\t15\nino:\t77\nsize:\t4096\n"
				   "count:\t2\nexp_name:\tsystem\nname:\tx\nflags:\t00\nino:\t1\n"
				   "mnt_id:\t1\n");

	(void)state;
	assert_int_equal(info.flags, 0100001);
	assert_int_equal(info.ino, 77);
	assert_int_equal(info.mnt_id, 15);
}

static void what_is_no_fdinfo_is_refused_and_changes_nothing(void **state)
{
	static const char *const texts[] = { "",
					     "\n",
					     "pos:\t0\n",
					     "flags",
					     "flags:",
					     "flags:\t",
					     "flags:\t9\n",
					     "flags:\tx\n",
					     "pos:\t0\nmnt_id:\t5\n",
					     "pos 0\nflags 0\n",
					     "flags:\t77777777777777777777777\n" };
	struct fdinfo info = { .pos = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (fdinfo_parse(text_of(texts[i]), &info) != -EINVAL)
			fail_msg("'%s' was read", texts[i]);
		assert_int_equal(info.pos, 42);
	}
}

static int open_self(void)
{
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(self >= 0);
	return self;
}

static void a_real_descriptor_is_read_as_it_is_now(void **state)
{
	int self = open_self();
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct fdinfo info;
	struct stat stat;

	(void)state;
	if (fd < 0)
		skip_because("/tmp knows no O_TMPFILE");
	assert_int_equal(pwrite(fd, "owl", 3, 0), 3);
	assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
	assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(fdinfo_read(self, (unsigned int)fd, &info), 0);
	assert_int_equal(info.pos, 2);
	assert_true(info.flags & O_APPEND);
	assert_int_equal(info.flags & O_ACCMODE, O_RDWR);
	if (info.ino)
		assert_int_equal(info.ino, stat.st_ino);
	close(fd);
	assert_int_equal(fdinfo_read(self, (unsigned int)fd, &info), -ENOENT);
	close(self);
}

static void a_real_descriptor_in_flight_is_counted(void **state)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int self = open_self(), ends[2];
	struct fdinfo info;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	memcpy(CMSG_DATA(&control.header), &self, sizeof(self));
	assert_int_equal(sendmsg(ends[0], &message, 0), 1);
	assert_int_equal(fdinfo_read(self, (unsigned int)ends[1], &info), 0);
	if (!info.in_flight)
		print_message("no scm_fds: it came with Linux 5.10\n");
	else
		assert_int_equal(info.in_flight, 1);
	close(ends[0]);
	close(ends[1]);
	close(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_regular_file_has_position_flags_mount_and_inode),
		cmocka_unit_test(what_an_old_kernel_does_not_say_is_0),
		cmocka_unit_test(the_lines_of_other_kinds_disturb_nothing),
		cmocka_unit_test(a_socket_says_how_many_descriptors_wait_in_it),
		cmocka_unit_test(an_io_uring_says_how_many_files_it_has),
		cmocka_unit_test(a_position_with_a_sign_costs_nothing_else),
		cmocka_unit_test(a_later_line_does_not_change_what_an_earlier_one_said),
		cmocka_unit_test(what_is_no_fdinfo_is_refused_and_changes_nothing),
		cmocka_unit_test(a_real_descriptor_is_read_as_it_is_now),
		cmocka_unit_test(a_real_descriptor_in_flight_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
