/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/loopdev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"

enum { LOOP_MAJOR = 7, SECTOR_BYTES = 512 };

static int read_number(int dir, const char *name, uint64_t *ret)
{
	char buffer[32];
	ssize_t len = procfile_read(dir, name, buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	struct text text = { buffer, (size_t)len };
	if (text_ends(text, "\n"))
		text.len--;
	return text_number(text, 10, ret);
}

/** 0; -ENOENT when nothing is attached. */
static int read_one(int dir, struct arena *arena, struct loopdev *out)
{
	char link[PATH_MAX + 1];
	uint64_t sectors = 0, read_only = 0;
	ssize_t len = procfile_read(dir, "loop/backing_file", link, sizeof(link));

	if (len < 0)
		return (int)len;
	struct text text = { link, (size_t)len };
	if (text_ends(text, "\n")) /* the kernel's; the name may have more of them */
		text.len--;
	if (!text.len)
		return -ENOENT;
	out->link = arena_text(arena, text);
	int rc = read_number(dir, "loop/offset", &out->offset);
	if (!rc)
		rc = read_number(dir, "loop/sizelimit", &out->sizelimit);
	if (!rc)
		rc = read_number(dir, "size", &sectors);
	if (!rc)
		rc = read_number(dir, "ro", &read_only);
	out->size = sectors * SECTOR_BYTES;
	out->read_only = read_only != 0;
	return rc;
}

static int by_number(const void *left, const void *right)
{
	const struct loopdev *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

int loopdev_list(struct arena *arena, struct loopdev **ret, size_t *count)
{
	struct loopdev *items = NULL;
	size_t found = 0;
	DIR *list = opendir("/sys/block");

	*ret = NULL;
	*count = 0;
	if (!list)
		return -errno;
	for (struct dirent *entry; (entry = readdir(list));) {
		struct text name = text_of(entry->d_name);
		struct loopdev loop = { 0 };
		uint64_t number;

		if (!text_starts(name, "loop") || text_number(text_from(name, 4), 10, &number) ||
		    number > INT_MAX)
			continue;
		scope_fd dir =
			openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		loop.number = (unsigned int)number;
		if (dir < 0 || read_one(dir, arena, &loop))
			continue;
		memory_grow(&items, found, sizeof(*items));
		items[found++] = loop;
	}
	closedir(list);
	if (found) {
		qsort(items, found, sizeof(*items), by_number);
		*ret = arena_zero(arena, found, sizeof(*items));
		memcpy(*ret, items, found * sizeof(*items));
		*count = found;
	}
	free(items);
	return 0;
}

int loopdev_open(unsigned int number, int flags)
{
	char path[32];
	struct stat stat;

	snprintf(path, sizeof(path), "/dev/loop%u", number);
	scope_fd fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat))
		return -errno;
	if (!S_ISBLK(stat.st_mode) || major(stat.st_rdev) != LOOP_MAJOR)
		return -ENOTBLK;
	return scope_fd_take(&fd);
}

/** The kernel's huge_encode_dev: a minor number of 20 bits around a major number of 12. */
static dev_t device_of(uint64_t encoded)
{
	return makedev((encoded >> 8) & 0xfff, (encoded & 0xff) | ((encoded >> 12) & 0xfff00));
}

int loopdev_ask(int fd, struct loopdev_file *ret)
{
	struct loop_info64 info = { 0 };

	if (ioctl(fd, LOOP_GET_STATUS64, &info))
		return -errno;
	*ret = (struct loopdev_file){ .dev = device_of(info.lo_device),
				      .ino = info.lo_inode,
				      .offset = info.lo_offset,
				      .is_device = info.lo_rdevice != 0 };
	return 0;
}

int loopdev_size(int fd, uint64_t *size, bool *read_only)
{
	int flag = 0;

	if (ioctl(fd, BLKGETSIZE64, size) || ioctl(fd, BLKROGET, &flag))
		return -errno;
	*read_only = flag != 0;
	return 0;
}
