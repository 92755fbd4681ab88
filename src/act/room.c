/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/room.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

int room_check(const struct place *place, uint64_t needed, struct room *ret)
{
	struct statvfs fs;

	*ret = (struct room){ .needed = needed, .enough = true };
	if (fstatvfs(place->directory, &fs))
		return -errno;
	/* A tmpfs without a limit says that it has no blocks at all. */
	if (!fs.f_blocks)
		return 0;
	uint64_t usable = geteuid() == 0 ? fs.f_bfree : fs.f_bavail;
	ret->free = (uint64_t)fs.f_bavail * fs.f_frsize;
	ret->enough = needed <= usable * fs.f_frsize;
	return 0;
}

static bool is_writable(const struct mountinfo *info)
{
	return text_is(text_first(info->options, 2), "rw") &&
	       text_is(text_first(info->super_options, 2), "rw");
}

/** tmpfs is memory, which a file that did not fit on a disk is not for. */
static bool is_candidate(const struct mountinfo *info)
{
	return mounts_is_local(info->type) && is_writable(info) &&
	       !text_is(info->type, "devtmpfs") && !text_is(info->type, "tmpfs");
}

static int by_free(const void *left, const void *right)
{
	const struct room_elsewhere *a = left, *b = right;

	return (a->free < b->free) - (a->free > b->free);
}

size_t room_find(const struct source *source, struct mounts *mounts, uint64_t needed,
		 struct arena *arena, struct room_elsewhere ret[ROOM_ELSEWHERE_MAX])
{
	size_t all, count = 0, found = 0;
	const struct mountinfo *own = mounts_own(mounts, &all);
	struct text *paths = arena_zero(arena, all + 1, sizeof(*paths));
	struct space *spaces = arena_zero(arena, all + 1, sizeof(*spaces));
	struct room_elsewhere *rooms = arena_zero(arena, all + 1, sizeof(*rooms));

	for (size_t i = 0; i < all; i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= own[k].dev == own[i].dev;
		if (!seen && is_candidate(&own[i]))
			paths[count++] = own[i].point;
	}
	if (paths_space(source, paths, count, spaces))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (spaces[i].known && spaces[i].free > needed)
			rooms[found++] = (struct room_elsewhere){ paths[i], spaces[i].free };
	}
	qsort(rooms, found, sizeof(*rooms), by_free);
	if (found > ROOM_ELSEWHERE_MAX)
		found = ROOM_ELSEWHERE_MAX;
	for (size_t i = 0; i < found; i++)
		ret[i] = rooms[i];
	return found;
}
