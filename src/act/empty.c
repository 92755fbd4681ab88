/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/empty.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

/** Blocks may also lie behind the end: allocated in advance, by the program or by the filesystem. */
static off_t reach(const struct inode *inode)
{
	uint64_t whole = inode->size + inode->disk;

	if (whole < inode->size || whole > INT64_MAX)
		return (off_t)inode->size;
	return (off_t)whole;
}

static int punch(int fd, off_t length)
{
	int rc;

	do
		rc = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, length);
	while (rc && errno == EINTR);
	return rc ? -errno : 0;
}

int empty(int fd, enum emptying how, const struct inode *inode)
{
	off_t length = reach(inode);

	if (how == EMPTYING_TRUNCATE)
		return ftruncate(fd, 0) ? -errno : 0;
	if (length == 0)
		return 0;
	int rc = punch(fd, length);
	/* Behind the largest size that the filesystem knows there is nothing. */
	return rc == -EFBIG && inode->size ? punch(fd, (off_t)inode->size) : rc;
}

bool empty_needs_sync(struct text type)
{
	return text_is(type, "btrfs") || text_is(type, "bcachefs");
}
