/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/tree.h"

#include <limits.h>

#include "ask/classify.h"

static void add(struct trees *trees, dev_t dev, struct text inside)
{
	trees->items[trees->count++] = (struct tree){ dev, inside };
}

/** A path as seen, turned into one within its filesystem: "/srv/x" on a mount of "/a" at "/srv" is "/a/x". */
static bool path_inside(const struct mountinfo *info, struct text path, char buffer[PATH_MAX],
			struct text *ret)
{
	bool root_root = text_is(info->root, "/"), root_point = text_is(info->point, "/");

	if (!text_is_below(path, info->point))
		return false;
	struct text rest = text_from(path, root_point ? 0 : info->point.len);
	if (text_is(rest, "/"))
		rest.len = 0;
	if (root_root) {
		*ret = rest.len ? rest : text_of("/");
		return true;
	}
	if (info->root.len + rest.len >= PATH_MAX)
		return false;
	memcpy(buffer, info->root.bytes, info->root.len);
	memcpy(buffer + info->root.len, rest.len ? rest.bytes : "", rest.len);
	*ret = (struct text){ buffer, info->root.len + rest.len };
	return true;
}

/** Overlays keep their blocks in the directory they were given as upper layer. */
static int add_overlays(const struct source *source, struct mounts *mounts, dev_t dev,
			struct arena *arena, struct trees *trees)
{
	size_t count, found = 0;
	const struct mountinfo *own = mounts_own(mounts, &count);
	struct path_wish *wishes = arena_zero(arena, count + 1, sizeof(*wishes));
	struct path_found *places = arena_zero(arena, count + 1, sizeof(*places));
	const struct mountinfo **overlays = arena_zero(arena, count + 1, sizeof(*overlays));

	for (size_t i = 0; i < count; i++) {
		if (text_is(own[i].type, "overlay") &&
		    mounts_upperdir(&own[i], arena, &wishes[found].path))
			overlays[found++] = &own[i];
	}
	int rc = found ? paths_resolve(source, wishes, found, places) : 0;
	for (size_t i = 0; i < found && !rc; i++) {
		const struct mountinfo *upper = mounts_find(mounts, 0, places[i].inode.mnt_id).info;

		if (places[i].is_directory && upper && upper->dev == dev)
			add(trees, overlays[i]->dev, text_of("/"));
	}
	return rc;
}

static struct trees make_trees(struct mounts *mounts, struct arena *arena)
{
	size_t count;

	mounts_own(mounts, &count);
	/* Each mount at most twice: as nested, as an overlay; and the wish itself. */
	return (struct trees){ .items = arena_zero(arena, 2 * count + 1, sizeof(struct tree)) };
}

static void add_nested(struct mounts *mounts, struct text directory, struct trees *trees)
{
	size_t count;
	const struct mountinfo *own = mounts_own(mounts, &count);

	for (size_t i = 0; i < count; i++) {
		if (text_is_below(own[i].point, directory) && !text_equal(own[i].point, directory))
			add(trees, own[i].dev, own[i].root);
	}
}

int tree_of_device(const struct source *source, struct mounts *mounts, dev_t dev,
		   struct arena *arena, struct trees *ret)
{
	*ret = make_trees(mounts, arena);
	add(ret, dev, text_of("/"));
	return add_overlays(source, mounts, dev, arena, ret);
}

int tree_of(const struct source *source, struct mounts *mounts, const struct wish *wish,
	    struct arena *arena, struct trees *ret)
{
	const struct mountinfo *info =
		mounts_find(mounts, wish->inside, wish->found.inode.mnt_id).info;
	char buffer[PATH_MAX];
	struct text inside;
	int rc = 0;

	*ret = make_trees(mounts, arena);
	if (wish->filesystem)
		rc = tree_of_device(source, mounts, wish->filesystem->dev, arena, ret);
	else if (info && path_inside(info, wish->rest, buffer, &inside))
		add(ret, info->dev, arena_text(arena, inside));
	if (!wish->inside)
		add_nested(mounts, wish->rest, ret);
	return rc;
}

bool tree_has(const struct trees *trees, struct mounts *mounts, unsigned int pid,
	      const struct open_file *file)
{
	const struct mountinfo *info = mounts_find(mounts, pid, file->inode.mnt_id).info;
	struct text path = file->inode.nlink ? file->link : classify_old_path(file->link);
	char buffer[PATH_MAX];
	struct text inside;

	if (file->inode_rc || !info)
		return false;
	/* A mount that was moved or covered meanwhile: then all that is sure is what it shows. */
	if (!text_starts(path, "/") || !path_inside(info, path, buffer, &inside))
		inside = info->root;
	for (size_t i = 0; i < trees->count; i++) {
		if (trees->items[i].dev == info->dev &&
		    text_is_below(inside, trees->items[i].inside))
			return true;
	}
	return false;
}
