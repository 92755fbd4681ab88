/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What /proc says of a descriptor of ours.
 */
#pragma once
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

/** Its fdinfo; the bytes hold until the next call. */
static inline struct text ownfd_info(int fd)
{
	static char bytes[65536];
	char name[48];

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	int info = open(name, O_RDONLY | O_CLOEXEC);
	assert_true(info >= 0);
	ssize_t len = read(info, bytes, sizeof(bytes));
	assert_true(len > 0);
	close(info);
	return (struct text){ bytes, (size_t)len };
}

/** Its link text; the bytes hold until the next call. */
static inline struct text ownfd_link(int fd)
{
	static char bytes[PATH_MAX];
	char name[48];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(name, bytes, sizeof(bytes));
	assert_true(len > 0);
	return (struct text){ bytes, (size_t)len };
}

/** Its st_mode. */
static inline uint32_t ownfd_mode(int fd)
{
	struct stat stat;

	assert_int_equal(fstat(fd, &stat), 0);
	return stat.st_mode;
}
