/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/mounts.h: which mount a path or a file lies on. */
#include "scan/mounts.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "scratch.h"

static struct source source_of_proc(void)
{
	struct source source;
	struct error err;

	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	return source;
}

static void the_mount_of_a_file_is_found_by_its_number(void **state)
{
	struct source source = source_of_proc();
	struct mounts *mounts;
	struct inode inode;

	(void)state;
	assert_int_equal(inode_look(AT_FDCWD, "/proc", &inode), 0);
	if (!inode.mnt_id)
		skip_because("statx(2) does not say the mount before Linux 5.8");
	assert_int_equal(mounts_begin(&source, &mounts), 0);
	struct mounted mounted = mounts_find(mounts, (unsigned int)getpid(), inode.mnt_id);
	assert_non_null(mounted.info);
	assert_true(mounted.own);
	check_string(mounted.info->type, "proc");
	mounted = mounts_find(mounts, (unsigned int)getpid(), UINT32_MAX);
	assert_null(mounted.info);
	mounts_end(mounts);
	source_close(&source);
}

static struct mountinfo overlay(const char *options)
{
	return (struct mountinfo){ .type = text_of("overlay"), .super_options = text_of(options) };
}

static void the_upper_layer_of_an_overlay_is_in_its_options(void **state)
{
	static const struct {
		const char *options, *wanted;
	} cases[] = {
		{ "rw,lowerdir=/l,upperdir=/up,workdir=/w", "/up" },
		{ "rw,upperdir=/up", "/up" },
		{ "rw,lowerdir=/l1:/l2,upperdir=/owls\\040at\\054night\\134,workdir=/w",
		  "/owls at,night\\" },
		{ "rw,lowerdir=upperdir\\075/no,upperdir=/yes,workdir=/w", "/yes" },
	};
	struct arena arena;
	struct text upper;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mountinfo info = overlay(cases[i].options);

		assert_true(mounts_upperdir(&info, &arena, &upper));
		check_string(upper, cases[i].wanted);
	}
	struct mountinfo info = overlay("ro,lowerdir=/l1:/l2");
	assert_false(mounts_upperdir(&info, &arena, &upper));
	info = overlay("rw,xupperdir=/l1");
	assert_false(mounts_upperdir(&info, &arena, &upper));
	info = overlay("rw,upperdir=/up");
	info.type = text_of("ext4");
	assert_false(mounts_upperdir(&info, &arena, &upper));
	arena_end(&arena);
}

static void fuse_network_and_unknown_filesystems_may_hang(void **state)
{
	static const char *const may[] = { "fuse", "fuse.sshfs", "fuseblk", "nfs",  "nfs4",
					   "cifs", "smb3",       "9p",      "ceph", "afs",
					   "",     "ext5",       "virtiofs" };
	static const char *const never[] = { "ext4", "xfs",     "btrfs", "tmpfs",
					     "proc", "overlay", "vfat" };

	(void)state;
	assert_true(mounts_may_hang(NULL));
	for (size_t i = 0; i < COUNT_OF(may); i++) {
		struct mountinfo info = { .type = text_of(may[i]) };

		assert_true(mounts_may_hang(&info));
		assert_false(mounts_is_local(info.type));
	}
	for (size_t i = 0; i < COUNT_OF(never); i++) {
		struct mountinfo info = { .type = text_of(never[i]) };

		assert_false(mounts_may_hang(&info));
	}
}

static void on_an_overlay_leases_are_not_believed(void **state)
{
	(void)state;
	assert_false(mounts_is_local(text_of("overlay")));
	assert_true(mounts_is_local(text_of("ext4")));
	assert_true(mounts_is_local(text_of("tmpfs")));
	assert_false(mounts_is_local(text_of("ext")));
	assert_false(mounts_is_local(text_of("ext44")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mount_of_a_file_is_found_by_its_number),
		cmocka_unit_test(the_upper_layer_of_an_overlay_is_in_its_options),
		cmocka_unit_test(fuse_network_and_unknown_filesystems_may_hang),
		cmocka_unit_test(on_an_overlay_leases_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
