/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/marked.h: names of files that are known by their handle. */
#include "scan/marked.h"

#include <sys/inotify.h>

#include "ownprocess.h"
#include "scratch.h"

/** Watch `path`, and ask under which name it is to be found. */
struct asked {
	struct ownprocess own;
	struct mounts *mounts;
	struct mark mark;
	int inotify;
};

static void ask_begin(struct asked *asked, const char *path)
{
	ownprocess_begin(&asked->own);
	assert_int_equal(mounts_begin(&asked->own.source, &asked->mounts), 0);
	asked->inotify = inotify_init1(IN_CLOEXEC);
	assert_true(inotify_add_watch(asked->inotify, path, IN_MODIFY) > 0);
	struct text text = ownfd_info(asked->inotify);
	assert_true(marks_next(&text, &asked->mark));
}

static struct text ask(struct asked *asked)
{
	struct marked wanted = { (unsigned int)getpid(), &asked->mark };
	struct text ret;

	assert_int_equal(marked_find(&asked->own.source, asked->mounts, &wanted, 1,
				     &asked->own.arena, &ret),
			 0);
	return ret;
}

static void ask_end(struct asked *asked)
{
	close(asked->inotify);
	mounts_end(asked->mounts);
	ownprocess_end(&asked->own);
}

/** Root alone, and only on a filesystem that hands out handles that can be opened. */
static void need_handles(const struct asked *asked)
{
	if (geteuid() != 0)
		skip_because("only root may open files by their handle");
	struct mounted at =
		mounts_find_device(asked->mounts, (unsigned int)getpid(), asked->mark.dev);
	if (!at.info || !mounts_is_local(at.info->type))
		skip_because("the scratch directory is on no local filesystem");
}

static void check_path(struct text path, const struct scratch *scratch, const char *name)
{
	char wanted[PATH_MAX + 64];

	snprintf(wanted, sizeof(wanted), "%s%s", scratch->path, name);
	check_string(path, wanted);
}

static void a_file_has_the_name_it_has_now(void **state)
{
	const struct scratch *scratch = *state;
	struct asked asked;

	scratch_write("file", LITERAL("owl"));
	ask_begin(&asked, "file");
	need_handles(&asked);
	check_path(ask(&asked), scratch, "/file");
	assert_int_equal(rename("file", "renamed\nfile"), 0);
	check_path(ask(&asked), scratch, "/renamed\nfile");
	ask_end(&asked);
}

static void a_directory_has_its_name(void **state)
{
	const struct scratch *scratch = *state;
	struct asked asked;

	ask_begin(&asked, ".");
	need_handles(&asked);
	check_path(ask(&asked), scratch, "");
	ask_end(&asked);
}

/** A deleted file that somebody has open is watched on. */
static void a_file_without_a_name_has_none(void **state)
{
	int fd = scratch_open("file", O_CREAT | O_RDWR);
	struct asked asked;

	(void)state;
	ask_begin(&asked, "file");
	need_handles(&asked);
	assert_int_equal(unlink("file"), 0);
	scratch_write("file (deleted)", LITERAL("owl"));
	assert_int_equal(ask(&asked).len, 0);
	ask_end(&asked);
	close(fd);
}

static void another_inode_of_that_handle_is_not_named(void **state)
{
	struct asked asked;

	(void)state;
	scratch_write("file", LITERAL("owl"));
	ask_begin(&asked, "file");
	need_handles(&asked);
	asked.mark.ino++;
	assert_int_equal(ask(&asked).len, 0);
	asked.mark.ino--;
	assert_int_not_equal(ask(&asked).len, 0);
	asked.mark.handle.len = 0;
	assert_int_equal(ask(&asked).len, 0);
	ask_end(&asked);
}

/** /proc is no filesystem to ask. */
static void what_is_on_no_local_filesystem_is_not_asked_for(void **state)
{
	struct asked asked;

	(void)state;
	ask_begin(&asked, "/proc");
	assert_int_equal(ask(&asked).len, 0);
	ask_end(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_file_has_the_name_it_has_now),
		scratch_test(a_directory_has_its_name),
		scratch_test(a_file_without_a_name_has_none),
		scratch_test(another_inode_of_that_handle_is_not_named),
		cmocka_unit_test(what_is_on_no_local_filesystem_is_not_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
