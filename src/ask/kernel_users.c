/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/kernel_users.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ask/kernel_files.h"
#include "kernel/blockdev.h"

struct finding {
	const struct meant *meant;
	struct arena *arena;
	struct kernel_use *items;
	size_t count;
};

static void add(struct finding *finding, struct kernel_use use)
{
	memory_grow(&finding->items, finding->count, sizeof(*finding->items));
	finding->items[finding->count++] = use;
}

static bool is_path(const struct wish *wish)
{
	return (wish->kind == TARGET_PATH || wish->kind == TARGET_WORD) && !wish->found.rc &&
	       wish->found.answered;
}

static bool is_device(const struct wish *wish)
{
	return S_ISBLK(meant_inode(wish)->mode);
}

/** Mounted below the directory, or over the file. */
static bool is_within(const struct wish *wish, const struct mountinfo *info)
{
	struct text path = meant_path(wish);

	if (wish->inside || !path.len || !text_is_below(info->point, path))
		return false;
	return !wish->found.is_directory || !text_equal(info->point, path);
}

/** What is mounted there is what was asked about, or part of it, in another place. */
static bool is_part(const struct finding *finding, size_t index, const struct mountinfo *info)
{
	const struct wish *wish = &finding->meant->scope->wishes[index];

	if (wish->filesystem == info ||
	    (wish->found.is_directory && text_equal(info->point, meant_path(wish))))
		return false;
	return tree_has_root(meant_trees(finding->meant, index), info);
}

/** Of the layers in "lowerdir=/a:/b,upperdir=/c", as the kernel tells them, one that lies in the trees. */
static bool has_layer(const struct finding *finding, const struct trees *trees,
		      const struct mountinfo *overlay)
{
	struct text options = overlay->super_options, option, layer;
	struct mounts *mounts = finding->meant->mounts;

	while (text_next(&options, ',', &option)) {
		bool is_lower = text_starts(option, "lowerdir") || text_starts(option, "datadir");
		const char *equals = option.len ? memchr(option.bytes, '=', option.len) : NULL;

		if (!equals || !(is_lower || text_starts(option, "upperdir=")))
			continue;
		struct text value =
			mountinfo_unescape(finding->arena,
					   text_from(option, (size_t)(equals - option.bytes) + 1));
		while (text_next(&value, is_lower ? ':' : '\0', &layer)) {
			const struct mountinfo *info =
				text_starts(layer, "/") ? mounts_find_path(mounts, 0, layer).info :
							  NULL;

			if (info && tree_has_path(trees, info, layer))
				return true;
		}
	}
	return false;
}

/** How this mount uses what wish `index` means: true when it does. */
static bool uses(const struct finding *finding, size_t index, const struct mountinfo *info,
		 struct kernel_use *out)
{
	const struct wish *wish = &finding->meant->scope->wishes[index];

	out->path = info->point;
	out->word = text_of("mount");
	out->keeps = true;
	if (!is_path(wish))
		return false;
	if (is_within(wish, info))
		return true;
	out->keeps = is_device(wish);
	if (is_part(finding, index, info))
		return true;
	out->word = text_of("overlay");
	if (!text_is(info->type, "overlay"))
		return false;
	const struct trees *trees = meant_trees(finding->meant, index);
	return tree_has_place(trees, info->dev, text_of("/")) || has_layer(finding, trees, info);
}

static void find_mounts(struct finding *finding)
{
	struct scope *scope = finding->meant->scope;
	size_t count;
	const struct mountinfo *own = mounts_own(finding->meant->mounts, &count);

	for (size_t i = 0; i < count; i++) {
		struct kernel_use use = { 0 };
		bool found = false;

		for (size_t k = 0; k < scope->count; k++) {
			struct kernel_use one = { 0 };

			if (!uses(finding, k, &own[i], &one))
				continue;
			scope->wishes[k].matched++;
			one.keeps |= use.keeps;
			use = one;
			found = true;
		}
		if (found)
			add(finding, use);
	}
}

/** Swap and loop devices have files open as a process has, but for a process. */
static int find_files(struct finding *finding)
{
	const struct meant *meant = finding->meant;
	const struct process kernel = { .pid = 0 };
	struct kernel_file *files;
	size_t count;
	int rc = kernel_files_list(meant->inquiry->source, meant->mounts, finding->arena, &files,
				   &count);

	for (size_t i = 0; i < count && !rc; i++) {
		const struct kernel_file *file = &files[i];
		struct kernel_use use = { .word = text_of(file->word),
					  .path = file->path,
					  .keeps = true };

		if (!meant_has(meant, &kernel, &file->file))
			continue;
		if (file->file.handle.use == USE_LOOP)
			use.handle = handle_text(finding->arena, &file->file.handle);
		add(finding, use);
	}
	return rc;
}

static void find_holders(struct finding *finding)
{
	struct scope *scope = finding->meant->scope;

	for (size_t i = 0; i < scope->count; i++) {
		const dev_t *devices;
		size_t count = meant_devices(finding->meant, i, &devices);

		for (size_t k = 0; k < count; k++) {
			struct text *names;
			size_t holders = blockdev_holders(devices[k], finding->arena, &names);

			for (size_t n = 0; n < holders; n++)
				add(finding,
				    (struct kernel_use){
					    .word = text_of("holder"),
					    .path = blockdev_node(names[n], finding->arena),
					    .keeps = true });
			scope->wishes[i].matched += holders;
		}
	}
}

int kernel_users_find(const struct meant *meant, struct arena *arena, struct kernel_users *ret,
		      struct error *err)
{
	struct finding finding = { .meant = meant, .arena = arena };

	find_mounts(&finding);
	int rc = find_files(&finding);
	if (!rc)
		find_holders(&finding);
	*ret = (struct kernel_users){ arena_zero(arena, finding.count + 1, sizeof(*ret->items)),
				      finding.count };
	if (finding.count)
		memcpy(ret->items, finding.items, finding.count * sizeof(*ret->items));
	free(finding.items);
	return rc ? error_set(err, rc, "cannot start a helper process: %s", strerror(-rc)) : 0;
}
