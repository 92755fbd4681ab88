/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/filehandle.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs_tree.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/btrfs.h"
#include "kernel/xfs.h"

/** Types of handles: include/linux/exportfs.h, fs/xfs/libxfs/xfs_fs.h. */
enum { FILEID_INO32_GEN = 1, FILEID_BTRFS_WITHOUT_PARENT = 0x4d, FILEID_XFS_INO64_GEN = 0x81 };

/** The body of a handle on each of them. */
struct ext_body {
	uint32_t ino, generation;
};

struct xfs_body {
	uint64_t ino;
	uint32_t generation;
} __attribute__((packed));

struct btrfs_body {
	uint64_t objectid, root_objectid;
	uint32_t generation;
} __attribute__((packed));

static int open_handle(int mount, int type, const void *body, size_t size, int flags)
{
	union {
		struct file_handle handle;
		unsigned char bytes[sizeof(struct file_handle) + sizeof(struct btrfs_body)];
	} whole = { .handle = { .handle_bytes = (unsigned int)size, .handle_type = type } };

	memcpy(whole.bytes + sizeof(struct file_handle), body, size);
	int fd = open_by_handle_at(mount, &whole.handle, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static long magic_of(int mount)
{
	struct statfs fs;

	return fstatfs(mount, &fs) ? 0 : (long)fs.f_type;
}

int filehandle_open(int mount, const struct file_number *number, int flags)
{
	switch (magic_of(mount)) {
	case EXT4_SUPER_MAGIC: {
		struct ext_body body = { (uint32_t)number->ino, number->generation };

		return number->ino > UINT32_MAX ?
			       -ESTALE :
			       open_handle(mount, FILEID_INO32_GEN, &body, sizeof(body), flags);
	}
	case XFS_SUPER_MAGIC: {
		struct xfs_body body = { number->ino, number->generation };

		return open_handle(mount, FILEID_XFS_INO64_GEN, &body, sizeof(body), flags);
	}
	case BTRFS_SUPER_MAGIC: {
		struct btrfs_body body = { number->ino, number->tree, number->generation };

		return open_handle(mount, FILEID_BTRFS_WITHOUT_PARENT, &body, sizeof(body), flags);
	}
	default:
		return -EOPNOTSUPP;
	}
}

/** Open it, and see that it is the one. */
static int open_proved(int mount, const struct file_number *number, dev_t dev, struct inode *ret)
{
	scope_fd fd = filehandle_open(mount, number, O_PATH);

	if (fd < 0)
		return fd;
	int rc = inode_look(fd, "", ret);
	if (rc)
		return rc;
	return ret->dev == dev && ret->ino == number->ino ? scope_fd_take(&fd) : -ESTALE;
}

static void begin_roots(struct btrfs_search *search, int mount)
{
	btrfs_search_begin(search, mount, BTRFS_ROOT_TREE_OBJECTID, BTRFS_ROOT_ITEM_KEY,
			   BTRFS_FS_TREE_OBJECTID, BTRFS_LAST_FREE_OBJECTID);
}

/** Trees of files; between them and the first one lie those of the filesystem itself. */
static bool has_files(uint64_t tree)
{
	return tree == BTRFS_FS_TREE_OBJECTID || tree >= BTRFS_FIRST_FREE_OBJECTID;
}

/** The generation of an inode of `tree`. 0 or -errno. */
static int look_up_btrfs(int mount, struct file_number *number)
{
	struct btrfs_search search;
	struct btrfs_item item;
	uint64_t generation;

	btrfs_search_begin(&search, mount, number->tree, BTRFS_INODE_ITEM_KEY, number->ino,
			   number->ino);
	int rc = btrfs_search_next(&search, &item);
	if (rc <= 0)
		return rc ? rc : -ESTALE;
	if (item.bytes.len < sizeof(generation))
		return -EIO;
	memcpy(&generation, item.bytes.bytes, sizeof(generation)); /* its first field */
	number->generation = (uint32_t)le64toh(generation);
	return 0;
}

/** The same number is in every subvolume: the device tells them apart. */
static int find_btrfs(int mount, dev_t dev, uint64_t ino, struct inode *ret)
{
	struct btrfs_search roots;
	struct btrfs_item root;
	int rc;

	begin_roots(&roots, mount);
	while ((rc = btrfs_search_next(&roots, &root)) > 0) {
		struct file_number number = { .ino = ino, .tree = root.objectid };

		if (!has_files(root.objectid) || look_up_btrfs(mount, &number))
			continue;
		int fd = open_proved(mount, &number, dev, ret);
		if (fd >= 0)
			return fd;
	}
	return rc < 0 ? rc : -ESTALE;
}

int filehandle_find(int mount, dev_t dev, uint64_t ino, struct inode *ret)
{
	struct file_number number = { .ino = ino };
	long magic = magic_of(mount);

	if (magic == BTRFS_SUPER_MAGIC)
		return find_btrfs(mount, dev, ino, ret);
	if (magic == XFS_SUPER_MAGIC) {
		struct xfs_stat stat;
		int rc = xfs_stat_one(mount, ino, &stat);

		if (rc)
			return rc;
		number.generation = stat.generation;
	}
	return open_proved(mount, &number, dev, ret);
}

struct numbers {
	struct file_number *items;
	size_t count;
};

static void add_number(struct numbers *numbers, struct file_number number)
{
	memory_grow(&numbers->items, numbers->count, sizeof(*numbers->items));
	numbers->items[numbers->count++] = number;
}

static int list_xfs(int mount, struct numbers *numbers)
{
	struct statfs fs;
	struct xfs_walk walk = { .fd = mount };
	struct xfs_stat stat;
	int rc;

	if (fstatfs(mount, &fs))
		return -errno;
	if (fs.f_files - fs.f_ffree > FILEHANDLE_INODES_MAX)
		return -EFBIG;
	while ((rc = xfs_walk_next(&walk, &stat)) > 0) {
		if (!stat.nlink)
			add_number(numbers, (struct file_number){ .ino = stat.ino,
								  .generation = stat.generation });
	}
	return rc;
}

static int list_orphans(int mount, uint64_t tree, struct numbers *numbers)
{
	struct btrfs_search search;
	struct btrfs_item item;
	int rc;

	btrfs_search_begin(&search, mount, tree, BTRFS_ORPHAN_ITEM_KEY, BTRFS_ORPHAN_OBJECTID,
			   BTRFS_ORPHAN_OBJECTID);
	while ((rc = btrfs_search_next(&search, &item)) > 0) {
		struct file_number number = { .ino = item.offset, .tree = tree };

		if (look_up_btrfs(mount, &number) == 0)
			add_number(numbers, number);
		if (numbers->count > FILEHANDLE_INODES_MAX)
			return -EFBIG;
	}
	return rc;
}

static int list_btrfs(int mount, struct numbers *numbers)
{
	struct btrfs_search roots;
	struct btrfs_item root;
	int rc;

	begin_roots(&roots, mount);
	while ((rc = btrfs_search_next(&roots, &root)) > 0) {
		int orphans_rc =
			has_files(root.objectid) ? list_orphans(mount, root.objectid, numbers) : 0;

		if (orphans_rc)
			return orphans_rc;
	}
	return rc;
}

int filehandle_nameless(int mount, struct arena *arena, struct file_number **ret, size_t *count)
{
	struct numbers numbers = { 0 };
	int rc = -EOPNOTSUPP;

	switch (magic_of(mount)) {
	case XFS_SUPER_MAGIC:
		rc = list_xfs(mount, &numbers);
		break;
	case BTRFS_SUPER_MAGIC:
		rc = list_btrfs(mount, &numbers);
		break;
	default:
		break;
	}
	if (rc == 0) {
		*ret = arena_zero(arena, numbers.count + 1, sizeof(**ret));
		*count = numbers.count;
		for (size_t i = 0; i < numbers.count; i++)
			(*ret)[i] = numbers.items[i];
	}
	free(numbers.items);
	return rc;
}
