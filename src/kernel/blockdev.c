/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/blockdev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/procfile.h"

enum { MAPPED_NAME_MAX = 160 /* include/uapi/linux/dm-ioctl.h: DM_NAME_LEN is 128 */ };

static DIR *open_directory(dev_t device, const char *below)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u%s", major(device), minor(device), below);
	return opendir(path);
}

/** "8:1\n" of `name`/dev, where that is a partition. */
static bool read_partition(int dir, const char *name, dev_t *ret)
{
	char path[300], buffer[32];
	uint64_t major_number, minor_number;
	struct text word;

	snprintf(path, sizeof(path), "%s/partition", name);
	if (faccessat(dir, path, F_OK, 0))
		return false;
	snprintf(path, sizeof(path), "%s/dev", name);
	ssize_t len = procfile_read(dir, path, buffer, sizeof(buffer));
	struct text text = { buffer, len > 0 ? (size_t)len : 0 };
	if (text_ends(text, "\n"))
		text.len--;
	if (!text_next(&text, ':', &word) || text_number(word, 10, &major_number) ||
	    text_number(text, 10, &minor_number))
		return false;
	*ret = makedev((unsigned int)major_number, (unsigned int)minor_number);
	return true;
}

size_t blockdev_partitions(dev_t device, struct arena *arena, dev_t **ret)
{
	dev_t *devices = NULL;
	size_t count = 0;
	DIR *list = open_directory(device, "");

	memory_grow(&devices, count, sizeof(*devices));
	devices[count++] = device;
	for (struct dirent *entry; list && (entry = readdir(list));) {
		dev_t partition;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    !read_partition(dirfd(list), entry->d_name, &partition))
			continue;
		memory_grow(&devices, count, sizeof(*devices));
		devices[count++] = partition;
	}
	if (list)
		closedir(list);
	*ret = arena_zero(arena, count, sizeof(**ret));
	memcpy(*ret, devices, count * sizeof(*devices));
	free(devices);
	return count;
}

size_t blockdev_holders(dev_t device, struct arena *arena, struct text **ret)
{
	struct text *names = NULL;
	size_t count = 0;
	DIR *list = open_directory(device, "/holders");

	for (struct dirent *entry; list && (entry = readdir(list));) {
		if (entry->d_name[0] == '.')
			continue;
		memory_grow(&names, count, sizeof(*names));
		names[count++] = arena_text(arena, text_of(entry->d_name));
	}
	if (list)
		closedir(list);
	*ret = arena_zero(arena, count + 1, sizeof(**ret));
	if (count)
		memcpy(*ret, names, count * sizeof(*names));
	free(names);
	return count;
}

struct text blockdev_node(struct text name, struct arena *arena)
{
	char path[300], buffer[MAPPED_NAME_MAX];

	snprintf(path, sizeof(path), "/sys/block/%.*s/dm/name", (int)name.len, name.bytes);
	ssize_t len = procfile_read(AT_FDCWD, path, buffer, sizeof(buffer));
	struct text mapped = { buffer, len > 0 ? (size_t)len : 0 };
	if (text_ends(mapped, "\n"))
		mapped.len--;
	if (mapped.len)
		return arena_format(arena, "/dev/mapper/%.*s", (int)mapped.len, mapped.bytes);
	return arena_format(arena, "/dev/%.*s", (int)name.len, name.bytes);
}

int blockdev_size(dev_t device, uint64_t *ret)
{
	char path[64], buffer[32];
	uint64_t sectors;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/size", major(device), minor(device));
	ssize_t len = procfile_read(AT_FDCWD, path, buffer, sizeof(buffer));
	if (len < 0)
		return (int)len;
	struct text text = { buffer, (size_t)len };
	if (text_ends(text, "\n"))
		text.len--;
	if (text_number(text, 10, &sectors) || sectors > UINT64_MAX / 512)
		return -EINVAL;
	*ret = sectors * 512;
	return 0;
}
