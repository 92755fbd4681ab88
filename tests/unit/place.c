/* SPDX-License-Identifier: GPL-2.0-or-later */
/** act/place.h and room.h: where a recovered file goes, and whether it fits there. */
#include "act/place.h"

#include "act/room.h"
#include "scratch.h"

/** A deleted file of ours, as if it had been found among our own descriptors. */
struct lost {
	struct source source;
	struct arena arena;
	struct holder holder;
	struct site site;
	struct deleted_file file;
	struct held held;
	char path[PATH_MAX * 2];
};

/** A file made at `real` (below where we stand) that was opened, and deleted, as `called`. */
static void lost_begin(struct lost *lost, const struct scratch *scratch, const char *real,
		       const char *called)
{
	struct error err;

	memset(lost, 0, sizeof(*lost));
	arena_init(&lost->arena);
	assert_int_equal(source_procfs(NULL, &lost->source, &err), 0);
	scratch_write(real, LITERAL("owls"));
	int fd = scratch_open(real, O_RDONLY);
	assert_int_equal(unlink(real), 0);
	snprintf(lost->path, sizeof(lost->path), "%s%s%s", *called == '/' ? "" : scratch->path,
		 *called == '/' ? "" : "/", called);
	lost->holder.handle =
		(struct handle){ .pid = (unsigned int)getpid(), .fd = (unsigned int)fd };
	lost->file = (struct deleted_file){ .class = CLASS_GONE,
					    .holders = &lost->holder,
					    .holder_count = 1,
					    .path = lost->path,
					    .site = &lost->site };
	lost->site.mounted.own = true;
	lost->held = (struct held){
		.file = &lost->file, .holder = &lost->holder, .hold = fd, .read = -1
	};
}

static void lost_end(struct lost *lost)
{
	held_end(&lost->held);
	source_close(&lost->source);
	arena_end(&lost->arena);
}

static int original(struct lost *lost, struct place *ret)
{
	return place_original(&lost->source, &lost->held, &lost->arena, ret);
}

static void the_original_place_is_the_directory_it_was_in(void **state)
{
	struct lost lost;
	struct place place;
	struct inode there, wanted;

	assert_int_equal(mkdir("dir", 0755), 0);
	lost_begin(&lost, *state, "dir/a\nb", "dir/a\nb");
	assert_int_equal(original(&lost, &place), 0);
	assert_true(place.original);
	assert_false(place.elsewhere);
	assert_string_equal(place.name, "a\nb");
	check_string(place.shown, lost.path);
	assert_int_equal(inode_of(place.directory, &there), 0);
	assert_int_equal(inode_look(AT_FDCWD, "dir", &wanted), 0);
	assert_true(inode_same(&there, &wanted));
	assert_int_equal(place_look(&place, &there), -ENOENT);
	place_end(&place);
	assert_int_equal(place.directory, -1);
	place_end(&place);
	lost_end(&lost);
}

static void what_has_the_name_now_is_seen(void **state)
{
	struct lost lost;
	struct place place;
	struct inode there;

	lost_begin(&lost, *state, "f", "f");
	assert_int_equal(symlink("nowhere", "f"), 0);
	assert_int_equal(original(&lost, &place), 0);
	assert_int_equal(place_look(&place, &there), 0);
	assert_true(S_ISLNK(there.mode));
	place_end(&place);
	lost_end(&lost);
}

static void a_directory_that_is_gone_too_is_no_place(void **state)
{
	struct lost lost;
	struct place place;

	lost_begin(&lost, *state, "f", "gone/f");
	assert_int_equal(original(&lost, &place), -PLACE_NO_PARENT);
	assert_int_equal(place.directory, -1);
	lost_end(&lost);
	scratch_write("file", LITERAL(""));
	lost_begin(&lost, *state, "f", "file/f");
	assert_int_equal(original(&lost, &place), -PLACE_NO_PARENT);
	lost_end(&lost);
}

static void a_symlink_on_the_way_proves_nothing(void **state)
{
	struct lost lost;
	struct place place;

	assert_int_equal(mkdir("dir", 0755) + mkdir("dir/sub", 0755) + symlink("dir", "link"), 0);
	lost_begin(&lost, *state, "dir/f", "link/f");
	assert_int_equal(original(&lost, &place), -PLACE_UNPROVED);
	lost_end(&lost);
	lost_begin(&lost, *state, "dir/sub/f", "link/sub/f");
	assert_int_equal(original(&lost, &place), -PLACE_UNPROVED);
	lost_end(&lost);
}

static void a_directory_on_another_mount_is_not_its_place(void **state)
{
	struct lost lost;
	struct place place;

	lost_begin(&lost, *state, "f", "/proc/f");
	assert_int_equal(original(&lost, &place), -PLACE_UNPROVED);
	assert_int_equal(place.directory, -1);
	lost_end(&lost);
}

static void what_never_had_a_name_has_no_place(void **state)
{
	struct lost lost;
	struct place place;

	lost_begin(&lost, *state, "f", "f");
	lost.file.class = CLASS_TMPFILE;
	assert_int_equal(original(&lost, &place), -PLACE_NO_NAME);
	lost.file.class = CLASS_MEMORY;
	assert_int_equal(original(&lost, &place), -PLACE_NO_NAME);
	lost.file.class = CLASS_GONE;
	static const char *const paths[] = { "", "f", "(unreachable)/f", "/", "/x/..", "/x/." };
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		lost.file.path = paths[i];
		assert_int_equal(original(&lost, &place), -PLACE_NO_NAME);
	}
	lost_end(&lost);
}

static void a_file_is_a_name_in_the_directory_before_it(void **state)
{
	struct arena arena;
	struct place place;
	struct inode there, wanted;

	(void)state;
	arena_init(&arena);
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_int_equal(place_file("dir/out", &arena, &place), 0);
	assert_string_equal(place.name, "out");
	check_string(place.shown, "dir/out");
	assert_int_equal(inode_of(place.directory, &there) + inode_look(AT_FDCWD, "dir", &wanted),
			 0);
	assert_true(inode_same(&there, &wanted));
	place_end(&place);
	assert_int_equal(place_file("out", &arena, &place), 0);
	assert_int_equal(inode_of(place.directory, &there) + inode_look(AT_FDCWD, ".", &wanted), 0);
	assert_true(inode_same(&there, &wanted));
	place_end(&place);
	arena_end(&arena);
}

static void a_directory_is_no_file(void **state)
{
	struct arena arena;
	struct place place;

	(void)state;
	arena_init(&arena);
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_int_equal(place_file("dir", &arena, &place), -EISDIR);
	assert_int_equal(place_file("dir/", &arena, &place), -EISDIR);
	assert_int_equal(place_file("new/", &arena, &place), -EISDIR);
	assert_int_equal(place_file("/", &arena, &place), -EISDIR);
	assert_int_equal(place_file("..", &arena, &place), -EISDIR);
	assert_int_equal(place_file("gone/out", &arena, &place), -ENOENT);
	assert_int_equal(place_file("", &arena, &place), -EINVAL);
	arena_end(&arena);
}

/** Below "dir": where `relative` goes, what is shown. */
static int below(struct arena *arena, const char *directory, const char *relative,
		 struct place *ret)
{
	int rc = place_below(directory, text_of(relative), arena, ret);

	return rc ? rc : place_make(ret, arena);
}

static void below_a_directory_parents_are_made_when_they_are_needed(void **state)
{
	struct arena arena;
	struct place place;
	struct inode there, wanted;
	struct stat stat;

	(void)state;
	arena_init(&arena);
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_int_equal(place_below("dir/", text_of("/var//log/app.log"), &arena, &place), 0);
	check_string(place.shown, "dir/var//log/app.log");
	assert_string_equal(place.name, "app.log");
	assert_int_equal(place_look(&place, &there), -ENOENT);
	/* Asking makes nothing. */
	assert_int_equal(lstat("dir/var", &stat), -1);
	assert_int_equal(place_make(&place, &arena), 0);
	assert_int_equal(inode_of(place.directory, &there), 0);
	assert_int_equal(inode_look(AT_FDCWD, "dir/var/log", &wanted), 0);
	assert_true(inode_same(&there, &wanted));
	place_end(&place);
	/* Once more, now that they are there. */
	scratch_write("dir/var/log/app.log", LITERAL(""));
	assert_int_equal(place_below("dir", text_of("var/log/app.log"), &arena, &place), 0);
	assert_int_equal(place_look(&place, &there), 0);
	place_end(&place);
	arena_end(&arena);
}

static void below_the_root_there_is_one_slash(void **state)
{
	struct arena arena;
	struct place place;

	(void)state;
	arena_init(&arena);
	assert_int_equal(place_below("/", text_of("f"), &arena, &place), 0);
	check_string(place.shown, "/f");
	place_end(&place);
	assert_int_equal(place_below("//", text_of("f"), &arena, &place), 0);
	check_string(place.shown, "/f");
	place_end(&place);
	arena_end(&arena);
}

static void nothing_leads_out_of_the_directory(void **state)
{
	static const char *const paths[] = { "../f", "a/../../f", "a/..", "..",   ".",
					     "",     "a/",        "./f",  "a/./f" };
	struct arena arena;
	struct place place;
	struct stat stat;

	(void)state;
	arena_init(&arena);
	assert_int_equal(mkdir("dir", 0755) + mkdir("outside", 0755), 0);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		if (below(&arena, "dir", paths[i], &place) != -EINVAL)
			fail_msg("'%s' was accepted", paths[i]);
		place_end(&place);
	}
	assert_int_equal(symlink("../outside", "dir/link"), 0);
	int rc = below(&arena, "dir", "link/f", &place);
	assert_true(rc == -ENOTDIR || rc == -ELOOP);
	place_end(&place);
	rc = below(&arena, "dir", "link/sub/f", &place);
	assert_true(rc == -ENOTDIR || rc == -ELOOP);
	place_end(&place);
	assert_int_equal(lstat("outside/sub", &stat), -1);
	assert_int_equal(below(&arena, "gone", "f", &place), -ENOENT);
	place_end(&place);
	arena_end(&arena);
}

static void a_name_that_is_too_long_is_refused(void **state)
{
	char name[NAME_MAX + 2] = "";
	struct arena arena;
	struct place place;

	(void)state;
	arena_init(&arena);
	memset(name, 'x', NAME_MAX + 1);
	assert_int_equal(place_below(".", text_of(name), &arena, &place), -ENAMETOOLONG);
	place_end(&place);
	assert_int_equal(place_file(name, &arena, &place), -ENAMETOOLONG);
	place_end(&place);
	name[NAME_MAX] = 0;
	assert_int_equal(place_below(".", text_of(name), &arena, &place), 0);
	place_end(&place);
	arena_end(&arena);
}

static void every_file_has_some_name_to_go_by(void **state)
{
	static const struct {
		enum deleted_class class;
		const char *path, *name;
	} cases[] = {
		{ CLASS_GONE, "/var/log/app.log", "app.log" },
		{ CLASS_GONE, "/memfd:x", "memfd:x" },
		{ CLASS_MEMORY, "/memfd:owl", "owl" },
		{ CLASS_MEMORY, "/memfd:a/b", "b" },
		{ CLASS_MEMORY, "/memfd:", "recovered-4076-7" },
		{ CLASS_MEMORY, "/memfd:..", "recovered-4076-7" },
		{ CLASS_MEMORY, "/SYSV00000000", "SYSV00000000" },
		{ CLASS_TMPFILE, "/tmp/#131842", "#131842" },
		{ CLASS_GONE, "", "recovered-4076-7" },
		{ CLASS_GONE, "/x/", "recovered-4076-7" },
	};
	struct holder holder = { .handle = { .pid = 4076, .fd = 7 } };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct deleted_file file = { .class = cases[i].class,
					     .path = cases[i].path,
					     .holders = &holder,
					     .holder_count = 1 };

		check_string(place_name(&file, &arena), cases[i].name);
	}
	arena_end(&arena);
}

static void room_is_what_the_filesystem_says(void **state)
{
	struct arena arena;
	struct place place;
	struct room room;

	(void)state;
	arena_init(&arena);
	assert_int_equal(place_file("out", &arena, &place), 0);
	assert_int_equal(room_check(&place, 0, &room), 0);
	assert_true(room.enough);
	assert_int_equal(room_check(&place, UINT64_C(1) << 62, &room), 0);
	assert_int_equal(room.needed, UINT64_C(1) << 62);
	assert_false(room.enough);
	assert_true(room.free < room.needed);
	place_end(&place);
	arena_end(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(the_original_place_is_the_directory_it_was_in),
		scratch_test(what_has_the_name_now_is_seen),
		scratch_test(a_directory_that_is_gone_too_is_no_place),
		scratch_test(a_symlink_on_the_way_proves_nothing),
		scratch_test(a_directory_on_another_mount_is_not_its_place),
		scratch_test(what_never_had_a_name_has_no_place),
		scratch_test(a_file_is_a_name_in_the_directory_before_it),
		scratch_test(a_directory_is_no_file),
		scratch_test(below_a_directory_parents_are_made_when_they_are_needed),
		cmocka_unit_test(below_the_root_there_is_one_slash),
		scratch_test(nothing_leads_out_of_the_directory),
		scratch_test(a_name_that_is_too_long_is_refused),
		cmocka_unit_test(every_file_has_some_name_to_go_by),
		scratch_test(room_is_what_the_filesystem_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
