/* SPDX-License-Identifier: GPL-2.0-or-later */
/** act/copy.h: bytes and holes from one file to another, compared and mended. */
#include "act/copy.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "scratch.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

/** Set: copying inside the kernel meets a bad block. */
static bool kernel_copy_fails;

ssize_t __real_copy_file_range(int from, loff_t *from_at, int to, loff_t *to_at, size_t len,
			       unsigned int flags);
ssize_t __wrap_copy_file_range(int from, loff_t *from_at, int to, loff_t *to_at, size_t len,
			       unsigned int flags);

/* In the place of the C library's, by the linker. */
ssize_t __wrap_copy_file_range(int from, loff_t *from_at, int to, loff_t *to_at, size_t len,
			       unsigned int flags)
{
	if (!kernel_copy_fails)
		return __real_copy_file_range(from, from_at, to, to_at, len, flags);
	errno = EIO;
	return -1;
}

/** Set: the disk does not take what it is given. */
static bool disk_fails;

int __real_sync_file_range(int fd, off_t at, off_t len, unsigned int flags);
int __wrap_sync_file_range(int fd, off_t at, off_t len, unsigned int flags);

int __wrap_sync_file_range(int fd, off_t at, off_t len, unsigned int flags)
{
	if (!disk_fails)
		return __real_sync_file_range(fd, at, len, flags);
	errno = EIO;
	return -1;
}

/** Bytes that depend on where they are, so that no piece is like another. */
static void fill(int fd, off_t at, size_t len)
{
	uint32_t *words = malloc(len);

	assert_non_null(words);
	for (size_t i = 0; i < len / sizeof(*words); i++)
		words[i] = (uint32_t)((uint64_t)at / sizeof(*words) + i) * 2654435761U | 1;
	assert_int_equal(pwrite(fd, words, len, at), len);
	free(words);
}

/** 9 MiB: data, a hole, data across the border of a piece, a hole to the end. */
static int sparse_source(const char *name)
{
	int fd = scratch_open(name, O_CREAT | O_RDWR);

	assert_int_equal(ftruncate(fd, 9 * MIB), 0);
	fill(fd, 0, 64 * KIB);
	fill(fd, 3 * MIB - 64 * KIB, 128 * KIB);
	fill(fd, 8 * MIB, 4 * KIB);
	return fd;
}

static bool has_holes(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 && stat.st_blocks * 512 < stat.st_size;
}

/** Both files hold the same bytes. */
static void check_same(int a, int b, size_t size)
{
	char *bytes = malloc(2 * size + 1);
	struct stat stat;

	assert_non_null(bytes);
	assert_int_equal(pread(a, bytes, size, 0), size);
	assert_int_equal(pread(b, bytes + size, size, 0), size);
	assert_memory_equal(bytes, bytes + size, size);
	assert_int_equal(fstat(b, &stat), 0);
	assert_int_equal(stat.st_size, size);
	free(bytes);
}

struct job {
	struct copy copy;
	struct bar bar;
	struct interrupt interrupt;
	int from, to;
};

static void job_begin(struct job *job, int from, bool borrowed, uint64_t size)
{
	*job = (struct job){ .from = from, .to = scratch_open("copy", O_CREAT | O_TRUNC | O_RDWR) };
	copy_begin(&job->copy, from, borrowed, job->to, size);
	job->copy.bar = &job->bar;
	job->copy.interrupt = &job->interrupt;
}

static void job_end(struct job *job)
{
	copy_end(&job->copy);
	close(job->to);
	close(job->from);
}

static void data_and_holes_are_copied_as_such(void **state)
{
	int from = sparse_source("source");
	struct job job;

	(void)state;
	if (!has_holes(from))
		skip_because("no holes on this filesystem");
	job_begin(&job, from, false, 9 * MIB);
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	check_same(from, job.to, 9 * MIB);
	struct stat source, copy;
	assert_int_equal(fstat(from, &source) + fstat(job.to, &copy), 0);
	assert_true(copy.st_blocks <= source.st_blocks + 8);
	assert_true(copy_data(job.to, false, 9 * MIB) <= copy_data(from, false, 9 * MIB));
	job_end(&job);
}

static void by_hand_it_is_the_same(void **state)
{
	int from = sparse_source("source");
	struct job job;

	(void)state;
	job_begin(&job, from, false, 9 * MIB);
	job.copy.no_kernel_copy = true;
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	check_same(from, job.to, 9 * MIB);
	if (has_holes(from))
		assert_true(has_holes(job.to));
	job_end(&job);
}

static void blocks_of_zeros_become_holes_where_holes_cannot_be_seen(void **state)
{
	int from = sparse_source("source");
	struct job job;

	(void)state;
	if (!has_holes(from))
		skip_because("no holes on this filesystem");
	job_begin(&job, from, true, 9 * MIB);
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	check_same(from, job.to, 9 * MIB);
	assert_true(has_holes(job.to));
	job_end(&job);
}

static void an_empty_file_and_one_that_is_all_hole_are_copied(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 5 * MIB + 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		int from = scratch_open("source", O_CREAT | O_TRUNC | O_RDWR);
		struct job job;
		uint64_t differing = 1;

		assert_int_equal(ftruncate(from, (off_t)sizes[i]), 0);
		job_begin(&job, from, false, sizes[i]);
		assert_int_equal(copy_all(&job.copy, sizes[i]), 0);
		assert_int_equal(copy_compare(&job.copy, sizes[i], &differing), 0);
		assert_int_equal(differing, 0);
		check_same(from, job.to, sizes[i]);
		job_end(&job);
	}
}

static void nothing_behind_the_agreed_size_is_copied(void **state)
{
	int from = sparse_source("source");
	struct job job;

	(void)state;
	job_begin(&job, from, false, 10 * KIB + 1);
	assert_int_equal(copy_all(&job.copy, 10 * KIB + 1), 0);
	check_same(from, job.to, 10 * KIB + 1);
	job_end(&job);
}

static void what_has_shrunk_meanwhile_is_zeros(void **state)
{
	int from = sparse_source("source");
	struct job job;
	char byte = 'x';
	struct stat stat;

	(void)state;
	assert_int_equal(ftruncate(from, 4 * KIB), 0);
	job_begin(&job, from, false, MIB);
	assert_int_equal(copy_all(&job.copy, MIB), 0);
	assert_int_equal(fstat(job.to, &stat), 0);
	assert_int_equal(stat.st_size, MIB);
	assert_int_equal(pread(job.to, &byte, 1, MIB - 1), 1);
	assert_int_equal(byte, 0);
	job_end(&job);
}

static void what_shrinks_before_it_is_compared_becomes_zeros(void **state)
{
	int from = sparse_source("source");
	struct job job;
	uint64_t differing = 0;
	char byte = 'x';

	(void)state;
	job_begin(&job, from, false, 9 * MIB);
	job.copy.no_kernel_copy = true;
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	assert_int_equal(ftruncate(from, 4 * KIB), 0);
	assert_int_equal(copy_compare(&job.copy, 9 * MIB, &differing), 0);
	assert_true(differing > 0);
	assert_int_equal(pread(job.to, &byte, 1, 3 * MIB), 1);
	assert_int_equal(byte, 0);
	job_end(&job);
}

static void a_faithful_copy_compares_equal(void **state)
{
	int from = sparse_source("source");
	struct job job;
	uint64_t differing = 1;

	(void)state;
	job_begin(&job, from, false, 9 * MIB);
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	assert_int_equal(copy_compare(&job.copy, 9 * MIB, &differing), 0);
	assert_int_equal(differing, 0);
	job_end(&job);
}

/** Change one byte to another. */
static void spoil(int fd, off_t at)
{
	char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte = (char)~byte;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void make_zero(int fd, off_t at)
{
	assert_int_equal(pwrite(fd, "", 1, at), 1);
}

/** Do that to the copy or the source; comparing finds it, mends it, and is content then. */
static void check_mended(bool borrowed, bool in_source, off_t at, void (*change)(int fd, off_t at))
{
	int from = sparse_source("source");
	struct job job;
	uint64_t differing = 0;

	job_begin(&job, from, borrowed, 9 * MIB);
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	change(in_source ? from : job.to, at);
	assert_int_equal(copy_compare(&job.copy, 9 * MIB, &differing), 0);
	assert_true(differing > 0);
	check_same(from, job.to, 9 * MIB);
	assert_int_equal(copy_compare(&job.copy, 9 * MIB, &differing), 0);
	assert_int_equal(differing, 0);
	job_end(&job);
}

static void a_difference_is_found_and_mended_wherever_it_is(void **state)
{
	/* in data, across the border of a piece, in holes, in the first and the last byte */
	static const off_t places[] = { 0,       100,     3 * MIB - 1, 3 * MIB,
					2 * MIB, 6 * MIB, 8 * MIB,     9 * MIB - 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		check_mended(false, false, places[i], spoil);
		check_mended(false, true, places[i], spoil);
		check_mended(true, false, places[i], spoil);
		check_mended(true, true, places[i], spoil);
	}
}

static void data_that_became_zeros_is_a_difference_too(void **state)
{
	(void)state;
	check_mended(false, true, 0, make_zero);
	check_mended(true, true, 0, make_zero);
}

static void data_is_counted_without_holes_below_the_size(void **state)
{
	int from = sparse_source("source");

	(void)state;
	if (!has_holes(from))
		skip_because("no holes on this filesystem");
	assert_int_equal(copy_data(from, false, 9 * MIB), 64 * KIB + 128 * KIB + 4 * KIB);
	assert_int_equal(copy_data(from, false, 64 * KIB), 64 * KIB);
	assert_int_equal(copy_data(from, false, 10), 10);
	assert_int_equal(copy_data(from, false, 0), 0);
	assert_int_equal(copy_data(from, true, 9 * MIB), 9 * MIB);
	close(from);
}

/** System calls that have something to do with a descriptor, and where they have it. */
struct deed {
	unsigned int call, argument;
};

static const struct deed moves[] = {
	{ SYS_lseek, 0 }, { SYS_read, 0 }, { SYS_readv, 0 }, { SYS_sendfile, 1 }, { SYS_splice, 0 }
};
static const struct deed advice[] = { { SYS_fadvise64, 0 }, { SYS_readahead, 0 } };

enum { DEEDS_MAX = 5 };

/** From now on this process dies when it does one of these to `fd`. */
static int forbid(int fd, const struct deed *deeds, size_t count)
{
	struct sock_filter filter[4 * DEEDS_MAX + 2];
	size_t len = 4 * count + 2, n = 0;
	struct sock_fprog program = { (unsigned short)len, filter };

	for (size_t i = 0; i < count; i++) {
		unsigned int at = (unsigned int)offsetof(struct seccomp_data, args) +
				  deeds[i].argument * (unsigned int)sizeof(uint64_t);
		unsigned char to_the_end = (unsigned char)(len - n - 5);

		filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							   offsetof(struct seccomp_data, nr));
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, deeds[i].call,
							   0, 2);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at);
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							   (unsigned int)fd, to_the_end, 0);
	}
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/** In a child: copy and compare a borrowed descriptor under that rule. */
static int copy_borrowed(int from, const struct deed *deeds, size_t count)
{
	struct job job;
	uint64_t differing;

	if (forbid(from, deeds, count))
		return 77;
	job_begin(&job, from, true, 9 * MIB);
	return copy_all(&job.copy, 9 * MIB) || copy_compare(&job.copy, 9 * MIB, &differing) ||
	       copy_data(from, true, MIB) != MIB || differing;
}

/** How the child ended: its status, or 256 + the signal. */
static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void check_borrowed(const struct deed *deeds, size_t count)
{
	int from = sparse_source("source");

	assert_int_equal(lseek(from, 1234, SEEK_SET), 1234);
	pid_t pid = fork();
	if (pid == 0)
		_exit(copy_borrowed(from, deeds, count));
	int end = end_of(pid);
	if (end == 77)
		skip_because("no seccomp(2) here");
	assert_int_equal(end, 0);
	assert_int_equal(lseek(from, 0, SEEK_CUR), 1234);
	close(from);
}

static void the_offset_of_a_borrowed_descriptor_is_left_alone(void **state)
{
	(void)state;
	check_borrowed(moves, COUNT_OF(moves));
}

/** The advice would be its owner's too: posix_fadvise(2) is kept in the open file. */
static void a_borrowed_descriptor_is_given_no_advice(void **state)
{
	(void)state;
	check_borrowed(advice, COUNT_OF(advice));
}

static void the_rule_about_borrowed_descriptors_would_be_noticed(void **state)
{
	int from = sparse_source("source");

	(void)state;
	for (int which = 0; which < 2; which++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (forbid(from, which ? advice : moves,
				   which ? COUNT_OF(advice) : COUNT_OF(moves)))
				_exit(77);
			if (which)
				posix_fadvise(from, 0, 0, POSIX_FADV_NORMAL);
			else
				lseek(from, 0, SEEK_CUR);
			_exit(0);
		}
		int end = end_of(pid);
		if (end == 77)
			skip_because("no seccomp(2) here");
		assert_int_equal(end, 256 + SIGSYS);
	}
	close(from);
}

static void who_is_asked_to_stop_stops(void **state)
{
	int from = sparse_source("source");
	struct job job;
	uint64_t differing;

	(void)state;
	job_begin(&job, from, false, 9 * MIB);
	interrupt_begin(&job.interrupt);
	raise(SIGTERM);
	int copied = copy_all(&job.copy, 9 * MIB);
	int compared = copy_compare(&job.copy, 9 * MIB, &differing);
	interrupt_end(&job.interrupt);
	assert_int_equal(copied, -ECANCELED);
	assert_int_equal(compared, -ECANCELED);
	assert_false(job.copy.read_failed);
	job_end(&job);
}

static void an_error_in_reading_is_told_from_one_in_writing(void **state)
{
	/* Nothing is at address 0: EIO. */
	int from = scratch_open("/proc/self/mem", O_RDONLY);
	struct job job;

	(void)state;
	job_begin(&job, from, false, MIB);
	assert_int_equal(copy_all(&job.copy, MIB), -EIO);
	assert_true(job.copy.read_failed);
	assert_int_equal(job.copy.failed_at, 0);
	job_end(&job);
	from = sparse_source("source");
	job_begin(&job, from, false, MIB);
	job.copy.to = from = scratch_open("source", O_RDONLY);
	assert_true(copy_all(&job.copy, MIB) < 0);
	assert_false(job.copy.read_failed);
	close(from);
	job_end(&job);
}

static void an_error_inside_the_kernel_is_told_by_reading_again(void **state)
{
	int from = scratch_open("/proc/self/mem", O_RDONLY);
	struct job job;

	(void)state;
	job_begin(&job, from, false, MIB);
	kernel_copy_fails = true;
	int rc = copy_all(&job.copy, MIB);
	kernel_copy_fails = false;
	assert_int_equal(rc, -EIO);
	assert_true(job.copy.read_failed);
	job_end(&job);
}

static void a_large_copy_is_the_same_bytes(void **state)
{
	int from = sparse_source("source");
	struct job job;
	uint64_t differing = 1;

	(void)state;
	job_begin(&job, from, false, 9 * MIB);
	job.copy.trail.large = true;
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	assert_int_equal(copy_compare(&job.copy, 9 * MIB, &differing), 0);
	assert_int_equal(differing, 0);
	check_same(from, job.to, 9 * MIB);
	job_end(&job);
}

/** Kernels tell an error of writing back once: whoever waits for the disk has to take it seriously. */
static void a_large_copy_that_the_disk_does_not_take_has_failed(void **state)
{
	struct job job;

	(void)state;
	job_begin(&job, sparse_source("source"), false, 9 * MIB);
	job.copy.trail.large = true;
	disk_fails = true;
	int rc = copy_all(&job.copy, 9 * MIB);
	if (!rc)
		rc = trail_finish(&job.copy.trail);
	disk_fails = false;
	assert_int_equal(rc, -EIO);
	assert_false(job.copy.read_failed);
	job_end(&job);
}

/** Bytes that this process has read so far: proc_pid_io(5). */
static uint64_t bytes_read(void)
{
	char line[256] = "";
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, line, sizeof(line) - 1) <= 0)
		skip();
	close(fd);
	return strtoull(line + strlen("rchar: "), NULL, 10);
}

/** What a comparison reads is what there is, not all around it. */
static void what_is_a_hole_in_both_is_not_read_to_be_compared(void **state)
{
	struct job job;
	uint64_t differing = 1;

	(void)state;
	job_begin(&job, sparse_source("source"), false, 9 * MIB);
	assert_int_equal(copy_all(&job.copy, 9 * MIB), 0);
	uint64_t before = bytes_read();
	assert_int_equal(copy_compare(&job.copy, 9 * MIB, &differing), 0);
	assert_int_equal(differing, 0);
	/* 64, 128 and 4 KiB of each, in blocks of up to 64 KiB. */
	assert_in_range(bytes_read() - before, 2 * 196 * KIB, 2 * 320 * KIB);
	job_end(&job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(data_and_holes_are_copied_as_such),
		scratch_test(by_hand_it_is_the_same),
		scratch_test(blocks_of_zeros_become_holes_where_holes_cannot_be_seen),
		scratch_test(an_empty_file_and_one_that_is_all_hole_are_copied),
		scratch_test(nothing_behind_the_agreed_size_is_copied),
		scratch_test(what_has_shrunk_meanwhile_is_zeros),
		scratch_test(what_shrinks_before_it_is_compared_becomes_zeros),
		scratch_test(a_faithful_copy_compares_equal),
		scratch_test(a_difference_is_found_and_mended_wherever_it_is),
		scratch_test(data_that_became_zeros_is_a_difference_too),
		scratch_test(data_is_counted_without_holes_below_the_size),
		scratch_test(the_offset_of_a_borrowed_descriptor_is_left_alone),
		scratch_test(a_borrowed_descriptor_is_given_no_advice),
		scratch_test(the_rule_about_borrowed_descriptors_would_be_noticed),
		scratch_test(who_is_asked_to_stop_stops),
		scratch_test(an_error_in_reading_is_told_from_one_in_writing),
		scratch_test(an_error_inside_the_kernel_is_told_by_reading_again),
		scratch_test(a_large_copy_is_the_same_bytes),
		scratch_test(a_large_copy_that_the_disk_does_not_take_has_failed),
		scratch_test(what_is_a_hole_in_both_is_not_read_to_be_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
