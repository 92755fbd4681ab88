/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/xfs.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>

/** What is asked: struct xfs_bulk_ireq of fs/xfs/libxfs/xfs_fs.h. */
struct request {
	uint64_t ino;
	uint32_t flags, wanted, got, group;
	uint64_t reserved[5];
};

/** What is told of one inode: struct xfs_bulkstat; what we do not need has no name here. */
struct answer {
	uint64_t ino;
	uint64_t sizes_and_times[7];
	uint32_t generation;
	uint32_t owner_and_times[11];
	uint32_t nlink;
	uint32_t extents[2];
	uint16_t state[6];
	uint64_t rest[7];
};

_Static_assert(sizeof(struct request) == 64, "as the kernel has it");
_Static_assert(sizeof(struct answer) == 192 && offsetof(struct answer, nlink) == 112,
	       "as the kernel has it");

struct bulk {
	struct request request;
	struct answer answers[XFS_WALK_INODES];
};

#define XFS_IOC_BULKSTAT _IOR('X', 127, struct request)

static int ask(int fd, uint64_t ino, uint32_t wanted, struct bulk *bulk)
{
	bulk->request = (struct request){ .ino = ino, .wanted = wanted };
	if (ioctl(fd, XFS_IOC_BULKSTAT, bulk))
		return errno == ENOTTY ? -EOPNOTSUPP : -errno;
	return bulk->request.got > wanted ? -EIO : 0;
}

static struct xfs_stat stat_of(const struct answer *answer)
{
	return (struct xfs_stat){ answer->ino, answer->generation, answer->nlink };
}

int xfs_walk_next(struct xfs_walk *walk, struct xfs_stat *out)
{
	struct bulk bulk;

	if (walk->at == walk->count) {
		int rc = ask(walk->fd, walk->next, XFS_WALK_INODES, &bulk);

		if (rc)
			return rc;
		walk->at = 0;
		walk->count = bulk.request.got;
		walk->next = bulk.request.ino;
		for (uint32_t i = 0; i < walk->count; i++)
			walk->found[i] = stat_of(&bulk.answers[i]);
		if (!walk->count)
			return 0;
	}
	*out = walk->found[walk->at++];
	return 1;
}

int xfs_stat_one(int fd, uint64_t ino, struct xfs_stat *out)
{
	struct bulk bulk;
	int rc = ask(fd, ino, 1, &bulk);

	if (rc)
		return rc;
	if (!bulk.request.got || bulk.answers[0].ino != ino)
		return -ESTALE;
	*out = stat_of(&bulk.answers[0]);
	return 0;
}
