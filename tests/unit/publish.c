/* SPDX-License-Identifier: GPL-2.0-or-later */
/** act/publish.h: a new file that nobody sees until it is whole. */
#include "act/publish.h"

#include "scratch.h"

static struct place place_here(const char *name)
{
	struct place place = { .directory = scratch_open(".", O_RDONLY | O_DIRECTORY) };

	snprintf(place.name, sizeof(place.name), "%s", name);
	return place;
}

/** A draft with these bytes; `hidden`: as on a filesystem that does not know O_TMPFILE. */
static struct draft draft_here(const struct place *place, bool hidden, struct text bytes)
{
	struct draft draft = { .directory = -1 };

	if (hidden) {
		draft.directory = dup(place->directory);
		snprintf(draft.hidden, sizeof(draft.hidden), ".procowl-0123456789abcdef");
		draft.fd = openat(place->directory, draft.hidden, O_CREAT | O_EXCL | O_RDWR, 0600);
		assert_true(draft.fd >= 0);
	} else {
		assert_int_equal(publish_draft(place, &draft), 0);
	}
	assert_int_equal(write(draft.fd, bytes.bytes, bytes.len), bytes.len);
	return draft;
}

static void a_draft_is_nobody_elses_business(void **state)
{
	struct place place = place_here("out");
	struct draft draft;
	struct stat stat;

	(void)state;
	assert_int_equal(publish_draft(&place, &draft), 0);
	assert_int_equal(fstat(draft.fd, &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0600);
	assert_true(fcntl(draft.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(scratch_count("."), draft.hidden[0] ? 1 : 0);
	publish_end(&draft);
	assert_int_equal(scratch_count("."), 0);
	publish_end(&draft);
	place_end(&place);
}

static void a_published_draft_is_there_under_its_name_only(void **state)
{
	(void)state;
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("out");
		struct draft draft = draft_here(&place, hidden, LITERAL("owls"));

		assert_int_equal(publish_name(&draft, place.directory, place.name, false), 0);
		publish_end(&draft);
		place_end(&place);
		assert_int_equal(scratch_count("."), 1);
		scratch_check("out", LITERAL("owls"));
		assert_int_equal(unlink("out"), 0);
	}
}

static void a_name_that_is_taken_is_left_alone_and_the_draft_still_one(void **state)
{
	(void)state;
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("out");
		struct draft draft = draft_here(&place, hidden, LITERAL("new"));

		scratch_write("out", LITERAL("old"));
		assert_int_equal(publish_name(&draft, place.directory, place.name, false), -EEXIST);
		scratch_check("out", LITERAL("old"));
		assert_int_equal(publish_name(&draft, place.directory, "out.1", false), 0);
		publish_end(&draft);
		place_end(&place);
		scratch_check("out", LITERAL("old"));
		scratch_check("out.1", LITERAL("new"));
		assert_int_equal(scratch_count("."), 2);
		assert_int_equal(unlink("out") + unlink("out.1"), 0);
	}
}

static void a_dangling_symlink_and_a_directory_are_taken_names_too(void **state)
{
	(void)state;
	assert_int_equal(symlink("nowhere", "link") + mkdir("dir", 0755), 0);
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("link");
		struct draft draft = draft_here(&place, hidden, LITERAL("new"));
		struct stat stat;

		assert_int_equal(publish_name(&draft, place.directory, "link", false), -EEXIST);
		assert_int_equal(publish_name(&draft, place.directory, "dir", false), -EEXIST);
		assert_true(publish_name(&draft, place.directory, "dir", true) < 0);
		publish_end(&draft);
		place_end(&place);
		assert_int_equal(lstat("nowhere", &stat), -1);
		assert_int_equal(scratch_count("."), 2);
	}
}

static void overwriting_takes_the_place_in_one_step(void **state)
{
	(void)state;
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("out");
		struct draft draft = draft_here(&place, hidden, LITERAL("new"));
		int old;

		scratch_write("out", LITERAL("old"));
		old = scratch_open("out", O_RDONLY);
		assert_int_equal(publish_name(&draft, place.directory, place.name, true), 0);
		publish_end(&draft);
		place_end(&place);
		scratch_check("out", LITERAL("new"));
		/* Not by writing into it. */
		char bytes[4];
		assert_int_equal(read(old, bytes, sizeof(bytes)), 3);
		assert_memory_equal(bytes, "old", 3);
		close(old);
		assert_int_equal(scratch_count("."), 1);
		assert_int_equal(unlink("out"), 0);
	}
}

static void overwriting_what_is_not_there_makes_it(void **state)
{
	(void)state;
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("out");
		struct draft draft = draft_here(&place, hidden, LITERAL("new"));

		assert_int_equal(publish_name(&draft, place.directory, place.name, true), 0);
		publish_end(&draft);
		place_end(&place);
		assert_int_equal(scratch_count("."), 1);
		scratch_check("out", LITERAL("new"));
		assert_int_equal(unlink("out"), 0);
	}
}

static void what_was_not_published_leaves_nothing(void **state)
{
	(void)state;
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("out");
		struct draft draft = draft_here(&place, hidden, LITERAL("new"));

		publish_end(&draft);
		place_end(&place);
		assert_int_equal(scratch_count("."), 0);
	}
}

static void a_draft_may_be_published_in_another_directory(void **state)
{
	(void)state;
	assert_int_equal(mkdir("dir", 0755), 0);
	int dir = scratch_open("dir", O_RDONLY | O_DIRECTORY);
	for (int hidden = 0; hidden < 2; hidden++) {
		struct place place = place_here("out");
		struct draft draft = draft_here(&place, hidden, LITERAL("new"));

		assert_int_equal(publish_name(&draft, dir, "out", true), 0);
		publish_end(&draft);
		place_end(&place);
		assert_int_equal(scratch_count("."), 1);
		assert_int_equal(scratch_count("dir"), 1);
		scratch_check("dir/out", LITERAL("new"));
	}
	close(dir);
}

static void a_linked_file_is_the_same_under_one_name_more(void **state)
{
	struct place place = place_here("out");
	struct stat stat;

	(void)state;
	scratch_write("other", LITERAL("owls"));
	int fd = scratch_open("other", O_RDONLY);
	assert_int_equal(publish_link(fd, &place, false), 0);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(stat.st_nlink, 2);
	scratch_check("out", LITERAL("owls"));
	assert_int_equal(publish_link(fd, &place, false), -EEXIST);
	close(fd);
	place_end(&place);
}

static void linking_over_another_file_takes_its_name(void **state)
{
	struct place place = place_here("out");
	struct stat stat;

	(void)state;
	scratch_write("other", LITERAL("owls"));
	scratch_write("out", LITERAL("old"));
	int fd = scratch_open("other", O_RDONLY);
	assert_int_equal(publish_link(fd, &place, false), -EEXIST);
	scratch_check("out", LITERAL("old"));
	assert_int_equal(publish_link(fd, &place, true), 0);
	scratch_check("out", LITERAL("owls"));
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(stat.st_nlink, 2);
	assert_int_equal(scratch_count("."), 2);
	close(fd);
	place_end(&place);
}

/** rename(2) does nothing when both are names of one file, and leaves both. */
static void linking_over_itself_leaves_no_further_name(void **state)
{
	struct place place = place_here("out");
	struct stat stat;

	(void)state;
	scratch_write("other", LITERAL("owls"));
	assert_int_equal(link("other", "out"), 0);
	int fd = scratch_open("other", O_RDONLY);
	assert_int_equal(publish_link(fd, &place, true), 0);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(stat.st_nlink, 2);
	assert_int_equal(scratch_count("."), 2);
	close(fd);
	place_end(&place);
}

static void a_file_without_a_name_cannot_be_linked(void **state)
{
	struct place place = place_here("out");

	(void)state;
	scratch_write("other", LITERAL("owls"));
	int fd = scratch_open("other", O_RDONLY);
	assert_int_equal(unlink("other"), 0);
	assert_int_equal(publish_link(fd, &place, false), -ENOENT);
	assert_int_equal(publish_link(fd, &place, true), -ENOENT);
	assert_int_equal(scratch_count("."), 0);
	close(fd);
	place_end(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_draft_is_nobody_elses_business),
		scratch_test(a_published_draft_is_there_under_its_name_only),
		scratch_test(a_name_that_is_taken_is_left_alone_and_the_draft_still_one),
		scratch_test(a_dangling_symlink_and_a_directory_are_taken_names_too),
		scratch_test(overwriting_takes_the_place_in_one_step),
		scratch_test(overwriting_what_is_not_there_makes_it),
		scratch_test(what_was_not_published_leaves_nothing),
		scratch_test(a_draft_may_be_published_in_another_directory),
		scratch_test(a_linked_file_is_the_same_under_one_name_more),
		scratch_test(linking_over_another_file_takes_its_name),
		scratch_test(linking_over_itself_leaves_no_further_name),
		scratch_test(a_file_without_a_name_cannot_be_linked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
