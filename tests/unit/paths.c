/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/paths.h: paths that somebody typed, resolved as far as they exist. */
#include "scan/paths.h"

#include "scratch.h"

/** Resolve one path as typed where we stand. */
static struct path_found *resolve(const char *path)
{
	static struct path_found found;
	struct path_wish wish = { .path = text_of(path) };
	struct source source;
	struct error err;

	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(paths_resolve(&source, &wish, 1, &found), 0);
	assert_true(found.answered);
	source_close(&source);
	return &found;
}

/** `path` leads to `wanted`, below the scratch directory unless it begins with '/'. */
static void check_path(void **state, const char *path, const char *wanted)
{
	const struct scratch *scratch = *state;
	bool below = *wanted != '/';
	char whole[PATH_MAX * 2];

	snprintf(whole, sizeof(whole), "%s%s%s", below ? scratch->path : "",
		 below && *wanted ? "/" : "", wanted);
	assert_string_equal(resolve(path)->path, whole);
}

static void what_exists_is_found_with_its_inode(void **state)
{
	struct inode inode;

	scratch_write("f", LITERAL("owls"));
	assert_int_equal(inode_look(AT_FDCWD, "f", &inode), 0);
	check_path(state, "f", "f");
	struct path_found *found = resolve("f");
	assert_int_equal(found->rc, 0);
	assert_false(found->is_directory);
	assert_true(inode_same(&found->inode, &inode));
}

static void what_is_gone_keeps_its_last_part(void **state)
{
	check_path(state, "gone", "gone");
	assert_int_equal(resolve("gone")->rc, -ENOENT);
	check_path(state, "./gone", "gone");
	check_path(state, "gone/", "gone");
	check_path(state, "gone/deeper/down", "gone/deeper/down");
	check_path(state, "/no such directory/x", "/no such directory/x");
	check_path(state, "/gone", "/gone");
}

static void parents_are_resolved_through_symlinks(void **state)
{
	assert_int_equal(mkdir("real", 0755) + symlink("real", "alias"), 0);
	scratch_write("real/f", LITERAL(""));
	check_path(state, "alias/f", "real/f");
	check_path(state, "alias/gone", "real/gone");
	check_path(state, "alias/gone/deeper", "real/gone/deeper");
	check_path(state, "real/../alias/./gone", "real/gone");
}

static void a_symlink_at_the_end_is_itself_unless_it_leads_to_a_directory(void **state)
{
	assert_int_equal(mkdir("dir", 0755), 0);
	scratch_write("f", LITERAL(""));
	assert_int_equal(symlink("f", "to_file") + symlink("dir", "to_dir") +
				 symlink("nowhere", "dangling"),
			 0);
	check_path(state, "to_file", "to_file");
	assert_true(S_ISLNK(resolve("to_file")->inode.mode));
	check_path(state, "to_dir", "dir");
	assert_true(resolve("to_dir")->is_directory);
	check_path(state, "dangling", "dangling");
	assert_true(S_ISLNK(resolve("dangling")->inode.mode));
}

static void a_directory_is_one_with_or_without_a_slash(void **state)
{
	assert_int_equal(mkdir("dir", 0755), 0);
	check_path(state, "dir", "dir");
	check_path(state, "dir/", "dir");
	check_path(state, "dir///", "dir");
	assert_true(resolve("dir/")->is_directory);
	check_path(state, "/", "/");
	check_path(state, "//", "/");
	assert_true(resolve("/")->is_directory);
	check_path(state, ".", "");
}

static void names_may_hold_anything(void **state)
{
	scratch_write("a\nb\xff (deleted)", LITERAL(""));
	check_path(state, "a\nb\xff (deleted)", "a\nb\xff (deleted)");
	assert_int_equal(mkdir("d (deleted)", 0755), 0);
	check_path(state, "d (deleted)/x", "d (deleted)/x");
	check_path(state, "d (deleted)", "d (deleted)");
}

static void a_path_that_is_too_long_is_an_answer_too(void **state)
{
	static char path[PATH_MAX + 10];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	assert_int_equal(resolve(path)->rc, -ENAMETOOLONG);
	assert_string_equal(resolve(path)->path, "");
}

static void many_paths_are_resolved_at_once(void **state)
{
	struct path_wish wishes[] = { { text_of("f"), 0 },
				      { text_of("gone"), 0 },
				      { text_of("."), 0 } };
	struct path_found *found = calloc(3, sizeof(*found));
	struct source source;
	struct error err;

	(void)state;
	scratch_write("f", LITERAL(""));
	assert_non_null(found);
	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(paths_resolve(&source, wishes, 3, found), 0);
	assert_int_equal(found[0].rc, 0);
	assert_int_equal(found[1].rc, -ENOENT);
	assert_true(found[2].is_directory);
	assert_int_equal(paths_resolve(&source, NULL, 0, NULL), 0);
	source_close(&source);
	free(found);
}

static void below_the_root_of_a_process_nothing_leads_out(void **state)
{
	const struct scratch *scratch = *state;
	struct path_wish wish = { text_of("/"), (unsigned int)getpid() };
	char path[PATH_MAX + 8];
	struct path_found found;
	struct source source;
	struct error err;

	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(paths_resolve(&source, &wish, 1, &found), 0);
	assert_true(found.is_directory);
	assert_string_equal(found.path, "/");
	scratch_write("f", LITERAL(""));
	snprintf(path, sizeof(path), "%s/f", scratch->path);
	wish.path = text_of(path);
	assert_int_equal(paths_resolve(&source, &wish, 1, &found), 0);
	assert_int_equal(found.rc, 0);
	assert_string_equal(found.path, path);
	source_close(&source);
}

static void a_full_filesystem_is_told_by_its_blocks(void **state)
{
	const struct scratch *scratch = *state;
	struct text paths[] = { text_of(scratch->path), text_of("/no such directory") };
	struct space spaces[2] = { 0 };
	struct source source;
	struct error err;

	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	assert_int_equal(paths_space(&source, paths, 2, spaces), 0);
	assert_true(spaces[0].known);
	assert_true(spaces[0].size > 0);
	assert_true(spaces[0].used + spaces[0].free + spaces[0].reserved == spaces[0].size);
	assert_false(spaces[1].known);
	source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_exists_is_found_with_its_inode),
		scratch_test(what_is_gone_keeps_its_last_part),
		scratch_test(parents_are_resolved_through_symlinks),
		scratch_test(a_symlink_at_the_end_is_itself_unless_it_leads_to_a_directory),
		scratch_test(a_directory_is_one_with_or_without_a_slash),
		scratch_test(names_may_hold_anything),
		scratch_test(a_path_that_is_too_long_is_an_answer_too),
		scratch_test(many_paths_are_resolved_at_once),
		scratch_test(below_the_root_of_a_process_nothing_leads_out),
		scratch_test(a_full_filesystem_is_told_by_its_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
