/* SPDX-License-Identifier: GPL-2.0-or-later */
/** ask/classify.h: what happened to a file is told by which file it is, never by its name. */
#include "ask/classify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"

/** A file that may be deleted, on an ext4 of ours, until a test says otherwise. */
struct exhibit {
	struct deleted_file file;
	const char *link;
	char path[128];
	struct held_by by;
	struct holder holder;
	struct mountinfo mount;
	struct site site;
	struct old_name_found found;
	bool looked; /**< at its old name: `found` is what was there */
};

static struct exhibit exhibit_of(const char *link, uint64_t nlink)
{
	struct exhibit exhibit = {
		.mount.type = text_of("ext4"),
		.holder = { .handle = { .pid = 4076, .fd = 7 } },
		.link = link,
		.file = { .holder_count = 1,
			  .inode = { .dev = makedev(254, 77),
				     .ino = 131842,
				     .nlink = nlink,
				     .mode = S_IFREG | 0644 } },
	};

	return exhibit;
}

/** On its mount, and in the hands of its holder. */
static void place_exhibit(struct exhibit *exhibit)
{
	struct text path = classify_old_path(text_of(exhibit->link));

	exhibit->file.marked = path.len < strlen(exhibit->link);
	snprintf(exhibit->path, sizeof(exhibit->path), "%.*s", (int)path.len, path.bytes);
	exhibit->file.path = exhibit->path;
	exhibit->holder.by = &exhibit->by;
	exhibit->file.holders = &exhibit->holder;
	exhibit->site.mounted = (struct mounted){ &exhibit->mount, true };
	exhibit->file.site = &exhibit->site;
}

/** Classify it as the scan does: early, else by its old name. */
static enum deleted_class classified(struct exhibit *exhibit)
{
	static const struct source source = { .proc = -1 };
	struct memory_devices memory = { 0 };
	struct deleted_files files = { 0 };

	place_exhibit(exhibit);
	exhibit->file.class = CLASS_LIVE;
	arena_init(&files.arena);
	if (!classify_early(&exhibit->file, &memory))
		classify(&files, &exhibit->file, &source, exhibit->looked ? &exhibit->found : NULL);
	exhibit->file.odd = NULL;
	arena_end(&files.arena);
	return exhibit->file.class;
}

#define check_class(exhibit, wanted) \
	assert_string_equal(class_word(classified(exhibit)).bytes, class_word(wanted).bytes)

static void only_one_suffix_of_the_kernel_is_taken_off(void **state)
{
	(void)state;
	check_string(classify_old_path(text_of("/x (deleted)")), "/x");
	check_string(classify_old_path(text_of("/x (deleted) (deleted)")), "/x (deleted)");
	check_string(classify_old_path(text_of("/x (deleted")), "/x (deleted");
	check_string(classify_old_path(text_of("/x(deleted)")), "/x(deleted)");
	check_string(classify_old_path(text_of(" (deleted)")), "");
	check_string(classify_old_path((struct text){ 0 }), "");
}

static void without_a_name_left_it_is_gone(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 0);

	(void)state;
	check_class(&exhibit, CLASS_GONE);
	exhibit.looked = exhibit.found.answered = true;
	check_class(&exhibit, CLASS_GONE);
}

static void with_another_file_at_its_name_it_is_replaced(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 0);

	(void)state;
	exhibit.looked = exhibit.found.answered = exhibit.found.name_is_used = true;
	check_class(&exhibit, CLASS_REPLACED);
}

static void with_another_link_it_is_linked(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 1);

	(void)state;
	exhibit.looked = exhibit.found.answered = true;
	check_class(&exhibit, CLASS_LINKED);
	exhibit.found.name_is_used = true;
	check_class(&exhibit, CLASS_LINKED);
}

static void a_live_file_called_x_deleted_is_not_deleted(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 1);

	(void)state;
	exhibit.looked = exhibit.found.answered = exhibit.found.is_full = true;
	check_class(&exhibit, CLASS_LIVE);
}

static void a_file_that_is_back_under_its_name_is_not_deleted(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 1);

	(void)state;
	exhibit.looked = exhibit.found.answered = exhibit.found.is_name =
		exhibit.found.name_is_used = true;
	check_class(&exhibit, CLASS_LIVE);
}

static void a_file_without_a_link_is_gone_whatever_has_its_name(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted) (deleted)", 0);

	(void)state;
	exhibit.looked = exhibit.found.answered = exhibit.found.is_full = true;
	check_class(&exhibit, CLASS_GONE);
}

static void without_the_suffix_nothing_is_deleted(void **state)
{
	struct exhibit exhibit = exhibit_of("/tmp/.nfs0000 in no nfs", 1);

	(void)state;
	check_class(&exhibit, CLASS_LIVE);
}

/** What a descriptor with these flags tells of the file. */
static void open_with(struct exhibit *exhibit, uint32_t flags)
{
	deleted_note_flags(&exhibit->file,
			   &(struct open_file){ .flags = flags, .flags_known = true });
}

static void a_tmpfile_is_told_by_number_and_flag(void **state)
{
	struct exhibit exhibit = exhibit_of("/tmp/#131842 (deleted)", 0);

	(void)state;
	open_with(&exhibit, O_TMPFILE | O_RDWR);
	check_class(&exhibit, CLASS_TMPFILE);
	/* Somebody called a file so, and deleted it. */
	exhibit = exhibit_of("/tmp/#131842 (deleted)", 0);
	open_with(&exhibit, O_RDWR | O_DIRECTORY);
	check_class(&exhibit, CLASS_GONE);
	/* Through O_PATH nothing is told: then the name is all there is. */
	exhibit = exhibit_of("/tmp/#131842 (deleted)", 0);
	open_with(&exhibit, O_PATH);
	check_class(&exhibit, CLASS_TMPFILE);
	open_with(&exhibit, O_RDWR);
	check_class(&exhibit, CLASS_GONE);
	exhibit = exhibit_of("/tmp/#131843 (deleted)", 0);
	open_with(&exhibit, O_TMPFILE | O_RDWR);
	check_class(&exhibit, CLASS_GONE);
	/* One that was given a name has that. */
	exhibit = exhibit_of("/tmp/#131842 (deleted)", 1);
	open_with(&exhibit, O_TMPFILE | O_RDWR);
	check_class(&exhibit, CLASS_LINKED);
}

static void memory_is_told_by_its_device(void **state)
{
	struct exhibit exhibit = exhibit_of("/memfd:owl (deleted)", 0);
	int fd = memfd_create("owl", MFD_CLOEXEC);
	struct stat stat;

	(void)state;
	check_class(&exhibit, CLASS_GONE);
	assert_int_equal(fstat(fd, &stat), 0);
	exhibit.file.inode.dev = stat.st_dev;
	check_class(&exhibit, CLASS_MEMORY);
	close(fd);
}

static void a_stale_file_is_stale(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 0);

	(void)state;
	exhibit.file.inode_rc = -ESTALE;
	check_class(&exhibit, CLASS_STALE);
}

static void a_name_too_long_to_be_told_is_gone(void **state)
{
	struct exhibit exhibit = exhibit_of("", 0);

	(void)state;
	check_class(&exhibit, CLASS_GONE);
}

static void what_nfs_and_fuse_keep_under_a_hidden_name_is_silly(void **state)
{
	static const struct {
		const char *type, *link;
		enum deleted_class class;
	} cases[] = {
		{ "nfs4", "/mnt/.nfs00000000000a1b2c00000001", CLASS_SILLY },
		{ "nfs", "/mnt/.nfs00000000000a1b2c00000001", CLASS_SILLY },
		{ "fuse.sshfs", "/mnt/.fuse_hidden0000000300000001", CLASS_SILLY },
		{ "fuseblk", "/mnt/.fuse_hidden0000000300000001 (deleted)", CLASS_SILLY },
		/* Anybody may call a file so elsewhere. */
		{ "ext4", "/mnt/.nfs00000000000a1b2c00000001", CLASS_LIVE },
		{ "ext4", "/mnt/.fuse_hidden0000000300000001", CLASS_LIVE },
		{ "nfs4", "/mnt/.fuse_hidden0000000300000001", CLASS_LIVE },
		{ "fuse.sshfs", "/mnt/.nfs00000000000a1b2c00000001", CLASS_LIVE },
		{ "fuse.sshfs", "/mnt/x.fuse_hidden", CLASS_LIVE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct exhibit exhibit = exhibit_of(cases[i].link, 1);

		exhibit.mount.type = text_of(cases[i].type);
		check_class(&exhibit, cases[i].class);
	}
}

static void on_fuse_the_filesystem_s_own_word_counts(void **state)
{
	struct exhibit exhibit = exhibit_of("/mnt/x (deleted)", 0);

	(void)state;
	exhibit.mount.type = text_of("fuse.sshfs");
	exhibit.looked = exhibit.found.answered = exhibit.found.now_known = true;
	exhibit.found.now = exhibit.file.inode;
	check_class(&exhibit, CLASS_GONE);
	exhibit.found.now.nlink = 1;
	check_class(&exhibit, CLASS_SILLY);
}

static void on_fuse_that_does_not_answer_nothing_is_called_gone(void **state)
{
	struct exhibit exhibit = exhibit_of("/mnt/x (deleted)", 0);

	(void)state;
	exhibit.mount.type = text_of("fuse.sshfs");
	exhibit.looked = true;
	check_class(&exhibit, CLASS_SILLY);
}

static void the_old_name_is_looked_at_only_where_it_decides(void **state)
{
	struct exhibit exhibit = exhibit_of("/x (deleted)", 0);

	(void)state;
	place_exhibit(&exhibit);
	assert_false(classify_needs_name(&exhibit.file, 0));
	assert_false(classify_needs_name(&exhibit.file, NEED_CONTAINER | NEED_USER));
	assert_true(classify_needs_name(&exhibit.file, NEED_OLD_NAME));
	exhibit.file.inode.nlink = 1;
	assert_true(classify_needs_name(&exhibit.file, 0));
	exhibit.file.inode.nlink = 0;
	exhibit.mount.type = text_of("fuse.sshfs");
	assert_true(classify_needs_name(&exhibit.file, 0));
	exhibit.mount.type = text_of("nfs4");
	assert_true(classify_needs_name(&exhibit.file, 0));
}

static void what_could_not_be_found_out_is_said(void **state)
{
	static const struct source source = { .proc = -1 };
	struct exhibit exhibit = exhibit_of("/x (deleted)", 0);
	struct deleted_files files = { 0 };

	(void)state;
	arena_init(&files.arena);
	place_exhibit(&exhibit);
	classify(&files, &exhibit.file, &source, NULL);
	check_string(deleted_error(&exhibit.file), "");
	classify(&files, &exhibit.file, &source, &exhibit.found);
	check_string(deleted_error(&exhibit.file),
		     "its old name could not be checked: the filesystem does not answer");
	exhibit.file.inode_rc = -EPERM;
	classify(&files, &exhibit.file, &source, NULL);
	check_string(deleted_error(&exhibit.file), "its size needs root: it is only mapped");
	exhibit.file.inode_rc = -EIO;
	classify(&files, &exhibit.file, &source, NULL);
	check_string(deleted_error(&exhibit.file), "Input/output error");
	arena_end(&files.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_suffix_of_the_kernel_is_taken_off),
		cmocka_unit_test(without_a_name_left_it_is_gone),
		cmocka_unit_test(with_another_file_at_its_name_it_is_replaced),
		cmocka_unit_test(with_another_link_it_is_linked),
		cmocka_unit_test(a_live_file_called_x_deleted_is_not_deleted),
		cmocka_unit_test(a_file_that_is_back_under_its_name_is_not_deleted),
		cmocka_unit_test(a_file_without_a_link_is_gone_whatever_has_its_name),
		cmocka_unit_test(without_the_suffix_nothing_is_deleted),
		cmocka_unit_test(a_tmpfile_is_told_by_number_and_flag),
		cmocka_unit_test(memory_is_told_by_its_device),
		cmocka_unit_test(a_stale_file_is_stale),
		cmocka_unit_test(a_name_too_long_to_be_told_is_gone),
		cmocka_unit_test(what_nfs_and_fuse_keep_under_a_hidden_name_is_silly),
		cmocka_unit_test(on_fuse_the_filesystem_s_own_word_counts),
		cmocka_unit_test(on_fuse_that_does_not_answer_nothing_is_called_gone),
		cmocka_unit_test(the_old_name_is_looked_at_only_where_it_decides),
		cmocka_unit_test(what_could_not_be_found_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
