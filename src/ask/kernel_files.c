/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/kernel_files.h"

#include <errno.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/mountinfo.h"
#include "kernel/procfile.h"
#include "kernel/swaps.h"
#include "scan/loops.h"
#include "scan/numbered.h"
#include "scan/paths.h"

enum { SWAPS_MAX = 1 << 20 };

struct listing {
	const struct source *source;
	struct mounts *mounts;
	struct arena *arena;
	struct kernel_file *items;
	size_t count;
};

static size_t count_lines(struct text text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text.len; i++)
		lines += text.bytes[i] == '\n';
	return lines;
}

/** /proc/swaps is the machine's own, whichever procfs is read. */
static struct text load_swaps(const struct listing *listing)
{
	struct text text;

	if (procfile_load(listing->source->proc, "swaps", SWAPS_MAX, listing->arena, &text))
		return (struct text){ 0 };
	return text;
}

static void add_swaps(struct listing *listing, struct text text)
{
	struct swap swap;

	while (swaps_next(&text, &swap)) {
		struct kernel_file *item = &listing->items[listing->count++];

		item->word = "swap";
		item->path = mountinfo_unescape(listing->arena, swap.path);
		item->file.link = item->path;
	}
}

static void add_loops(struct listing *listing, const struct loop *loops, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kernel_file *item = &listing->items[listing->count++];

		item->word = "loop";
		item->path = arena_format(listing->arena, "/dev/loop%u", loops[i].device.number);
		item->file.link = loops[i].device.link;
		item->file.handle =
			(struct handle){ .use = USE_LOOP, .fd = loops[i].device.number };
	}
}

/** A loop device says itself which file it has; what is under the name may be another by now. */
static void check_loop(const struct listing *listing, const struct loop *loop,
		       struct open_file *file)
{
	if (loop->file_rc || loop->file.is_device)
		return;
	if (!file->inode_rc && file->inode.dev == loop->file.dev &&
	    file->inode.ino == loop->file.ino)
		return;
	scope_fd fd = numbered_find(listing->mounts, loop->file.dev, loop->file.ino, file->link,
				    &file->inode);
	file->inode_rc = fd >= 0 ? 0 : -EOPNOTSUPP;
}

static int look_at_names(struct listing *listing)
{
	struct arena *arena = listing->arena;
	struct path_wish *names = arena_zero(arena, listing->count + 1, sizeof(*names));
	struct path_found *found = arena_zero(arena, listing->count + 1, sizeof(*found));

	for (size_t i = 0; i < listing->count; i++)
		names[i].path = listing->items[i].file.link;
	int rc = paths_resolve(listing->source, names, listing->count, found);
	for (size_t i = 0; i < listing->count && !rc; i++) {
		struct open_file *file = &listing->items[i].file;

		file->inode_rc = found[i].answered ? found[i].rc : -ETIMEDOUT;
		file->inode = found[i].leads ? found[i].target : found[i].inode;
	}
	return rc;
}

int kernel_files_list(const struct source *source, struct mounts *mounts, struct arena *arena,
		      struct kernel_file **ret, size_t *count)
{
	struct listing listing = { .source = source, .mounts = mounts, .arena = arena };
	struct text swaps = load_swaps(&listing);
	struct loop *loops = NULL;
	size_t loop_count = 0, first;

	/* Without sysfs none is known. */
	if (loops_list(source, false, arena, &loops, &loop_count))
		loop_count = 0;
	listing.items =
		arena_zero(arena, count_lines(swaps) + loop_count + 1, sizeof(*listing.items));
	add_swaps(&listing, swaps);
	first = listing.count;
	add_loops(&listing, loops, loop_count);
	int rc = listing.count ? look_at_names(&listing) : 0;
	for (size_t i = 0; i < loop_count && !rc; i++)
		check_loop(&listing, &loops[i], &listing.items[first + i].file);
	*ret = listing.items;
	*count = listing.count;
	return rc;
}
