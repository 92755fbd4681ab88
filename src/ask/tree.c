/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/tree.h"

#include <limits.h>

#include "ask/classify.h"

static struct tree *add(struct trees *trees, struct arena *arena, dev_t dev, struct text inside)
{
	struct tree *tree = arena_zero(arena, 1, sizeof(*tree));

	*tree = (struct tree){ .dev = dev, .inside = inside, .next = trees->first };
	trees->first = tree;
	return tree;
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
			add(trees, arena, overlays[i]->dev, text_of("/"))->nested = true;
	}
	return rc;
}

static void add_nested(struct mounts *mounts, struct text directory, struct arena *arena,
		       struct trees *trees)
{
	size_t count;
	const struct mountinfo *own = mounts_own(mounts, &count);

	for (size_t i = 0; i < count; i++) {
		if (!text_is_below(own[i].point, directory) || text_equal(own[i].point, directory))
			continue;
		struct tree *tree = add(trees, arena, own[i].dev, own[i].root);
		tree->nested = true;
		/* Bound from elsewhere: who has it open there does not use it here. */
		if (mounts_own_of(mounts, own[i].dev) != &own[i])
			tree->mnt_id = own[i].id;
	}
}

int tree_of_device(const struct source *source, struct mounts *mounts, dev_t dev,
		   struct arena *arena, struct trees *ret)
{
	add(ret, arena, dev, text_of("/"));
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

	*ret = (struct trees){ NULL };
	/* Of a bind mount, or a subvolume, only what is mounted there. */
	if (wish->filesystem && text_is(wish->filesystem->root, "/"))
		rc = tree_of_device(source, mounts, wish->filesystem->dev, arena, ret);
	else if (info && path_inside(info, wish->rest, buffer, &inside))
		add(ret, arena, info->dev, arena_text(arena, inside));
	if (!wish->inside)
		add_nested(mounts, wish->rest, arena, ret);
	return rc;
}

bool tree_of_file(const struct mountinfo *info, struct text path, struct arena *arena,
		  struct trees *ret)
{
	char buffer[PATH_MAX];
	struct text inside;

	*ret = (struct trees){ NULL };
	if (!path_inside(info, path, buffer, &inside))
		return false;
	add(ret, arena, info->dev, arena_text(arena, inside));
	return true;
}

bool tree_has_place(const struct trees *trees, dev_t dev, struct text inside)
{
	for (const struct tree *tree = trees->first; tree; tree = tree->next) {
		if (!tree->mnt_id && tree->dev == dev && text_is_below(inside, tree->inside))
			return true;
	}
	return false;
}

bool tree_has_root(const struct trees *trees, const struct mountinfo *info)
{
	for (const struct tree *tree = trees->first; tree; tree = tree->next) {
		if (!tree->nested && tree->dev == info->dev &&
		    text_is_below(info->root, tree->inside))
			return true;
	}
	return false;
}

bool tree_has_path(const struct trees *trees, const struct mountinfo *info, struct text path)
{
	char buffer[PATH_MAX];
	struct text inside;

	return path_inside(info, path, buffer, &inside) && tree_has_place(trees, info->dev, inside);
}

static bool has_mount(const struct trees *trees, uint32_t mnt_id)
{
	for (const struct tree *tree = trees->first; tree; tree = tree->next) {
		if (tree->mnt_id && tree->mnt_id == mnt_id)
			return true;
	}
	return false;
}

bool tree_has(const struct trees *trees, struct mounts *mounts, unsigned int pid,
	      const struct open_file *file)
{
	bool named = text_starts(file->link, "/");
	bool gone = !file->inode_rc && !file->inode.nlink;
	struct text path = gone ? classify_old_path(file->link) : file->link;
	const struct mountinfo *info = NULL;
	char buffer[PATH_MAX];
	struct text inside;

	if (!file->inode_rc)
		info = mounts_find(mounts, pid, file->inode.mnt_id).info;
	else if (named)
		info = mounts_find_path(mounts, pid, path).info;
	if (!info)
		return false;
	/* A mount that was moved or covered meanwhile: then all that is sure is what it shows. */
	if (!named || !path_inside(info, path, buffer, &inside))
		inside = info->root;
	return tree_has_place(trees, info->dev, inside) || has_mount(trees, info->id);
}
