/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/mountinfo.h: /proc/PID/mountinfo, and its octal escapes. */
#include "kernel/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "check.h"
#include "kernel/inode.h"
#include "kernel/procfile.h"

static int arena_setup(void **state)
{
	static struct arena arena;

	arena_init(&arena);
	*state = &arena;
	return 0;
}

static int arena_teardown(void **state)
{
	arena_end(*state);
	return 0;
}

#define arena_test(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

static struct mountinfo parse(struct arena *arena, const char *line)
{
	struct mountinfo info;

	if (mountinfo_parse(text_of(line), arena, &info))
		fail_msg("'%s' was refused", line);
	return info;
}

static void every_field_is_read(void **state)
{
	struct mountinfo info = parse(*state,
				      "27 1 254:0 /sub /mnt rw,noatime shared:1 - ext4 /dev/vda "
				      "rw,discard,resuid=65534");

	assert_int_equal(info.id, 27);
	assert_int_equal(info.parent, 1);
	assert_true(info.dev == makedev(254, 0));
	check_string(info.root, "/sub");
	check_string(info.point, "/mnt");
	check_string(info.options, "rw,noatime");
	check_string(info.type, "ext4");
	check_string(info.source, "/dev/vda");
	check_string(info.super_options, "rw,discard,resuid=65534");
}

static void there_may_be_none_or_many_optional_fields(void **state)
{
	static const char *const fields[] = { "", "shared:1 ", "master:7 ",
					      "shared:1 master:7 propagate_from:3 unbindable " };

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		char line[200];

		snprintf(line, sizeof(line), "22 27 0:21 / /proc rw,relatime %s- proc proc rw",
			 fields[i]);
		struct mountinfo info = parse(*state, line);
		check_string(info.options, "rw,relatime");
		check_string(info.type, "proc");
		check_string(info.source, "proc");
		check_string(info.super_options, "rw");
	}
}

static void octal_escapes_are_turned_back_in_names(void **state)
{
	struct mountinfo info = parse(*state,
				      "40 27 0:40 /a\\134b /mnt/owls\\040at\\011night\\012x rw - "
				      "fuse.ssh\\043fs host\\040name:/dir rw");

	check_string(info.root, "/a\\b");
	check_string(info.point, "/mnt/owls at\tnight\nx");
	check_string(info.type, "fuse.ssh#fs");
	check_string(info.source, "host name:/dir");
}

static void a_point_that_is_called_like_the_separator_is_a_point(void **state)
{
	struct mountinfo info = parse(*state, "40 27 0:40 - - rw - tmpfs - rw");

	check_string(info.root, "-");
	check_string(info.point, "-");
	check_string(info.type, "tmpfs");
	check_string(info.source, "-");
}

static void the_options_of_the_filesystem_stay_escaped(void **state)
{
	struct mountinfo info = parse(
		*state,
		"99 27 0:55 / /merged rw,relatime - overlay overlay "
		"rw,lowerdir=/l\\0401:/l2,upperdir=/up\\054per,workdir=/w\\134ork,redirect_dir=on");

	check_string(info.type, "overlay");
	check_string(info.super_options,
		     "rw,lowerdir=/l\\0401:/l2,upperdir=/up\\054per,workdir=/w\\134ork,"
		     "redirect_dir=on");
}

static void a_source_may_be_empty_and_options_be_none(void **state)
{
	struct mountinfo info = parse(*state, "40 27 0:40 / /mnt rw - tmpfs  rw,size=4k");

	check_string(info.source, "");
	check_string(info.super_options, "rw,size=4k");
	check_string(parse(*state, "40 27 0:40 / /mnt rw - tmpfs none").super_options, "");
	check_string(parse(*state, "40 27 0:40 / /mnt rw - tmpfs none ").super_options, "");
}

static void a_line_that_was_cut_off_is_refused(void **state)
{
	static const char whole[] = "27 1 254:0 / / rw shared:1 - ext4 x";
	struct mountinfo info = { .id = 42 };

	for (size_t len = 0; len < sizeof(whole) - 2; len++)
		assert_int_equal(mountinfo_parse((struct text){ whole, len }, *state, &info),
				 -EINVAL);
	assert_int_equal(info.id, 42);
	assert_int_equal(mountinfo_parse(text_of(whole), *state, &info), 0);
}

static void what_is_no_mount_is_refused(void **state)
{
	static const char *const lines[] = {
		"x 1 254:0 / / rw - ext4 /dev/vda rw",
		"27 x 254:0 / / rw - ext4 /dev/vda rw",
		"27 1 254 / / rw - ext4 /dev/vda rw",
		"27 1 254: / / rw - ext4 /dev/vda rw",
		"27 1 :0 / / rw - ext4 /dev/vda rw",
		"27 1 254:0:0 / / rw - ext4 /dev/vda rw",
		"27 1 254:0 / / rw shared:1 ext4 /dev/vda rw",
		"-27 1 254:0 / / rw - ext4 /dev/vda rw",
	};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct mountinfo info;

		if (mountinfo_parse(text_of(lines[i]), *state, &info) != -EINVAL)
			fail_msg("'%s' was read", lines[i]);
	}
}

static void only_whole_octal_escapes_of_a_byte_are_escapes(void **state)
{
	static const struct {
		struct text escaped, wanted;
	} cases[] = {
		{ LITERAL(""), LITERAL("") },
		{ LITERAL("\\040"), LITERAL(" ") },
		{ LITERAL("a\\040"), LITERAL("a ") },
		{ LITERAL("\\040\\040"), LITERAL("  ") },
		{ LITERAL("\\134040"), LITERAL("\\040") },
		{ LITERAL("\\377"), LITERAL("\xff") },
		{ LITERAL("\\000"), LITERAL("\0") },
		{ LITERAL("\\400"), LITERAL("\\400") },
		{ LITERAL("\\777"), LITERAL("\\777") },
		{ LITERAL("\\08x"), LITERAL("\\08x") },
		{ LITERAL("\\04"), LITERAL("\\04") },
		{ LITERAL("\\0"), LITERAL("\\0") },
		{ LITERAL("\\"), LITERAL("\\") },
		{ LITERAL("\\\\040"), LITERAL("\\ ") },
		{ LITERAL("\\x20"), LITERAL("\\x20") },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text text = mountinfo_unescape(*state, cases[i].escaped);

		check_text(text, cases[i].wanted);
		assert_int_equal(text.bytes[text.len], 0);
	}
}

static void the_real_file_is_read_and_holds_what_we_stand_on(void **state)
{
	struct text text, line;
	struct inode inode;
	bool found = false;

	assert_int_equal(inode_look(AT_FDCWD, "/", &inode), 0);
	if (!inode.mnt_id)
		skip_because("statx(2) does not say the mount before Linux 5.8");
	assert_int_equal(procfile_load(AT_FDCWD, "/proc/self/mountinfo", 64 << 20, *state, &text),
			 0);
	while (text_next(&text, '\n', &line)) {
		struct mountinfo info;

		assert_int_equal(mountinfo_parse(line, *state, &info), 0);
		if (info.id != inode.mnt_id)
			continue;
		check_string(info.point, "/");
		found = true;
	}
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(every_field_is_read),
		arena_test(there_may_be_none_or_many_optional_fields),
		arena_test(octal_escapes_are_turned_back_in_names),
		arena_test(a_point_that_is_called_like_the_separator_is_a_point),
		arena_test(the_options_of_the_filesystem_stay_escaped),
		arena_test(a_source_may_be_empty_and_options_be_none),
		arena_test(a_line_that_was_cut_off_is_refused),
		arena_test(what_is_no_mount_is_refused),
		arena_test(only_whole_octal_escapes_of_a_byte_are_escapes),
		arena_test(the_real_file_is_read_and_holds_what_we_stand_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
