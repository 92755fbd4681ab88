/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A directory of a test's own: made before it, removed with all that is in it after it, and where the
 * test stands meanwhile.
 */
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

struct scratch {
	char path[PATH_MAX]; /**< absolute, no symlink in it */
	int before;          /**< where we stood */
};

static inline int scratch_remove_one(const char *path, const struct stat *stat, int type,
				     struct FTW *at)
{
	(void)stat;
	(void)type;
	(void)at;
	return remove(path);
}

/** A setup function for cmocka: *state is the struct scratch. */
static inline int scratch_begin(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	const char *base = getenv("TMPDIR");
	char made[PATH_MAX];

	*state = scratch;
	if (!scratch)
		return -1;
	snprintf(made, sizeof(made), "%s/procowl-unit-XXXXXX", base ? base : "/tmp");
	scratch->before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (scratch->before < 0 || !mkdtemp(made) || !realpath(made, scratch->path) ||
	    chdir(scratch->path))
		return -1;
	return 0;
}

/** The teardown function. */
static inline int scratch_end(void **state)
{
	struct scratch *scratch = *state;
	int rc = fchdir(scratch->before);

	close(scratch->before);
	nftw(scratch->path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(scratch);
	return rc;
}

/** In a list of tests: a test that has a scratch directory. */
#define scratch_test(test) cmocka_unit_test_setup_teardown(test, scratch_begin, scratch_end)

/** A descriptor on file `name`, made if need be. The caller closes. */
static inline int scratch_open(const char *name, int flags)
{
	int fd = open(name, flags | O_CLOEXEC, 0644);

	if (fd < 0)
		print_error("%s: %s\n", name, strerror(errno));
	assert_true(fd >= 0);
	return fd;
}

/** A file with these bytes. */
static inline void scratch_write(const char *name, struct text bytes)
{
	int fd = scratch_open(name, O_CREAT | O_TRUNC | O_WRONLY);

	assert_int_equal(write(fd, bytes.bytes, bytes.len), bytes.len);
	close(fd);
}

/** How many names the directory has beside "." and "..". */
static inline unsigned int scratch_count(const char *directory)
{
	DIR *dir = opendir(directory);
	unsigned int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

/** File `name` holds these bytes and no more. */
static inline void scratch_check(const char *name, struct text wanted)
{
	char *bytes = malloc(wanted.len + 1);
	int fd = scratch_open(name, O_RDONLY);

	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, wanted.len + 1), wanted.len);
	if (wanted.len)
		assert_memory_equal(bytes, wanted.bytes, wanted.len);
	close(fd);
	free(bytes);
}
