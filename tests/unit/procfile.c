/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/procfile.h, inode.h, openat2.h, task.h: the system calls below the parsers. */
#include "kernel/procfile.h"

#include <linux/openat2.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "kernel/inode.h"
#include "kernel/openat2.h"
#include "kernel/task.h"
#include "scratch.h"

static void a_file_is_read_up_to_the_buffer(void **state)
{
	char buffer[4];

	(void)state;
	scratch_write("f", LITERAL("owls"));
	assert_int_equal(procfile_read(AT_FDCWD, "f", buffer, 4), 4);
	assert_memory_equal(buffer, "owls", 4);
	assert_int_equal(procfile_read(AT_FDCWD, "f", buffer, 2), 2);
	assert_int_equal(procfile_read(AT_FDCWD, "gone", buffer, 2), -ENOENT);
	assert_int_equal(procfile_read(AT_FDCWD, ".", buffer, 2), -EISDIR);
}

/** Longer than a page, so that the kernel has to make room for it. */
static void a_record_comes_whole_with_one_read(void **state)
{
	enum { WATCHED = 1000, ROOM = 1 << 20 };
	int epoll = epoll_create1(EPOLL_CLOEXEC), last = -1;
	char *all = test_malloc(ROOM), *once = test_malloc(ROOM), name[64];

	(void)state;
	for (int i = 0; i < WATCHED; i++) {
		struct epoll_event event = { .events = EPOLLIN };
		int fd = eventfd(0, EFD_CLOEXEC);

		if (fd < 0)
			break; /* as many as we may have */
		assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
		last = fd;
	}
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", epoll);
	ssize_t len = procfile_read(AT_FDCWD, name, all, ROOM);
	assert_true(len > 4096);
	assert_int_equal(procfile_read_record(AT_FDCWD, name, once, ROOM), len);
	assert_memory_equal(all, once, len);
	assert_int_equal(procfile_read_record(AT_FDCWD, name, once, 100), 100);
	assert_int_equal(procfile_read_record(AT_FDCWD, "gone", once, 100), -ENOENT);
	close_range((unsigned int)epoll, (unsigned int)last, 0);
	test_free(all);
	test_free(once);
}

static void all_of_a_file_is_loaded_up_to_a_limit(void **state)
{
	static char bytes[100000];
	struct arena arena;
	struct text text;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	scratch_write("f", (struct text){ bytes, sizeof(bytes) });
	arena_init(&arena);
	assert_int_equal(procfile_load(AT_FDCWD, "f", sizeof(bytes), &arena, &text), 0);
	check_text(text, ((struct text){ bytes, sizeof(bytes) }));
	assert_int_equal(text.bytes[text.len], 0);
	assert_int_equal(procfile_load(AT_FDCWD, "f", sizeof(bytes) - 1, &arena, &text), -EFBIG);
	scratch_write("empty", LITERAL(""));
	assert_int_equal(procfile_load(AT_FDCWD, "empty", 0, &arena, &text), 0);
	check_string(text, "");
	assert_int_equal(procfile_load(AT_FDCWD, "gone", 10, &arena, &text), -ENOENT);
	assert_int_equal(procfile_load(AT_FDCWD, ".", 10, &arena, &text), -EISDIR);
	arena_end(&arena);
}

static void a_link_gives_its_bytes_or_says_that_they_do_not_fit(void **state)
{
	char buffer[32];
	struct text text;

	(void)state;
	assert_int_equal(symlink("a\nb\xff (deleted)", "link"), 0);
	assert_int_equal(procfile_link(AT_FDCWD, "link", buffer, sizeof(buffer), &text), 0);
	check_string(text, "a\nb\xff (deleted)");
	assert_int_equal(procfile_link(AT_FDCWD, "link", buffer, text.len + 1, &text), 0);
	assert_int_equal(procfile_link(AT_FDCWD, "link", buffer, text.len, &text), -ENAMETOOLONG);
	assert_int_equal(procfile_link(AT_FDCWD, "gone", buffer, sizeof(buffer), &text), -ENOENT);
}

static void only_the_names_that_are_numbers_are_listed(void **state)
{
	static const char *const names[] = {
		"7", "12", "x", "7x", "-3", "4294967295", "4294967296", "99999999999999999999999"
	};
	unsigned int *numbers, sum = 0;
	struct arena arena;
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		scratch_write(names[i], LITERAL(""));
	int dir = scratch_open(".", O_RDONLY | O_DIRECTORY);
	arena_init(&arena);
	assert_int_equal(procfile_numbers(dir, &arena, &numbers, &count), 0);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		sum += numbers[i];
	assert_int_equal(sum, 7 + 12 + 4294967295U);
	arena_end(&arena);
	close(dir);
}

static void many_numbers_are_all_listed(void **state)
{
	enum { MANY = 2000 };
	static bool seen[MANY];
	unsigned int *numbers;
	struct arena arena;
	size_t count;

	(void)state;
	memset(seen, 0, sizeof(seen));
	for (unsigned int i = 0; i < MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		scratch_write(name, LITERAL(""));
	}
	int dir = scratch_open(".", O_RDONLY | O_DIRECTORY);
	arena_init(&arena);
	assert_int_equal(procfile_numbers(dir, &arena, &numbers, &count), 0);
	assert_int_equal(count, MANY);
	for (size_t i = 0; i < count; i++) {
		assert_true(numbers[i] < MANY && !seen[numbers[i]]);
		seen[numbers[i]] = true;
	}
	arena_end(&arena);
	close(dir);
}

static void an_inode_is_what_stat_says(void **state)
{
	struct inode inode, again;
	struct stat stat;

	(void)state;
	scratch_write("f", LITERAL("owls"));
	assert_int_equal(chmod("f", 04640) + link("f", "g") + lstat("f", &stat), 0);
	assert_int_equal(inode_look(AT_FDCWD, "f", &inode), 0);
	assert_true(inode.dev == stat.st_dev);
	assert_int_equal(inode.ino, stat.st_ino);
	assert_int_equal(inode.nlink, 2);
	assert_int_equal(inode.size, 4);
	assert_int_equal(inode.disk, stat.st_blocks * 512);
	assert_int_equal(inode.mode, stat.st_mode);
	assert_int_equal(inode.uid, stat.st_uid);
	assert_int_equal(inode.gid, stat.st_gid);
	assert_int_equal(inode.mtime_ns, stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec);
	assert_int_equal(inode.ctime_ns, stat.st_ctim.tv_sec * 1000000000 + stat.st_ctim.tv_nsec);
	assert_int_equal(inode_look(AT_FDCWD, "g", &again), 0);
	assert_true(inode_same(&inode, &again));
	assert_int_equal(inode_look(AT_FDCWD, "gone", &inode), -ENOENT);
}

static void links_are_followed_or_not_as_asked(void **state)
{
	struct inode inode;

	(void)state;
	scratch_write("f", LITERAL("owls"));
	assert_int_equal(symlink("f", "link"), 0);
	assert_int_equal(inode_look(AT_FDCWD, "link", &inode), 0);
	assert_true(S_ISREG(inode.mode));
	assert_int_equal(inode_look_at(AT_FDCWD, "link", &inode), 0);
	assert_true(S_ISLNK(inode.mode));
	int fd = scratch_open("f", O_RDONLY);
	assert_int_equal(inode_look(fd, "", &inode), 0);
	assert_true(S_ISREG(inode.mode));
	assert_int_equal(inode_of(fd, &inode), 0);
	assert_int_equal(inode.size, 4);
	close(fd);
	assert_int_equal(inode_of(fd, &inode), -EBADF);
}

static void another_file_is_not_the_same_even_with_its_number(void **state)
{
	struct inode a = { .dev = makedev(8, 1), .ino = 5, .btime_ns = 100 }, b = a;

	(void)state;
	assert_true(inode_same(&a, &b));
	b.btime_ns = 101;
	assert_false(inode_same(&a, &b));
	b.btime_ns = 0;
	assert_true(inode_same(&a, &b));
	b.ino = 6;
	assert_false(inode_same(&a, &b));
	b = a;
	b.dev = makedev(8, 2);
	assert_false(inode_same(&a, &b));
}

static void a_path_below_a_root_does_not_leave_it(void **state)
{
	struct inode inside, found;

	(void)state;
	assert_int_equal(mkdir("root", 0755), 0);
	scratch_write("root/f", LITERAL("inside"));
	scratch_write("f", LITERAL("outside"));
	assert_int_equal(symlink("/f", "root/absolute") + symlink("../../f", "root/up"), 0);
	assert_int_equal(inode_look(AT_FDCWD, "root/f", &inside), 0);
	int root = scratch_open("root", O_PATH | O_DIRECTORY);
	static const char *const paths[] = { "f", "/f", "absolute", "up", "../f" };
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		int fd = openat2_open(root, paths[i], O_RDONLY, RESOLVE_IN_ROOT);

		assert_true(fd >= 0);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(inode_look(fd, "", &found), 0);
		assert_true(inode_same(&inside, &found));
		close(fd);
	}
	assert_int_equal(openat2_open(root, "up", O_RDONLY, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS),
			 -ELOOP);
	assert_int_equal(openat2_open(root, "gone", O_RDONLY, RESOLVE_IN_ROOT), -ENOENT);
	close(root);
}

static void a_descriptor_of_a_process_can_be_copied(void **state)
{
	struct inode a, b;

	(void)state;
	scratch_write("f", LITERAL("owls"));
	int fd = scratch_open("f", O_RDONLY);
	int pidfd = task_pidfd((unsigned int)getpid());
	assert_true(pidfd >= 0);
	int copy = task_getfd(pidfd, (unsigned int)fd);
	assert_true(copy >= 0 && copy != fd);
	assert_int_equal(inode_of(fd, &a) + inode_of(copy, &b), 0);
	assert_true(inode_same(&a, &b));
	/* They share the offset: that is why only pread may be used on it. */
	assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
	assert_int_equal(lseek(copy, 0, SEEK_CUR), 3);
	assert_int_equal(task_getfd(pidfd, 1000000), -EBADF);
	close(copy);
	close(pidfd);
	close(fd);
	assert_int_equal(task_pidfd(0), -EINVAL);
}

static void a_task_has_the_same_table_as_itself(void **state)
{
	int rc = task_compare_files((unsigned int)getpid(), (unsigned int)getpid());

	(void)state;
	if (rc == -ENOSYS || rc == -EPERM)
		skip_because("no kcmp(2) here");
	assert_int_equal(rc, 0);
}

static void what_is_no_overlay_has_no_known_layer(void **state)
{
	(void)state;
	assert_int_equal(inode_layer(AT_FDCWD, "/proc/self"), LAYER_UNKNOWN);
	assert_int_equal(inode_layer(AT_FDCWD, "gone"), LAYER_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_file_is_read_up_to_the_buffer),
		scratch_test(a_record_comes_whole_with_one_read),
		scratch_test(all_of_a_file_is_loaded_up_to_a_limit),
		scratch_test(a_link_gives_its_bytes_or_says_that_they_do_not_fit),
		scratch_test(only_the_names_that_are_numbers_are_listed),
		scratch_test(many_numbers_are_all_listed),
		scratch_test(an_inode_is_what_stat_says),
		scratch_test(links_are_followed_or_not_as_asked),
		cmocka_unit_test(another_file_is_not_the_same_even_with_its_number),
		scratch_test(a_path_below_a_root_does_not_leave_it),
		scratch_test(a_descriptor_of_a_process_can_be_copied),
		cmocka_unit_test(a_task_has_the_same_table_as_itself),
		scratch_test(what_is_no_overlay_has_no_known_layer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
