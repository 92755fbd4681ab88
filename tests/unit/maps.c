/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/maps.h: /proc/PID/maps, line by line. */
#include "kernel/maps.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "check.h"
#include "kernel/procfile.h"

static struct mapping parse(const char *line)
{
	struct text text = text_of(line);
	struct mapping mapping;

	assert_true(maps_next(&text, &mapping));
	assert_int_equal(text.len, 0);
	return mapping;
}

static void a_mapped_file_has_addresses_offset_device_inode_and_name(void **state)
{
	struct mapping mapping =
		parse("7f3c5a228000-7f3c5a3f0000 r-xp 00028000 fe:00 131842                     "
		      "/usr/lib/x86_64-linux-gnu/libc.so.6\n");

	(void)state;
	assert_true(mapping.start == 0x7f3c5a228000);
	assert_true(mapping.end == 0x7f3c5a3f0000);
	assert_int_equal(mapping.offset, 0x28000);
	assert_true(mapping.dev == makedev(0xfe, 0));
	assert_int_equal(mapping.ino, 131842);
	assert_false(mapping.writable);
	assert_false(mapping.shared);
	check_string(mapping.name, "/usr/lib/x86_64-linux-gnu/libc.so.6");
}

static void the_permissions_tell_writable_executable_and_shared(void **state)
{
	(void)state;
	assert_true(parse("1000-2000 rw-s 0 08:01 5 /x\n").writable);
	assert_true(parse("1000-2000 rw-s 0 08:01 5 /x\n").shared);
	assert_true(parse("1000-2000 rw-p 0 08:01 5 /x\n").writable);
	assert_false(parse("1000-2000 rw-p 0 08:01 5 /x\n").shared);
	assert_false(parse("1000-2000 r--s 0 08:01 5 /x\n").writable);
	assert_false(parse("1000-2000 ---p 0 08:01 5 /x\n").writable);
	assert_true(parse("1000-2000 r-xp 0 08:01 5 /x\n").executable);
	assert_false(parse("1000-2000 rw-p 0 08:01 5 /x\n").executable);
}

static void what_has_no_file_has_inode_0(void **state)
{
	(void)state;
	assert_int_equal(parse("7ffd3d8e2000-7ffd3d903000 rw-p 00000000 00:00 0 \n").ino, 0);
	check_string(parse("7ffd3d8e2000-7ffd3d903000 rw-p 00000000 00:00 0 \n").name, "");
	check_string(parse("1000-2000 rw-p 00000000 00:00 0                          [heap]\n")
			     .name,
		     "[heap]");
	check_string(parse("1000-2000 rw-p 00000000 00:00 0").name, "");
	assert_true(parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                "
			  "  [vsyscall]\n")
			    .start == 0xffffffffff600000);
}

static void a_name_runs_to_the_end_of_its_line(void **state)
{
	(void)state;
	check_string(parse("1000-2000 r--p 0 08:01 5    /tmp/owls at night (deleted)\n").name,
		     "/tmp/owls at night (deleted)");
	check_string(parse("1000-2000 r--p 0 08:01 5    /tmp/a  b \n").name, "/tmp/a  b ");
	check_string(parse("1000-2000 r--p 0 08:01 5    /tmp/a\\012b\n").name, "/tmp/a\\012b");
	check_string(parse("1000-2000 r--p 0 08:01 5    /tmp/\xff\x1b[2J\n").name,
		     "/tmp/\xff\x1b[2J");
	check_string(parse("1000-2000 r--p 0 08:01 5    /memfd:x y (deleted)\n").name,
		     "/memfd:x y (deleted)");
	check_string(parse("1000-2000 r--p 0 08:01 5 (unreachable)/x").name, "(unreachable)/x");
}

static void large_numbers_are_kept(void **state)
{
	struct mapping mapping = parse("7f0000000000-7f0000001000 rw-s ffffffffff000 103:00001 "
				       "18446744073709551615 /x\n");

	(void)state;
	assert_true(mapping.offset == 0xffffffffff000);
	assert_true(mapping.dev == makedev(0x103, 1));
	assert_true(mapping.ino == UINT64_MAX);
}

static void lines_come_one_after_the_other(void **state)
{
	struct text text = LITERAL("1000-2000 r--p 0 08:01 5 /a\n"
				   "2000-3000 rw-s 0 08:01 6 /b\n"
				   "3000-4000 rw-s 0 08:01 7 /c");
	struct mapping mapping;
	uint64_t ino = 5;

	(void)state;
	while (maps_next(&text, &mapping))
		assert_int_equal(mapping.ino, ino++);
	assert_int_equal(ino, 8);
	assert_false(maps_next(&text, &mapping));
}

static void a_line_that_makes_no_sense_is_skipped(void **state)
{
	static const char *const lines[] = {
		"",
		"x",
		"1000",
		"1000-2000",
		"1000-2000 r--p",
		"1000-2000 r--p 0 08:01",
		"1000-2000 r--p 0 08 5 /x",
		"1000-2000 r-- 0 08:01 5 /x",
		"1000-2000 r--p z 08:01 5 /x",
		"g000-2000 r--p 0 08:01 5 /x",
		"1000-2000 r--p 0 08:01 five /x",
		"-1000-2000 r--p 0 08:01 5 /x",
		"1000 2000 r--p 0 08:01 5 /x",
		"10000000000000000-2 r--p 0 08:01 5 /x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char both[200];
		struct mapping mapping;

		snprintf(both, sizeof(both), "%s\n1000-2000 r--p 0 08:01 9 /good\n", lines[i]);
		struct text text = text_of(both);
		assert_true(maps_next(&text, &mapping));
		assert_int_equal(mapping.ino, 9);
		assert_false(maps_next(&text, &mapping));
	}
}

/** Our own mapping at `address`, from a real maps; the texts are in the arena. */
static struct mapping find(struct arena *arena, const void *address)
{
	struct mapping mapping = { 0 };
	struct text text;

	assert_int_equal(procfile_load(AT_FDCWD, "/proc/self/maps", 64 << 20, arena, &text), 0);
	while (maps_next(&text, &mapping)) {
		if (mapping.start == (uintptr_t)address)
			return mapping;
	}
	fail();
	return mapping;
}

static void a_real_mapping_of_a_file_with_a_newline_is_found(void **state)
{
	char name[] = "/tmp/procowl unit\nXXXXXX";
	int fd = mkstemp(name);
	struct arena arena;
	struct stat stat;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(unlink(name) + ftruncate(fd, 4096) + fstat(fd, &stat), 0);
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(memory != MAP_FAILED);
	arena_init(&arena);
	struct mapping mapping = find(&arena, memory);
	assert_int_equal(mapping.ino, stat.st_ino);
	assert_true(mapping.writable);
	assert_true(mapping.shared);
	assert_int_equal(mapping.end - mapping.start, 4096);
	assert_true(text_starts(mapping.name, "/tmp/procowl unit\\012"));
	assert_true(text_ends(mapping.name, " (deleted)"));
	arena_end(&arena);
	munmap(memory, 4096);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapped_file_has_addresses_offset_device_inode_and_name),
		cmocka_unit_test(the_permissions_tell_writable_executable_and_shared),
		cmocka_unit_test(what_has_no_file_has_inode_0),
		cmocka_unit_test(a_name_runs_to_the_end_of_its_line),
		cmocka_unit_test(large_numbers_are_kept),
		cmocka_unit_test(lines_come_one_after_the_other),
		cmocka_unit_test(a_line_that_makes_no_sense_is_skipped),
		cmocka_unit_test(a_real_mapping_of_a_file_with_a_newline_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
