/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/marks.h and epoll.h: what inotify, fanotify and epoll watch. */
#include "kernel/marks.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/sysmacros.h>

#include "kernel/epoll.h"
#include "ownfd.h"
#include "scratch.h"

#define COMMON "pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1038\n"

static void an_inotify_says_what_and_for_which_events(void **state)
{
	struct text text = text_of(
		COMMON
		"inotify wd:2 ino:3c51a sdev:fe00003 mask:fff ignored_mask:0 fhandle-bytes:8 "
		"fhandle-type:1 f_handle:1ac5030000000000\n"
		"inotify wd:1f ino:1 sdev:1b mask:2 ignored_mask:0 \n");
	struct mark mark;

	(void)state;
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.object, MARK_INODE);
	assert_false(mark.fanotify);
	assert_int_equal(mark.wd, 2);
	assert_int_equal(mark.ino, 0x3c51a);
	assert_int_equal(mark.dev, makedev(0xfe, 3));
	assert_int_equal(mark.mask, MARKS_ALL_EVENTS);
	assert_int_equal(mark.handle.type, 1);
	assert_int_equal(mark.handle.len, 8);
	assert_memory_equal(mark.handle.bytes, "\x1a\xc5\x03\0\0\0\0\0", 8);
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.wd, 0x1f);
	assert_int_equal(mark.dev, makedev(0, 0x1b));
	assert_int_equal(mark.handle.len, 0);
	assert_false(marks_next(&text, &mark));
}

static void a_fanotify_watches_files_mounts_and_filesystems(void **state)
{
	struct text text =
		text_of(COMMON "fanotify flags:200 event-flags:8000\n"
			       "fanotify ino:35d sdev:fe00000 mflags:0 mask:20 ignored_mask:3 "
			       "fhandle-bytes:8 fhandle-type:1 f_handle:5d03000000000000\n"
			       "fanotify mnt_id:1e mflags:0 mask:20 ignored_mask:0\n"
			       "fanotify sdev:fe00000 mflags:0 mask:40000002 ignored_mask:0\n"
			       "fanotify mnt_ns:4026531841 mflags:0 mask:3000000 ignored_mask:0\n");
	struct mark mark;

	(void)state;
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.object, MARK_INODE);
	assert_true(mark.fanotify);
	assert_int_equal(mark.ino, 0x35d);
	assert_int_equal(mark.ignored, 3);
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.object, MARK_MOUNT);
	assert_int_equal(mark.mnt_id, 0x1e);
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.object, MARK_FILESYSTEM);
	assert_int_equal(mark.dev, makedev(0xfe, 0));
	assert_int_equal(mark.mask, 0x40000002);
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.object, MARK_MOUNTS);
	assert_int_equal(mark.namespace, 4026531841);
	assert_false(marks_next(&text, &mark));
}

static void a_handle_that_makes_no_sense_is_none(void **state)
{
	static const char *const handles[] = {
		"fhandle-bytes:8 fhandle-type:1 f_handle:1ac503000000000",
		"fhandle-bytes:8 fhandle-type:1 f_handle:1ac50300000000zz",
		"fhandle-bytes:8 fhandle-type:1 f_handle:",
		"fhandle-bytes:ffffffff fhandle-type:1",
		"fhandle-bytes:81 fhandle-type:1 f_handle:00",
		"f_handle:1ac5 fhandle-type:1",
		"fhandle-bytes:8 fhandle-type:1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(handles); i++) {
		char line[256];
		struct mark mark;

		snprintf(line, sizeof(line), "inotify wd:1 ino:1 sdev:1 mask:2 %s\n", handles[i]);
		struct text text = text_of(line);
		assert_true(marks_next(&text, &mark));
		assert_int_equal(mark.handle.len, 0);
	}
}

static void the_lines_of_other_kinds_are_no_marks(void **state)
{
	struct text text = text_of(COMMON
				   "inotify\nfanotify\ninotify x\nfanotify flags:0 event-flags:0"
				   "\ntfd: 4\ninotifx wd:1\n\n  \n");
	struct mark mark;

	(void)state;
	assert_false(marks_next(&text, &mark));
}

static void events_are_named_one_by_one(void **state)
{
	uint32_t mask = IN_MODIFY | IN_DELETE_SELF | FAN_ONDIR | (1U << 31);

	(void)state;
	assert_string_equal(marks_event(&mask), "MODIFY");
	assert_string_equal(marks_event(&mask), "DELETE_SELF");
	assert_string_equal(marks_event(&mask), "ONDIR");
	assert_null(marks_event(&mask));
	assert_int_equal(mask, 1U << 31);
}

static void a_real_inotify_is_read(void **state)
{
	int fd = inotify_init1(IN_CLOEXEC);
	struct stat stat;
	struct mark mark;

	(void)state;
	scratch_write("file", LITERAL("owl"));
	int wd = inotify_add_watch(fd, "file", IN_MODIFY | IN_ATTRIB);
	assert_true(wd > 0);
	assert_int_equal(lstat("file", &stat), 0);
	struct text text = ownfd_info(fd);
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.wd, wd);
	assert_int_equal(mark.ino, stat.st_ino);
	assert_int_equal(mark.mask, IN_MODIFY | IN_ATTRIB);
	assert_false(marks_next(&text, &mark));
	close(fd);
}

static void a_real_fanotify_is_read(void **state)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, 0);
	struct mark mark;

	(void)state;
	if (fd < 0)
		skip_because("no fanotify: %s", strerror(errno));
	scratch_write("file", LITERAL("owl"));
	assert_int_equal(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "file"), 0);
	struct text text = ownfd_info(fd);
	assert_true(marks_next(&text, &mark));
	assert_int_equal(mark.object, MARK_INODE);
	assert_int_equal(mark.mask, FAN_OPEN);
	assert_false(marks_next(&text, &mark));
	close(fd);
}

static void an_epoll_says_which_number_and_which_file(void **state)
{
	struct text text = text_of(
		COMMON
		"tfd:        5 events:       19 data:                5  pos:0 ino:4f5733 sdev:f\n"
		"tfd:       12 events: 8000001d data: ffffffffffffffff\n"
		"tfd: x\ntfd:\ntfd: 1 data: 2\n");
	struct epoll_watch watch;

	(void)state;
	assert_true(epoll_next(&text, &watch));
	assert_int_equal(watch.fd, 5);
	assert_int_equal(watch.events, 0x19);
	assert_true(watch.has_file);
	assert_int_equal(watch.ino, 0x4f5733);
	assert_int_equal(watch.dev, makedev(0, 15));
	assert_true(epoll_next(&text, &watch));
	assert_int_equal(watch.fd, 12);
	assert_int_equal(watch.events, 0x8000001d);
	assert_false(watch.has_file);
	assert_false(epoll_next(&text, &watch));
}

static void a_real_epoll_is_read(void **state)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 7 };
	int fd = epoll_create1(EPOLL_CLOEXEC), ends[2];
	struct epoll_watch watch;
	struct stat stat;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fstat(ends[0], &stat), 0);
	assert_int_equal(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event), 0);
	struct text text = ownfd_info(fd);
	assert_true(epoll_next(&text, &watch));
	assert_int_equal(watch.fd, ends[0]);
	assert_true(watch.events & EPOLLIN);
	if (watch.has_file) {
		assert_int_equal(watch.ino, stat.st_ino);
		assert_int_equal(watch.dev, stat.st_dev);
	}
	assert_false(epoll_next(&text, &watch));
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_inotify_says_what_and_for_which_events),
		cmocka_unit_test(a_fanotify_watches_files_mounts_and_filesystems),
		cmocka_unit_test(a_handle_that_makes_no_sense_is_none),
		cmocka_unit_test(the_lines_of_other_kinds_are_no_marks),
		cmocka_unit_test(events_are_named_one_by_one),
		scratch_test(a_real_inotify_is_read),
		scratch_test(a_real_fanotify_is_read),
		cmocka_unit_test(an_epoll_says_which_number_and_which_file),
		cmocka_unit_test(a_real_epoll_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
