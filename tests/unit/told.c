/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/told.h: what the kernel told of a table, and what of it is left to /proc. */
#include "scan/told.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "check.h"

enum { REGULAR = WIRE_PLAIN | WIRE_READABLE | WIRE_WRITABLE };

static const struct look files = {
	.filter = LOOK_ALL,
	.needs = LOOK_NAMED_IDENTITY | LOOK_STATE | LOOK_DETAILS | LOOK_ACCESS,
};

static struct told a_file(const char *link)
{
	return (struct told){
		.is = { .tid = 7,
			.fd = 3,
			.is = REGULAR,
			.flags = 2,
			.mode = S_IFREG | 0640,
			.nlink = 1,
			.dev = 254 << 20 | 3,
			.mnt_id = 29,
			.len = strlen(link),
			.ino = 131842,
			.size = 4096,
			.pos = 100 },
		.link = text_of(link),
	};
}

/** One record behind the others; returns how long all of them are. */
static size_t put(char *bytes, size_t at, const struct told *told)
{
	memcpy(bytes + at, &told->is, sizeof(told->is));
	memcpy(bytes + at + sizeof(told->is), told->link.bytes, told->link.len);
	return at + sizeof(told->is) + told->link.len;
}

static void records_are_taken_one_by_one(void **state)
{
	struct told first = a_file("/a"), second = a_file("pipe:[1]"), told;
	char bytes[512];
	size_t len = put(bytes, put(bytes, 0, &first), &second);
	struct text records = { bytes, len };

	(void)state;
	assert_true(told_next(&records, &told));
	assert_true(text_is(told.link, "/a"));
	assert_int_equal(told.is.ino, 131842);
	assert_true(told_next(&records, &told));
	assert_true(text_is(told.link, "pipe:[1]"));
	assert_false(told_next(&records, &told));
	assert_int_equal(records.len, 0);
}

static void what_is_cut_or_of_another_process_is_not_sound(void **state)
{
	struct told first = a_file("/a"), other = a_file("/b");
	char bytes[512];
	size_t one = put(bytes, 0, &first), two;

	(void)state;
	other.is.tid = 8;
	two = put(bytes, one, &other);
	assert_true(told_is_sound((struct text){ bytes, one }, 7));
	assert_true(told_is_sound((struct text){ bytes, 0 }, 7));
	assert_false(told_is_sound((struct text){ bytes, one }, 8));
	assert_false(told_is_sound((struct text){ bytes, two }, 7));
	for (size_t len = 1; len < one; len++)
		assert_false(told_is_sound((struct text){ bytes, len }, 7));
}

static void a_plain_file_is_told_whole(void **state)
{
	struct told told = a_file("/a");
	struct open_file file;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_true(told_suffices(&files, &told));
	told_take(&files, &told, &arena, &file);
	assert_int_equal(file.handle.fd, 3);
	assert_int_equal(file.handle.use, USE_FD);
	assert_int_equal(file.inode_rc, 0);
	assert_int_equal(file.inode.dev, makedev(254, 3));
	assert_int_equal(file.inode.ino, 131842);
	assert_int_equal(file.inode.size, 4096);
	assert_int_equal(file.inode.mnt_id, 29);
	assert_true(file.pos_known && file.pos == 100);
	assert_true(file.access_known && file.readable && file.writable);
	arena_end(&arena);
}

static void what_was_not_asked_is_not_told(void **state)
{
	const struct look names = { .filter = LOOK_ALL };
	struct told told = a_file("/a");
	struct open_file file;

	(void)state;
	told.is.is &= ~(unsigned int)WIRE_PLAIN; /* nobody asks which inode it is */
	assert_true(told_suffices(&names, &told));
	told_take(&names, &told, NULL, &file);
	assert_int_equal(file.inode_rc, -ENODATA);
	assert_false(file.access_known || file.flags_known || file.pos_known);
}

static void what_it_takes_on_disk_is_left_to_statx(void **state)
{
	const struct look disk = { .filter = LOOK_ALL, .needs = LOOK_IDENTITY | LOOK_DISK };
	const struct look names = { .filter = LOOK_ALL, .needs = LOOK_DISK };
	struct told told = a_file("/a");

	(void)state;
	assert_true(told_suffices(&disk, &told) && told_wants_disk(&disk, &told));
	assert_false(told_wants_disk(&files, &told));
	assert_false(told_wants_disk(&names, &told));
}

/** Of all these the structs say less than /proc. */
static void what_is_more_than_it_seems_is_left_to_proc(void **state)
{
	struct told told = a_file("/a (deleted)");

	(void)state;
	assert_false(told_suffices(&files, &told));
	told = a_file("");
	assert_false(told_suffices(&files, &told));
	told = a_file("anon_inode:[io_uring]");
	assert_false(told_suffices(&files, &told));
	told = a_file("/a");
	told.is.nlink = 0;
	assert_false(told_suffices(&files, &told));
	told = a_file("/a");
	told.is.is |= WIRE_LOCKED;
	assert_false(told_suffices(&files, &told));
	told = a_file("/a");
	told.is.is &= ~(unsigned int)WIRE_PLAIN;
	assert_false(told_suffices(&files, &told));
	told = a_file("/a");
	told.is.dev = 35; /* of no device, and as long as a message queue */
	told.is.size = 80;
	assert_false(told_suffices(&files, &told));
}

static void what_speaks_for_itself_is_left_to_proc_if_that_is_asked(void **state)
{
	const struct look names = { .filter = LOOK_ALL, .needs = LOOK_ACCESS };
	struct told told = a_file("anon_inode:inotify");

	(void)state;
	told.is.mode = 0600;
	assert_true(told_suffices(&files, &told));
	told.is.is |= WIRE_SPEAKS;
	assert_false(told_suffices(&files, &told));
	assert_true(told_suffices(&names, &told));
}

static void an_eventfd_has_what_its_fdinfo_says(void **state)
{
	struct told told = a_file("anon_inode:[eventfd]");
	struct open_file file;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	told.is.is |= WIRE_SPEAKS | WIRE_EVENTFD;
	told.is.event_count = 0xfe;
	told.is.event_id = 12;
	assert_true(told_suffices(&files, &told));
	told_take(&files, &told, &arena, &file);
	assert_true(text_is(file.fdinfo, "eventfd-count:               fe\neventfd-id: 12\n"));
	arena_end(&arena);
}

static void of_what_has_no_name_only_carriers_are_asked_if_names_are_wanted(void **state)
{
	const struct look named = { .filter = LOOK_ALL, .needs = LOOK_NAMED };
	struct told told = a_file("socket:[5]");

	(void)state;
	assert_true(told_is_asked(&files, &told));
	assert_false(told_is_asked(&named, &told));
	told.is.is |= WIRE_CARRIES;
	assert_true(told_is_asked(&named, &told));
	assert_false(told_suffices(&named, &told));
	told = a_file("/a");
	assert_true(told_is_asked(&named, &told));
	told = a_file("");
	assert_true(told_is_asked(&named, &told));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_taken_one_by_one),
		cmocka_unit_test(what_is_cut_or_of_another_process_is_not_sound),
		cmocka_unit_test(a_plain_file_is_told_whole),
		cmocka_unit_test(what_was_not_asked_is_not_told),
		cmocka_unit_test(what_it_takes_on_disk_is_left_to_statx),
		cmocka_unit_test(what_is_more_than_it_seems_is_left_to_proc),
		cmocka_unit_test(what_speaks_for_itself_is_left_to_proc_if_that_is_asked),
		cmocka_unit_test(an_eventfd_has_what_its_fdinfo_says),
		cmocka_unit_test(of_what_has_no_name_only_carriers_are_asked_if_names_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
