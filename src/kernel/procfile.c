/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/procfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scope.h"

static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, buffer + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

ssize_t procfile_read(int dirfd, const char *name, char *buffer, size_t size)
{
	scope_fd fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_all(fd, buffer, size);
}

ssize_t procfile_read_record(int dirfd, const char *name, char *buffer, size_t size)
{
	scope_fd fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got = read(fd, buffer, size);

		if (got >= 0 || errno != EINTR)
			return got < 0 ? -errno : got;
	}
}

int procfile_load(int dirfd, const char *name, size_t limit, struct arena *arena, struct text *ret)
{
	char buffer[16384];
	scope_fd fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got = read(fd, buffer, sizeof(buffer));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || obstack_object_size(&arena->stack) + (size_t)got > limit) {
			size_t len = obstack_object_size(&arena->stack);
			int rc = got < 0 ? -errno : got ? -EFBIG : 0;

			obstack_1grow(&arena->stack, 0);
			*ret = (struct text){ obstack_finish(&arena->stack), len };
			return rc;
		}
		obstack_grow(&arena->stack, buffer, (size_t)got);
	}
}

int procfile_link(int dirfd, const char *name, char *buffer, size_t size, struct text *ret)
{
	ssize_t len = readlinkat(dirfd, name, buffer, size);

	if (len < 0)
		return -errno;
	if ((size_t)len == size)
		return -ENAMETOOLONG;
	*ret = (struct text){ buffer, (size_t)len };
	return 0;
}

int procfile_numbers(int dirfd, struct arena *arena, unsigned int **ret, size_t *count)
{
	char buffer[32768] __attribute__((aligned(8)));
	size_t bytes;

	for (;;) {
		long got = syscall(SYS_getdents64, dirfd, buffer, sizeof(buffer));

		if (got <= 0) {
			int rc = got < 0 ? -errno : 0;

			bytes = obstack_object_size(&arena->stack);
			*count = bytes / sizeof(unsigned int);
			*ret = obstack_finish(&arena->stack);
			return rc;
		}
		for (long at = 0; at < got;) {
			const struct dirent64 *entry = (const void *)(buffer + at);
			uint64_t number;

			at += entry->d_reclen;
			if (text_number(text_of(entry->d_name), 10, &number) == 0 &&
			    number <= UINT32_MAX) {
				unsigned int narrow = (unsigned int)number;

				obstack_grow(&arena->stack, &narrow, sizeof(narrow));
			}
		}
	}
}

uint64_t procfile_namespace(int dirfd, const char *name)
{
	char link[64];
	struct text text, number;
	uint64_t namespace = 0;

	if (procfile_link(dirfd, name, link, sizeof(link), &text) ||
	    !text_next(&text, '[', &number) || !text_next(&text, ']', &number) ||
	    text_number(number, 10, &namespace))
		return 0;
	return namespace;
}
