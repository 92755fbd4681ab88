/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/sysmacros.h>

const char *open_file_path(char buffer[OPEN_FILE_PATH_MAX], const struct open_file *file)
{
	static const char *const words[] = {
		[USE_CWD] = "cwd", [USE_ROOT] = "root", [USE_EXE] = "exe"
	};
	const struct handle *handle = &file->handle;
	char owner[48];

	snprintf(owner, sizeof(owner), handle->tid ? "%u/task/%u" : "%u", handle->pid, handle->tid);
	switch (handle->use) {
	case USE_FD:
	case USE_RING:
	case USE_LOOP: /* of process 0, which is not there */
		snprintf(buffer, OPEN_FILE_PATH_MAX, "%s/fd/%u", owner, handle->fd);
		break;
	case USE_MAP: /* task/TID has none: see mappings.c */
		snprintf(buffer, OPEN_FILE_PATH_MAX, "%u/map_files/%" PRIx64 "-%" PRIx64,
			 handle->tid ? handle->tid : handle->pid, file->map_start, file->map_end);
		break;
	case USE_CWD:
	case USE_ROOT:
	case USE_EXE:
		snprintf(buffer, OPEN_FILE_PATH_MAX, "%s/%s", owner, words[handle->use]);
		break;
	}
	return buffer;
}

/** The first of those that are sought with this number or a higher one. */
static size_t first_from(const struct look *look, uint64_t ino)
{
	size_t low = 0, high = look->sought_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (look->sought[middle].inode.ino < ino)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_numbered(const struct look *look, size_t at, uint64_t ino)
{
	return at < look->sought_count && look->sought[at].inode.ino == ino;
}

bool look_seeks(const struct look *look, const struct inode *inode)
{
	if (!look->sought)
		return inode_same(inode, &look->inode);
	for (size_t i = first_from(look, inode->ino); is_numbered(look, i, inode->ino); i++) {
		if (inode_same(inode, &look->sought[i].inode))
			return true;
	}
	return false;
}

bool look_seeks_number(const struct look *look, uint64_t ino)
{
	if (!look->sought)
		return ino == look->inode.ino;
	return is_numbered(look, first_from(look, ino), ino);
}

bool look_seeks_mapped(const struct look *look, dev_t dev, uint64_t ino)
{
	if (!look_seeks_number(look, ino))
		return false;
	/* Files of btrfs and overlay have another device than their mappings say. */
	if (major(dev) == 0 || !look->sought)
		return major(dev) == 0 || dev == look->inode.dev;
	for (size_t i = first_from(look, ino); is_numbered(look, i, ino); i++) {
		if (look->sought[i].inode.dev == dev)
			return true;
	}
	return false;
}

bool look_names(const struct look *look, struct text line)
{
	bool named = !look->sought && text_holds(line, look->path);

	for (size_t i = 0; i < look->sought_count && !named; i++)
		named = text_holds(line, look->sought[i].path);
	return named;
}
