/* SPDX-License-Identifier: GPL-2.0-or-later */
/** act/metadata.h: owner, mode, ACL, attributes and times, from one file to the other. */
#include "act/metadata.h"

#include <sys/xattr.h>

#include "scratch.h"

/** Set: somebody gives the file this attribute between our asking for a length and our reading. */
static const char *late_attribute;

ssize_t __real_flistxattr(int fd, char *list, size_t size);
ssize_t __wrap_flistxattr(int fd, char *list, size_t size);
ssize_t __real_fgetxattr(int fd, const char *name, void *value, size_t size);
ssize_t __wrap_fgetxattr(int fd, const char *name, void *value, size_t size);

/* In the place of the C library's, by the linker. */
ssize_t __wrap_flistxattr(int fd, char *list, size_t size)
{
	ssize_t len = __real_flistxattr(fd, list, size);

	if (late_attribute && !list) {
		fsetxattr(fd, late_attribute, "", 0, 0);
		late_attribute = NULL;
	}
	return len;
}

/** Set: the value it gets between our asking for its length and our reading it. */
static const char *late_value;

ssize_t __wrap_fgetxattr(int fd, const char *name, void *value, size_t size)
{
	ssize_t len = __real_fgetxattr(fd, name, value, size);

	if (late_value && !value) {
		fsetxattr(fd, name, late_value, strlen(late_value), 0);
		late_value = NULL;
	}
	return len;
}

struct pair {
	int from, to;
};

static struct pair pair_begin(void)
{
	scratch_write("from", LITERAL("owls"));
	return (struct pair){ scratch_open("from", O_RDONLY),
			      scratch_open("to", O_CREAT | O_RDWR) };
}

static void pair_end(const struct pair *pair)
{
	close(pair->from);
	close(pair->to);
}

static struct metadata restore(const struct pair *pair, bool keep_privileges)
{
	struct metadata metadata;
	struct inode inode;

	assert_int_equal(inode_of(pair->from, &inode), 0);
	metadata_restore(pair->from, pair->to, &inode, metadata_atime(pair->from), keep_privileges,
			 &metadata);
	return metadata;
}

static struct stat stat_of(int fd)
{
	struct stat stat;

	assert_int_equal(fstat(fd, &stat), 0);
	return stat;
}

static void mode_and_times_are_as_they_were(void **state)
{
	struct timespec times[2] = { { 1000000000, 123456789 }, { 1234567890, 987654321 } };
	struct pair pair = pair_begin();

	(void)state;
	assert_int_equal(fchmod(pair.from, 01421) + futimens(pair.from, times), 0);
	struct metadata metadata = restore(&pair, false);
	struct stat stat = stat_of(pair.to);
	assert_int_equal(stat.st_mode & 07777, 01421);
	assert_int_equal(stat.st_atim.tv_sec, 1000000000);
	assert_int_equal(stat.st_atim.tv_nsec, 123456789);
	assert_int_equal(stat.st_mtim.tv_sec, 1234567890);
	assert_int_equal(stat.st_mtim.tv_nsec, 987654321);
	assert_false(metadata.owner_missed || metadata.mode_missed || metadata.times_missed ||
		     metadata.privileges_left);
	assert_int_equal(metadata.missed, 0);
	pair_end(&pair);
}

static void a_time_before_1970_is_kept(void **state)
{
	struct timespec times[2] = { { -2, 500000000 }, { -1, 1 } };
	struct pair pair = pair_begin();

	(void)state;
	assert_int_equal(futimens(pair.from, times), 0);
	if (stat_of(pair.from).st_mtim.tv_sec != -1)
		skip_because("this filesystem knows no time before 1970");
	restore(&pair, false);
	struct stat stat = stat_of(pair.to);
	assert_int_equal(stat.st_atim.tv_sec, -2);
	assert_int_equal(stat.st_atim.tv_nsec, 500000000);
	assert_int_equal(stat.st_mtim.tv_sec, -1);
	assert_int_equal(stat.st_mtim.tv_nsec, 1);
	pair_end(&pair);
}

static void the_owner_is_as_it_was(void **state)
{
	struct pair pair = pair_begin();

	(void)state;
	if (geteuid())
		skip_because("giving files away needs root");
	assert_int_equal(fchown(pair.from, 12345, 54321), 0);
	struct metadata metadata = restore(&pair, false);
	struct stat stat = stat_of(pair.to);
	assert_int_equal(stat.st_uid, 12345);
	assert_int_equal(stat.st_gid, 54321);
	assert_false(metadata.owner_missed);
	pair_end(&pair);
}

static void setuid_and_setgid_are_left_out_unless_asked_for(void **state)
{
	struct pair pair = pair_begin();

	(void)state;
	assert_int_equal(fchmod(pair.from, 06755), 0);
	assert_true(restore(&pair, false).privileges_left);
	assert_int_equal(stat_of(pair.to).st_mode & 07777, 0755);
	assert_false(restore(&pair, true).privileges_left);
	assert_int_equal(stat_of(pair.to).st_mode & 07777, 06755);
	pair_end(&pair);
}

static void setuid_is_never_given_to_another_owner(void **state)
{
	struct pair pair = pair_begin();
	struct metadata metadata;
	struct inode inode;

	(void)state;
	assert_int_equal(fchmod(pair.from, 04755) + inode_of(pair.from, &inode), 0);
	/* No number of a user: it cannot be given away, by nobody. */
	inode.uid = UINT32_MAX - 1;
	if (geteuid() == 0) {
		assert_int_equal(seteuid(65534), 0);
		close(pair.to);
		assert_int_equal(seteuid(0), 0);
		pair.to = scratch_open("to", O_RDWR);
		assert_int_equal(fchown(pair.to, 65534, 65534), 0);
		assert_int_equal(setegid(65534) + seteuid(65534), 0);
	}
	metadata_restore(pair.from, pair.to, &inode, 0, true, &metadata);
	if (getuid() == 0)
		assert_int_equal(seteuid(0) + setegid(0), 0);
	assert_true(metadata.owner_missed);
	assert_true(metadata.privileges_left);
	assert_int_equal(stat_of(pair.to).st_mode & 07777, 0755);
	pair_end(&pair);
}

static void attributes_are_counted_and_kept_to_the_byte(void **state)
{
	struct pair pair = pair_begin();
	char value[16];

	(void)state;
	if (fsetxattr(pair.from, "user.owl", "a\0b", 3, 0))
		skip_because("no extended attributes on this filesystem");
	assert_int_equal(fsetxattr(pair.from, "user.empty", "", 0, 0), 0);
	struct metadata metadata = restore(&pair, false);
	assert_int_equal(metadata.attributes, 2);
	assert_int_equal(metadata.missed, 0);
	assert_int_equal(fgetxattr(pair.to, "user.owl", value, sizeof(value)), 3);
	assert_memory_equal(value, "a\0b", 3);
	assert_int_equal(fgetxattr(pair.to, "user.empty", value, sizeof(value)), 0);
	pair_end(&pair);
}

static void capabilities_are_left_out_unless_asked_for(void **state)
{
	/* struct vfs_cap_data of linux/capability.h, revision 2: cap_net_raw=ep */
	static const unsigned char value[] = { 1, 0, 0, 2, 0, 32, 0, 0, 0, 0,
					       0, 0, 0, 0, 0, 0,  0, 0, 0, 0 };
	static const char name[] = "security.capability";
	struct pair pair = pair_begin();
	char got[32];

	(void)state;
	if (fsetxattr(pair.from, name, value, sizeof(value), 0))
		skip_because("setting file capabilities needs root and a filesystem that has them");
	struct metadata metadata = restore(&pair, false);
	assert_true(metadata.privileges_left);
	assert_int_equal(metadata.attributes, 0);
	assert_int_equal(fgetxattr(pair.to, name, got, sizeof(got)), -1);
	metadata = restore(&pair, true);
	assert_false(metadata.privileges_left);
	assert_int_equal(metadata.attributes, 1);
	assert_int_equal(fgetxattr(pair.to, name, got, sizeof(got)), sizeof(value));
	pair_end(&pair);
}

static void what_belongs_to_one_overlay_stays_there(void **state)
{
	struct pair pair = pair_begin();
	char got[8];

	(void)state;
	if (fsetxattr(pair.from, "trusted.overlay.opaque", "y", 1, 0) ||
	    fsetxattr(pair.from, "trusted.owl", "o", 1, 0))
		skip_because("trusted attributes need root");
	assert_int_equal(restore(&pair, false).attributes, 1);
	assert_int_equal(fgetxattr(pair.to, "trusted.overlay.opaque", got, sizeof(got)), -1);
	assert_int_equal(fgetxattr(pair.to, "trusted.owl", got, sizeof(got)), 1);
	pair_end(&pair);
}

/* An ACL as the kernel has it (linux/posix_acl_xattr.h): version 2, then tag, rights, id each. */
#define ENTRY(tag, rights) tag, 0, rights, 0, 0xff, 0xff, 0xff, 0xff
static const unsigned char acl[] = { 2,
				     0,
				     0,
				     0,
				     ENTRY(1, 6),
				     /* user 12345 */ 2,
				     0,
				     4,
				     0,
				     0x39,
				     0x30,
				     0,
				     0,
				     ENTRY(4, 4),
				     ENTRY(0x10, 6),
				     ENTRY(0x20, 0) };

static void an_acl_is_as_it_was(void **state)
{
	static const char name[] = "system.posix_acl_access";
	struct pair pair = pair_begin();
	unsigned char got[sizeof(acl) + 1];

	(void)state;
	if (fsetxattr(pair.from, name, acl, sizeof(acl), 0))
		skip_because("no ACLs on this filesystem");
	assert_int_equal(restore(&pair, false).attributes, 1);
	assert_int_equal(fgetxattr(pair.to, name, got, sizeof(got)), sizeof(acl));
	assert_memory_equal(got, acl, sizeof(acl));
	assert_int_equal(stat_of(pair.to).st_mode, stat_of(pair.from).st_mode);
	pair_end(&pair);
}

static void an_acl_that_only_the_new_directory_gave_goes(void **state)
{
	struct pair pair = { .from = -1 };
	unsigned char got[sizeof(acl) + 1];

	(void)state;
	scratch_write("from", LITERAL("owls"));
	assert_int_equal(chmod("from", 0640) + mkdir("dir", 0755), 0);
	if (setxattr("dir", "system.posix_acl_default", acl, sizeof(acl), 0))
		skip_because("no ACLs on this filesystem");
	pair.from = scratch_open("from", O_RDONLY);
	pair.to = scratch_open("dir/to", O_CREAT | O_RDWR);
	assert_int_equal(fgetxattr(pair.to, "system.posix_acl_access", got, sizeof(got)),
			 sizeof(acl));
	assert_int_equal(restore(&pair, false).missed, 0);
	assert_int_equal(fgetxattr(pair.to, "system.posix_acl_access", got, sizeof(got)), -1);
	assert_int_equal(stat_of(pair.to).st_mode & 07777, 0640);
	pair_end(&pair);
}

static void the_first_attribute_may_come_while_we_ask(void **state)
{
	struct pair pair = pair_begin();
	char got[8];

	(void)state;
	if (fsetxattr(pair.to, "user.x", "", 0, 0) || fremovexattr(pair.to, "user.x"))
		skip_because("no extended attributes on this filesystem");
	if (__real_flistxattr(pair.from, NULL, 0) != 0)
		skip_because("every file has attributes here");
	late_attribute = "user.late";
	struct metadata metadata = restore(&pair, false);
	assert_null(late_attribute);
	assert_int_equal(metadata.attributes, 1);
	assert_int_equal(metadata.missed, 0);
	assert_int_equal(fgetxattr(pair.to, "user.late", got, sizeof(got)), 0);
	pair_end(&pair);
}

static void an_empty_attribute_may_get_a_value_while_we_ask(void **state)
{
	struct pair pair = pair_begin();
	char got[80] = "";

	(void)state;
	if (fsetxattr(pair.from, "user.owl", "", 0, 0))
		skip_because("no extended attributes on this filesystem");
	late_value = "a value that was not there a moment ago, and is a long one";
	const char *wanted = late_value;
	struct metadata metadata = restore(&pair, false);
	assert_null(late_value);
	assert_int_equal(metadata.attributes, 1);
	assert_int_equal(metadata.missed, 0);
	assert_int_equal(fgetxattr(pair.to, "user.owl", got, sizeof(got) - 1), strlen(wanted));
	assert_string_equal(got, wanted);
	pair_end(&pair);
}

static void preparing_what_cannot_be_prepared_does_no_harm(void **state)
{
	struct pair pair = pair_begin();

	(void)state;
	metadata_prepare(pair.from, pair.to);
	metadata_prepare(-1, pair.to);
	metadata_prepare(pair.from, -1);
	assert_int_equal(metadata_atime(-1), 0);
	pair_end(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(mode_and_times_are_as_they_were),
		scratch_test(a_time_before_1970_is_kept),
		scratch_test(the_owner_is_as_it_was),
		scratch_test(setuid_and_setgid_are_left_out_unless_asked_for),
		scratch_test(setuid_is_never_given_to_another_owner),
		scratch_test(attributes_are_counted_and_kept_to_the_byte),
		scratch_test(capabilities_are_left_out_unless_asked_for),
		scratch_test(what_belongs_to_one_overlay_stays_there),
		scratch_test(an_acl_is_as_it_was),
		scratch_test(an_acl_that_only_the_new_directory_gave_goes),
		scratch_test(the_first_attribute_may_come_while_we_ask),
		scratch_test(an_empty_attribute_may_get_a_value_while_we_ask),
		scratch_test(preparing_what_cannot_be_prepared_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
