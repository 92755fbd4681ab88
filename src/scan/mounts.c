/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"

/** Of a namespace that somebody else has made; more is no mount table but an attempt to stall us. */
enum { MOUNTINFO_MAX = 8 << 20, OWN_MOUNTINFO_MAX = 256 << 20 };

/** The mounts of one mount namespace. */
struct space {
	uint64_t namespace; /**< inode of ns/mnt */
	struct mountinfo *mounts;
	size_t count;
	struct space *next;
};

struct mounts {
	struct arena arena;
	int proc;
	struct space own;
	struct space *others;
};

static int by_id(const void *left, const void *right)
{
	const struct mountinfo *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

static void parse_space(struct arena *arena, struct text text, struct space *ret)
{
	struct text line;
	size_t lines = 0;

	for (size_t i = 0; i < text.len; i++)
		lines += text.bytes[i] == '\n';
	ret->mounts = arena_zero(arena, lines + 1, sizeof(*ret->mounts));
	while (text_next(&text, '\n', &line) && ret->count <= lines) {
		if (mountinfo_parse(line, arena, &ret->mounts[ret->count]) == 0)
			ret->count++;
	}
	qsort(ret->mounts, ret->count, sizeof(*ret->mounts), by_id);
}

static int read_space(struct arena *arena, int dir, const char *name, size_t limit,
		      struct space *ret)
{
	struct arena scratch;
	struct text text;

	arena_init(&scratch);
	int rc = procfile_load(dir, name, limit, &scratch, &text);
	if (rc == 0)
		parse_space(arena, text, ret);
	arena_end(&scratch);
	return rc;
}

int mounts_begin(const struct source *source, struct mounts **ret)
{
	struct mounts *mounts = memory_resize(NULL, 1, sizeof(*mounts));

	*mounts = (struct mounts){ .proc = source->proc };
	arena_init(&mounts->arena);
	mounts->own.namespace = procfile_namespace(AT_FDCWD, "/proc/self/ns/mnt");
	int rc = read_space(&mounts->arena, AT_FDCWD, "/proc/self/mountinfo", OWN_MOUNTINFO_MAX,
			    &mounts->own);
	if (rc) {
		mounts_end(mounts);
		return rc;
	}
	*ret = mounts;
	return 0;
}

void mounts_end(struct mounts *mounts)
{
	if (!mounts)
		return;
	arena_end(&mounts->arena);
	free(mounts);
}

static const struct mountinfo *find_in(const struct space *space, uint32_t mnt_id)
{
	struct mountinfo key = { .id = mnt_id };

	if (!space->count)
		return NULL;
	return bsearch(&key, space->mounts, space->count, sizeof(key), by_id);
}

/** The namespace of `pid`, read once; NULL when it cannot be seen. */
static const struct space *space_of(struct mounts *mounts, unsigned int pid)
{
	char name[48];

	snprintf(name, sizeof(name), "%u/ns/mnt", pid);
	uint64_t namespace = procfile_namespace(mounts->proc, name);
	if (!namespace)
		return NULL;
	if (namespace == mounts->own.namespace)
		return &mounts->own;
	for (const struct space *space = mounts->others; space; space = space->next) {
		if (space->namespace == namespace)
			return space;
	}
	struct space *space = arena_zero(&mounts->arena, 1, sizeof(*space));
	snprintf(name, sizeof(name), "%u/mountinfo", pid);
	/* One that cannot be read is remembered as empty: it is not asked again. */
	read_space(&mounts->arena, mounts->proc, name, MOUNTINFO_MAX, space);
	space->namespace = namespace;
	space->next = mounts->others;
	mounts->others = space;
	return space;
}

struct mounted mounts_find(struct mounts *mounts, unsigned int pid, uint32_t mnt_id)
{
	const struct mountinfo *info = find_in(&mounts->own, mnt_id);

	if (info)
		return (struct mounted){ info, true };
	/* An id means one mount, whoever sees it. */
	for (const struct space *space = mounts->others; space && !info; space = space->next)
		info = find_in(space, mnt_id);
	if (info)
		return (struct mounted){ info, false };
	const struct space *space = space_of(mounts, pid);
	return (struct mounted){ space ? find_in(space, mnt_id) : NULL, false };
}

const struct mountinfo *mounts_seen_by(struct mounts *mounts, unsigned int pid, uint32_t mnt_id)
{
	const struct space *space = space_of(mounts, pid);

	return space ? find_in(space, mnt_id) : NULL;
}

static bool has_whole_view(const struct source *source, unsigned int pid)
{
	char name[32], link[PATH_MAX + 1];
	struct text root;

	snprintf(name, sizeof(name), "%u/root", pid);
	return procfile_link(source->proc, name, link, sizeof(link), &root) == 0 &&
	       text_is(root, "/");
}

unsigned int mounts_witness(struct mounts *mounts, const struct source *source, uint32_t mnt_id)
{
	unsigned int *pids, found = 0;
	size_t count = 0;

	scope_fd dir = openat(source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || procfile_numbers(dir, &mounts->arena, &pids, &count))
		return 0;
	for (size_t i = 0; i < count && !found; i++) {
		if (mounts_seen_by(mounts, pids[i], mnt_id) && has_whole_view(source, pids[i]))
			found = pids[i];
	}
	return found;
}

struct mounted mounts_find_device(struct mounts *mounts, unsigned int pid, dev_t dev)
{
	const struct space *space = pid ? space_of(mounts, pid) : &mounts->own;

	for (size_t i = 0; space && i < space->count; i++) {
		if (space->mounts[i].dev == dev)
			return (struct mounted){ &space->mounts[i], space == &mounts->own };
	}
	return (struct mounted){ NULL, space == &mounts->own };
}

struct mounted mounts_find_path(struct mounts *mounts, unsigned int pid, struct text path)
{
	const struct space *space = pid ? space_of(mounts, pid) : &mounts->own;
	const struct mountinfo *best = NULL;

	for (size_t i = 0; space && i < space->count; i++) {
		const struct mountinfo *info = &space->mounts[i];

		/* Of several over each other the last one, which has the highest id, is seen. */
		if (text_is_below(path, info->point) &&
		    (!best || info->point.len >= best->point.len))
			best = info;
	}
	return (struct mounted){ best, space == &mounts->own };
}

const struct mountinfo *mounts_own_of(const struct mounts *mounts, dev_t dev)
{
	const struct mountinfo *best = NULL;

	for (size_t i = 0; i < mounts->own.count; i++) {
		const struct mountinfo *info = &mounts->own.mounts[i];

		if (info->dev == dev && (!best || info->point.len < best->point.len))
			best = info;
	}
	return best;
}

const struct mountinfo *mounts_own(const struct mounts *mounts, size_t *count)
{
	*count = mounts->own.count;
	return mounts->own.mounts;
}

bool mounts_upperdir(const struct mountinfo *info, struct arena *arena, struct text *ret)
{
	struct text options = info->super_options, option;

	if (!text_is(info->type, "overlay"))
		return false;
	while (text_next(&options, ',', &option)) {
		if (text_starts(option, "upperdir=")) {
			*ret = mountinfo_unescape(arena, text_from(option, 9));
			return true;
		}
	}
	return false;
}

static bool is_one_of(struct text type, const char *const *types)
{
	for (; *types; types++) {
		if (text_is(type, *types))
			return true;
	}
	return false;
}

bool mounts_is_local(struct text type)
{
	static const char *const types[] = { "ext4",     "ext3",      "ext2",     "xfs",
					     "btrfs",    "tmpfs",     "f2fs",     "jfs",
					     "nilfs2",   "vfat",      "exfat",    "ntfs3",
					     "ramfs",    "reiserfs",  "minix",    "udf",
					     "devtmpfs", "hugetlbfs", "bcachefs", "erofs",
					     "squashfs", NULL };

	return is_one_of(type, types);
}

bool mounts_may_hang(const struct mountinfo *info)
{
	static const char *const types[] = { "overlay", "proc",   "sysfs",   "cgroup",  "cgroup2",
					     "devpts",  "mqueue", "debugfs", "tracefs", NULL };

	return !info || !(mounts_is_local(info->type) || is_one_of(info->type, types));
}
