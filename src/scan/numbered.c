/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/numbered.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/filehandle.h"
#include "kernel/procfile.h"

bool numbered_can(const struct mountinfo *mount)
{
	return text_is(mount->type, "ext4") || text_is(mount->type, "ext3") ||
	       text_is(mount->type, "ext2") || text_is(mount->type, "xfs") ||
	       text_is(mount->type, "btrfs");
}

int numbered_mount(const struct mountinfo *mount)
{
	struct inode inode;
	scope_fd fd = open(mount->point.bytes,
			   O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int rc = inode_look(fd, "", &inode);
	if (rc)
		return rc;
	return inode.mnt_id == mount->id ? scope_fd_take(&fd) : -EBUSY;
}

bool numbered_has_name(int fd, struct text link)
{
	char name[32], bytes[PATH_MAX + 1];
	struct text now;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return procfile_link(AT_FDCWD, name, bytes, sizeof(bytes), &now) == 0 &&
	       text_equal(now, link);
}

int numbered_open(const struct mountinfo *mount, dev_t dev, uint64_t ino, struct inode *ret)
{
	scope_fd directory = numbered_mount(mount);

	return directory < 0 ? directory : filehandle_find(directory, dev, ino, ret);
}

/** To go there would mean to walk over a mount that may not answer. */
static bool is_behind_hanging(const struct mountinfo *all, size_t count,
			      const struct mountinfo *mount)
{
	for (size_t i = 0; i < count; i++) {
		if (mounts_may_hang(&all[i]) && text_is_below(mount->point, all[i].point))
			return true;
	}
	return false;
}

/** On btrfs the device of the mount is not that of its files: each must be tried. */
static bool may_have(const struct mountinfo *mount, dev_t dev)
{
	return numbered_can(mount) && (mount->dev == dev || text_is(mount->type, "btrfs"));
}

int numbered_find(struct mounts *mounts, dev_t dev, uint64_t ino, struct text link,
		  struct inode *ret)
{
	size_t count;
	const struct mountinfo *all = mounts_own(mounts, &count);
	scope_fd found = -1;
	int first = -EOPNOTSUPP;

	for (size_t i = 0; i < count; i++) {
		struct inode inode;

		if (!may_have(&all[i], dev) || is_behind_hanging(all, count, &all[i]))
			continue;
		scope_fd fd = numbered_open(&all[i], dev, ino, &inode);
		if (fd < 0) {
			first = first == -EOPNOTSUPP ? fd : first;
			continue;
		}
		bool named = numbered_has_name(fd, link);
		if (found < 0 || named) {
			int before = found;

			found = scope_fd_take(&fd);
			fd = before; /* to be closed */
			*ret = inode;
		}
		if (named)
			break;
	}
	return found < 0 ? first : scope_fd_take(&found);
}
