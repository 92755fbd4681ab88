/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/disks.h"

#include <stdlib.h>
#include <uthash.h>

/** By these filesystems whose inodes are told to be plain (WIRE_PLAIN) tell all their files apart. */
struct disk_key {
	dev_t dev;
	uint64_t ino;
};

struct disk {
	struct disk_key key;
	struct inode inode;
	UT_hash_handle hh;
};

struct disks {
	struct arena arena;
	struct disk *table;
};

struct disks *disks_begin(void)
{
	struct disks *disks = memory_resize(NULL, 1, sizeof(*disks));

	disks->table = NULL;
	arena_init(&disks->arena);
	return disks;
}

void disks_end(struct disks *disks)
{
	HASH_CLEAR(hh, disks->table);
	arena_end(&disks->arena);
	free(disks);
}

/** NULL: it is another file than was told. */
static const struct disk *look(struct disks *disks, int list, unsigned int fd,
			       const struct disk_key *key)
{
	char name[TEXT_NUMBER_MAX];
	struct inode inode;

	text_put_number(name, fd);
	if (inode_look(list, name, &inode) || inode.dev != key->dev || inode.ino != key->ino)
		return NULL;
	struct disk *disk = arena_zero(&disks->arena, 1, sizeof(*disk));
	disk->key = *key;
	disk->inode = inode;
	HASH_ADD(hh, disks->table, key, sizeof(disk->key), disk);
	return disk;
}

bool disks_know(struct disks *disks, int list, const struct told *told, struct open_file *file)
{
	const struct disk_key key = { file->inode.dev, file->inode.ino };
	const struct disk *disk;

	HASH_FIND(hh, disks->table, &key, sizeof(key), disk);
	if (!disk)
		disk = look(disks, list, told->is.fd, &key);
	if (!disk)
		return false;
	/* All else was told at one moment, and the mount is the descriptor's, not the file's. */
	file->inode.disk = disk->inode.disk;
	file->inode.uid = disk->inode.uid;
	file->inode.gid = disk->inode.gid;
	file->inode.mtime_ns = disk->inode.mtime_ns;
	file->inode.ctime_ns = disk->inode.ctime_ns;
	file->inode.btime_ns = disk->inode.btime_ns;
	return true;
}
