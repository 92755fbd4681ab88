/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/fdinfos.h: what epolls watch, also when their owner will not let us see it. */
#include "scan/fdinfos.h"

#include <sys/resource.h>

#include "kernel/epoll.h"
#include "kernel/pidstat.h"
#include "ownprocess.h"
#include "scratch.h"
#include "trap.h"

static void watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
}

static void read_files(struct ownprocess *own, const struct open_file *files, size_t count,
		       struct fdinfo_answer *ret)
{
	const struct open_file *list[8];

	assert_true(count <= COUNT_OF(list));
	for (size_t i = 0; i < count; i++)
		list[i] = &files[i];
	assert_int_equal(fdinfos_read(&own->source, list, count, &own->arena, ret), 0);
}

static void what_epolls_watch_is_read(void **state)
{
	int one = epoll_create1(EPOLL_CLOEXEC), two = epoll_create1(EPOLL_CLOEXEC);
	int event = eventfd(0, EFD_CLOEXEC);
	struct epoll_watch found;
	struct fdinfo_answer ret[2];
	struct ownprocess own;

	(void)state;
	watch(two, event);
	watch(two, one);
	ownprocess_begin(&own);
	struct open_file files[] = { ownprocess_file(&own, (unsigned int)one),
				     ownprocess_file(&own, (unsigned int)two) };
	read_files(&own, files, 2, ret);
	assert_true(ret[0].answered && ret[1].answered);
	assert_int_equal(ret[0].rc | ret[1].rc, 0);
	assert_int_equal(ret[0].watched, 0);
	assert_int_equal(ret[1].watched, 2);
	assert_true(text_starts(ret[0].text, "pos:\t0\nflags:\t"));
	assert_false(epoll_next(&ret[0].text, &found));
	assert_true(epoll_next(&ret[1].text, &found));
	assert_true(epoll_next(&ret[1].text, &found));
	ownprocess_end(&own);
	close(one);
	close(two);
	close(event);
}

static void without_epolls_nobody_is_asked(void **state)
{
	struct ownprocess own;

	(void)state;
	ownprocess_begin(&own);
	assert_int_equal(fdinfos_read(&own.source, NULL, 0, &own.arena, NULL), 0);
	ownprocess_end(&own);
}

/** The number was given to another file meanwhile: of another kind, or under the same name. */
static void what_is_another_file_by_now_is_not_read(void **state)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), event = eventfd(0, EFD_CLOEXEC);
	int fd = scratch_open("file", O_CREAT | O_RDWR);
	struct fdinfo_answer ret[3];
	struct ownprocess own;

	(void)state;
	ownprocess_begin(&own);
	struct open_file files[] = { ownprocess_file(&own, (unsigned int)epoll),
				     ownprocess_file(&own, (unsigned int)fd),
				     ownprocess_file(&own, (unsigned int)event) };
	files[2].handle.fd = 999999;
	assert_int_equal(rename("file", "old"), 0);
	int other = scratch_open("file", O_CREAT | O_RDWR);
	dup3(event, epoll, O_CLOEXEC);
	dup3(other, fd, O_CLOEXEC);
	read_files(&own, files, 3, ret);
	assert_true(ret[0].answered && ret[1].answered && ret[2].answered);
	assert_int_equal(ret[0].rc, -ESTALE);
	assert_int_equal(ret[1].rc, -ESTALE);
	assert_int_equal(ret[2].rc, -ENOENT);
	assert_int_equal(ret[0].text.len + ret[1].text.len + ret[2].text.len, 0);
	ownprocess_end(&own);
	close(epoll);
	close(event);
	close(fd);
	close(other);
}

static void only_what_may_wait_need_be_read_so(void **state)
{
	(void)state;
	assert_true(fdinfos_may_wait(text_of("anon_inode:[eventpoll]")));
	assert_true(fdinfos_may_wait(text_of("anon_inode:bpf_link")));
	assert_true(fdinfos_may_wait(text_of("/dev/net/tun")));
	assert_false(fdinfos_may_wait(text_of("anon_inode:[eventfd]")));
	assert_false(fdinfos_may_wait(text_of("anon_inode:bpf-map")));
	assert_false(fdinfos_may_wait(text_of("/dev/null")));
}

enum { MANY = 16000 };

static void what_is_too_long_is_cut_at_a_line_and_counted_on(void **state)
{
	struct rlimit limit, before;
	int epoll = epoll_create1(EPOLL_CLOEXEC), event = eventfd(0, EFD_CLOEXEC);
	struct fdinfo_answer ret;
	struct ownprocess own;
	struct epoll_watch found;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = before.rlim_max < MANY + 100 ? before.rlim_max : MANY + 100;
	if (limit.rlim_cur < MANY + 100 || setrlimit(RLIMIT_NOFILE, &limit))
		skip_because("may not have %d descriptors", MANY);
	int first = fcntl(event, F_DUPFD_CLOEXEC, 50), last = first;
	watch(epoll, first);
	for (unsigned int i = 1; i < MANY; i++) {
		last = dup(event);
		watch(epoll, last);
	}
	ownprocess_begin(&own);
	struct open_file file = ownprocess_file(&own, (unsigned int)epoll);
	read_files(&own, &file, 1, &ret);
	assert_true(ret.answered);
	assert_int_equal(ret.watched, MANY);
	assert_in_range(ret.text.len, FDINFOS_TEXT_MAX - 200, FDINFOS_TEXT_MAX);
	assert_true(text_ends(ret.text, "\n"));
	while (epoll_next(&ret.text, &found))
		assert_true(found.has_file);
	ownprocess_end(&own);
	close(epoll);
	close(event);
	close_range((unsigned int)first, (unsigned int)last, 0);
	setrlimit(RLIMIT_NOFILE, &before);
}

/** Who reads that file here and now waits for ever: it sleeps, and does not end. */
static void check_that_it_is_stuck(const struct trap *trap)
{
	char name[64], buffer[PIDSTAT_MAX];
	struct pidstat stat = { .state = 'R' };
	pid_t reader = fork();

	if (!reader) {
		snprintf(name, sizeof(name), "/proc/%d/fdinfo/%u", trap->pid, trap->epoll);
		_exit(read(open(name, O_RDONLY), buffer, sizeof(buffer)) < 0);
	}
	snprintf(name, sizeof(name), "/proc/%d", reader);
	int dir = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (stat.state != 'D') {
		assert_int_equal(waitpid(reader, NULL, WNOHANG), 0);
		assert_int_equal(pidstat_read(dir, buffer, &stat), 0);
	}
	close(dir);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, WNOHANG);
}

static void an_epoll_that_is_kept_from_us_is_given_up_and_the_others_are_read(void **state)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	struct fdinfo_answer ret[3];
	struct ownprocess own;
	struct trap trap;
	int rc = trap_begin(&trap);

	(void)state;
	if (rc)
		skip_because("no userfaultfd for the kernel's faults: %s", strerror(-rc));
	check_that_it_is_stuck(&trap);
	ownprocess_begin(&own);
	struct open_file mine = ownprocess_file(&own, (unsigned int)fd);
	struct open_file files[] = {
		mine,
		{ .handle = { .pid = (unsigned int)trap.pid, .fd = trap.epoll },
		  .link = mine.link,
		  .inode_rc = -EACCES },
		mine,
	};
	read_files(&own, files, 3, ret);
	assert_false(ret[1].answered);
	assert_int_equal(ret[1].text.len, 0);
	for (unsigned int i = 0; i < 3; i += 2) {
		assert_true(ret[i].answered);
		assert_int_equal(ret[i].rc, 0);
		assert_true(text_starts(ret[i].text, "pos:"));
	}
	ownprocess_end(&own);
	close(fd);
	trap_end(&trap);
	/* With its owner the mutex goes, and whoever waited for it. */
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_epolls_watch_is_read),
		cmocka_unit_test(without_epolls_nobody_is_asked),
		scratch_test(what_is_another_file_by_now_is_not_read),
		cmocka_unit_test(only_what_may_wait_need_be_read_so),
		cmocka_unit_test(what_is_too_long_is_cut_at_a_line_and_counted_on),
		cmocka_unit_test(an_epoll_that_is_kept_from_us_is_given_up_and_the_others_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
