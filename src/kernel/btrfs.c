/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/btrfs.h"

#include <errno.h>
#include <sys/ioctl.h>

/** As many as fit: fs/btrfs/ioctl.c fills the buffer and stops. */
enum { ITEMS_MAX = 4096 };

void btrfs_search_begin(struct btrfs_search *search, int fd, uint64_t tree, uint32_t type,
			uint64_t first, uint64_t last)
{
	*search = (struct btrfs_search){ .fd = fd, .type = type };
	search->args.key = (struct btrfs_ioctl_search_key){
		.tree_id = tree,
		.min_objectid = first,
		.max_objectid = last,
		.max_offset = UINT64_MAX,
		.max_transid = UINT64_MAX,
		.min_type = type,
		.max_type = type,
	};
}

/** Go on behind the last item: keys are ordered by objectid, type, offset. */
static bool step(struct btrfs_search *search, const struct btrfs_ioctl_search_header *last)
{
	struct btrfs_ioctl_search_key *key = &search->args.key;

	key->min_objectid = last->objectid;
	key->min_type = last->type;
	key->min_offset = last->offset + 1;
	if (key->min_offset)
		return true;
	key->min_type = search->type;
	return ++key->min_objectid && key->min_objectid <= key->max_objectid;
}

static int fill(struct btrfs_search *search)
{
	search->args.key.nr_items = ITEMS_MAX;
	search->at = 0;
	if (ioctl(search->fd, BTRFS_IOC_TREE_SEARCH, &search->args))
		return -errno;
	search->left = search->args.key.nr_items;
	return search->left > 0;
}

int btrfs_search_next(struct btrfs_search *search, struct btrfs_item *out)
{
	for (;;) {
		struct btrfs_ioctl_search_header header;

		int rc = search->left ? 1 : fill(search);
		if (rc <= 0)
			return rc;
		if (search->at + sizeof(header) > sizeof(search->args.buf))
			return -EIO;
		memcpy(&header, search->args.buf + search->at, sizeof(header));
		search->at += sizeof(header);
		if (header.len > sizeof(search->args.buf) - search->at)
			return -EIO;
		*out = (struct btrfs_item){
			.objectid = header.objectid,
			.offset = header.offset,
			.bytes = { search->args.buf + search->at, header.len },
		};
		search->at += header.len;
		search->left--;
		/* Between two objectids lie items of all types. */
		bool end = !search->left && !step(search, &header);
		if (end)
			search->args.key.min_objectid = search->args.key.max_objectid + 1;
		if (header.type == search->type)
			return 1;
		if (end)
			return 0;
	}
}
