/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/meaning.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "kernel/blockdev.h"

/** Documentation/admin-guide/devices.txt: the slaves of unix98 terminals. */
enum { PTS_MAJOR_FIRST = 136, PTS_MAJOR_LAST = 143 };

bool meaning_has_device(const struct meaning_of_wish *meaning, dev_t device)
{
	for (size_t i = 0; i < meaning->device_count; i++) {
		if (meaning->devices[i] == device)
			return true;
	}
	return false;
}

/** Its superblock has a number of its own, and only the name of what it was mounted from is told. */
static bool hides_its_device(const struct mountinfo *info)
{
	return text_is(info->type, "btrfs") || text_is(info->type, "bcachefs");
}

/** Whether it was mounted from one of the devices. `sources`: what is at the names they were told by. */
static bool is_mounted_from(const struct meaning_of_wish *meaning, const struct mountinfo *info,
			    const struct path_found *source)
{
	const struct inode *node = source->leads ? &source->target : &source->inode;

	if (meaning_has_device(meaning, info->dev))
		return true;
	return hides_its_device(info) && source->answered && !source->rc && S_ISBLK(node->mode) &&
	       meaning_has_device(meaning, node->rdev);
}

/** Join all that lies on the filesystems that were mounted from the devices. */
static int mean_mounted(const struct inquiry *inquiry, struct meant *meant, struct arena *arena,
			struct meaning_of_wish *out)
{
	size_t count;
	const struct mountinfo *own = mounts_own(meant->mounts, &count);
	struct path_wish *names = arena_zero(arena, count + 1, sizeof(*names));
	struct path_found *sources = arena_zero(arena, count + 1, sizeof(*sources));
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		if (hides_its_device(&own[i]))
			names[asked++].path = own[i].source;
	}
	int rc = asked ? paths_resolve(inquiry->source, names, asked, sources) : 0;
	for (size_t i = 0, at = 0; i < count && !rc; i++) {
		const struct path_found *source = &sources[at];

		at += hides_its_device(&own[i]);
		if (!is_mounted_from(out, &own[i], source) ||
		    tree_has_place(&out->trees, own[i].dev, text_of("/")))
			continue;
		out->by_tree = true;
		rc = tree_of_device(inquiry->source, meant->mounts, own[i].dev, arena, &out->trees);
	}
	return rc;
}

/** A block device stands for its partitions, and for what was mounted from any of them, too. */
static int mean_block_device(const struct inquiry *inquiry, struct meant *meant,
			     const struct wish *wish, struct arena *arena,
			     struct meaning_of_wish *out)
{
	out->by_device = true;
	out->device_count = blockdev_partitions(meant_inode(wish)->rdev, arena, &out->devices);
	return mean_mounted(inquiry, meant, arena, out);
}

/** The same device, wherever its node lies; but each devpts has terminals of its own. */
static void mean_char_device(const struct wish *wish, struct arena *arena,
			     struct meaning_of_wish *out)
{
	dev_t rdev = meant_inode(wish)->rdev;

	if (major(rdev) >= PTS_MAJOR_FIRST && major(rdev) <= PTS_MAJOR_LAST)
		return;
	out->by_device = true;
	out->devices = arena_zero(arena, 1, sizeof(*out->devices));
	out->devices[out->device_count++] = rdev;
}

int meaning_compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** The tables of all network namespaces: a port or a socket file may be used in any. */
static int read_sockets(const struct inquiry *inquiry, struct meant *meant, unsigned int kinds)
{
	if (!(kinds & ~meant->socket_kinds))
		return 0;
	meant->socket_kinds |= kinds;
	if (!meant->sockets)
		meant->sockets = sockets_begin(inquiry->source, 0);
	sockets_want(meant->sockets, kinds);
	return sockets_add_all(meant->sockets);
}

static void take_sockets(const struct socket *const *sockets, size_t count, struct arena *arena,
			 struct meaning_of_wish *out)
{
	out->sockets = arena_zero(arena, count + 1, sizeof(*out->sockets));
	for (size_t i = 0; i < count; i++) {
		if (sockets[i]->ino)
			out->sockets[out->socket_count++] = sockets[i]->ino;
	}
	qsort(out->sockets, out->socket_count, sizeof(*out->sockets), meaning_compare);
}

static int mean_port(const struct inquiry *inquiry, struct meant *meant, const struct wish *wish,
		     struct arena *arena, struct meaning_of_wish *out)
{
	const struct target *target = wish->target;
	const struct socket **sockets = NULL;

	out->socket_count =
		sockets_walk_port(inquiry->source, target->udp, target->port, arena, &out->sockets);
	if (out->socket_count)
		return 0;
	int rc = read_sockets(inquiry, meant,
			      target->udp ? 1U << SOCKET_UDP | 1U << SOCKET_UDPLITE :
					    1U << SOCKET_TCP | 1U << SOCKET_MPTCP);
	if (rc)
		return rc;
	size_t count = sockets_by_port(meant->sockets, target->udp, target->port, arena, &sockets);
	take_sockets(sockets, count, arena, out);
	return 0;
}

/** A socket in the filesystem: who is bound to it. */
static int mean_socket_file(const struct inquiry *inquiry, struct meant *meant,
			    const struct wish *wish, struct arena *arena,
			    struct meaning_of_wish *out)
{
	const struct inode *inode = meant_inode(wish);
	const struct mountinfo *info = mounts_find(meant->mounts, wish->inside, inode->mnt_id).info;
	const struct socket **sockets = NULL;
	int rc = read_sockets(inquiry, meant, 1U << SOCKET_UNIX);

	if (rc)
		return rc;
	size_t count = sockets_by_file(meant->sockets, info ? info->dev : inode->dev, inode->ino,
				       arena, &sockets);
	take_sockets(sockets, count, arena, out);
	return 0;
}

/** Where it lies, for whom its inode may not be known of. */
static void mean_file(struct meant *meant, const struct wish *wish, struct arena *arena,
		      struct meaning_of_wish *out)
{
	const struct mountinfo *info =
		mounts_find(meant->mounts, wish->inside, meant_inode(wish)->mnt_id).info;

	if (info)
		tree_of_file(info, meant_path(wish), arena, &out->trees);
}

static int mean_path(const struct inquiry *inquiry, struct meant *meant, const struct wish *wish,
		     struct arena *arena, struct meaning_of_wish *out)
{
	if (wish->found.rc) {
		/* Nothing is there now: what was may still be open. */
		out->by_old_path = wish->rest.len > 0;
		return 0;
	}
	out->by_inode = true;
	if (wish->found.is_directory) {
		out->by_tree = true;
		return tree_of(inquiry->source, meant->mounts, wish, arena, &out->trees);
	}
	switch (meant_inode(wish)->mode & S_IFMT) {
	case S_IFSOCK:
		return mean_socket_file(inquiry, meant, wish, arena, out);
	case S_IFBLK:
		return mean_block_device(inquiry, meant, wish, arena, out);
	case S_IFCHR:
		mean_char_device(wish, arena, out);
		return 0;
	default:
		mean_file(meant, wish, arena, out);
		return 0;
	}
}

int meaning_find(struct meant *meant, const struct wish *wish, struct arena *arena,
		 struct meaning_of_wish *ret)
{
	if (wish->kind == TARGET_PATH || wish->kind == TARGET_WORD)
		return mean_path(meant->inquiry, meant, wish, arena, ret);
	if (wish->kind == TARGET_PORT && meant->scope->ports_are_sockets)
		return mean_port(meant->inquiry, meant, wish, arena, ret);
	ret->by_pid = true;
	return 0;
}
