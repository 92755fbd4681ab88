/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What happened to the names of deleted files, and on which filesystems they lie.
 */
#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

#include "ask/classify.h"
#include "ask/deleted.h"
#include "base/scope.h"
#include "model/holding.h"

/** So many names are looked at by one helper: what is asked and answered takes memory. */
enum { NAMES_AT_ONCE = 2048 };

/** What makes two sites one. */
struct locality {
	uint64_t number; /**< of the mount; where that is not known, of the device */
	uint32_t pid;
	uint32_t kind; /**< LOCATED_… */
};

enum { LOCATED_BY_DEVICE = 1, LOCATED_HOLD = 2 };

struct known_site {
	struct locality locality;
	struct site *site;
	UT_hash_handle hh;
};

/** A hold is here and not in the container that the file was in; somebody else may still be there. */
static void find_witness(const struct source *source, struct mounts *mounts,
			 const struct deleted_file *file, struct site *site)
{
	if (site->mounted.info || file->inode_rc || !holding_is(deleted_comm(file, 0)))
		return;
	site->witness = mounts_witness(mounts, source, file->inode.mnt_id);
	if (site->witness)
		site->mounted = mounts_find(mounts, site->witness, file->inode.mnt_id);
}

static void find_filesystem(struct mounts *mounts, struct site *site)
{
	site->filesystem = site->mounted.info;
	site->filesystem_own = site->mounted.own;
	if (!site->filesystem || site->filesystem_own)
		return;
	/* A container's volume may well be a filesystem of this host. */
	const struct mountinfo *own = mounts_own_of(mounts, site->filesystem->dev);
	if (own) {
		site->filesystem = own;
		site->filesystem_own = true;
	}
}

static struct site *look_at_site(const struct source *source, struct deleted_files *files,
				 const struct deleted_file *file)
{
	struct site *site = arena_zero(&files->arena, 1, sizeof(*site));
	unsigned int pid = file->holders[0].handle.pid;

	site->mounted = file->inode_rc ? mounts_find_device(files->mounts, pid, file->inode.dev) :
					 mounts_find(files->mounts, pid, file->inode.mnt_id);
	find_witness(source, files->mounts, file, site);
	find_filesystem(files->mounts, site);
	site->seen_by = site->witness ? site->witness : pid;
	site->next = files->sites;
	files->sites = site;
	return site;
}

static struct locality locate(const struct deleted_file *file)
{
	return (struct locality){
		.number = file->inode_rc ? file->inode.dev : file->inode.mnt_id,
		.pid = file->holders[0].handle.pid,
		.kind = (file->inode_rc ? LOCATED_BY_DEVICE : 0) |
			(holding_is(deleted_comm(file, 0)) ? LOCATED_HOLD : 0),
	};
}

static void find_sites(const struct source *source, struct deleted_files *files)
{
	struct known_site *table = NULL, *entry;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];
		struct locality locality = locate(file);

		HASH_FIND(hh, table, &locality, sizeof(locality), entry);
		if (!entry) {
			entry = arena_zero(&arena, 1, sizeof(*entry));
			entry->locality = locality;
			entry->site = look_at_site(source, files, file);
			HASH_ADD(hh, table, locality, sizeof(locality), entry);
		}
		file->site = entry->site;
	}
	HASH_CLEAR(hh, table);
	arena_end(&arena);
}

static struct old_name name_to_check(const struct source *source, const struct deleted_file *file,
				     struct arena *arena)
{
	const struct mounted *mounted = &file->site->mounted;
	char buffer[DELETED_LINK_MAX];
	unsigned int pid = mounted->own ? 0 : deleted_seen_by(file);
	struct text full = deleted_link(file, buffer), path = deleted_path(file);
	bool fuse = mounted->info && text_starts(mounted->info->type, "fuse");
	bool nameless = !file->inode_rc && file->inode.nlink == 0;
	char link[OPEN_FILE_PATH_MAX];

	full = arena_text(arena, full);
	/* What a process in a chroot of another namespace cannot see, it cannot have replaced. */
	if (pid && (!paths_below_root(source, pid, full, arena, &full) ||
		    !paths_below_root(source, pid, path, arena, &path)))
		full = path = (struct text){ 0 };
	return (struct old_name){
		.pid = pid,
		.full = nameless ? (struct text){ 0 } : full,
		.name = path,
		.is = &file->inode,
		.by_number = file->inode_rc != 0,
		.link = fuse && handle_is_process(&file->holders[0].handle) ?
				arena_text(arena,
					   text_of(deleted_holder_path(link, &file->holders[0])))
					.bytes :
				NULL,
		.group = mounts_may_hang(mounted->info) ? file->inode.dev : 0,
	};
}

/** Files whose old names are looked at together. */
struct round {
	const struct inquiry *inquiry;
	struct deleted_files *files;
	uint64_t needs;
	struct deleted_file *asked[NAMES_AT_ONCE];
	struct old_name names[NAMES_AT_ONCE];
	struct old_name_found found[NAMES_AT_ONCE];
	size_t count;
	struct arena arena; /**< of the names */
	uint64_t *hung;     /**< groups that gave no answer: they are not asked again */
	size_t hung_count;
};

static bool is_hung(const struct round *round, uint64_t group)
{
	for (size_t i = 0; group && i < round->hung_count; i++) {
		if (round->hung[i] == group)
			return true;
	}
	return false;
}

static void note_hung(struct round *round, size_t at)
{
	uint64_t group = round->names[at].group;

	if (round->found[at].answered || !group || is_hung(round, group))
		return;
	memory_grow(&round->hung, round->hung_count, sizeof(*round->hung));
	round->hung[round->hung_count++] = group;
}

static int ask_names(struct round *round)
{
	int rc = paths_check(round->inquiry->source, round->names, round->count, round->found);

	for (size_t i = 0; i < round->count && !rc; i++) {
		note_hung(round, i);
		classify(round->files, round->asked[i], round->inquiry->source, &round->found[i]);
	}
	round->count = 0;
	arena_reset(&round->arena);
	return rc;
}

/** Classified at once, or when enough have come together to be asked about. 0 or -errno. */
static int take_file(struct round *round, struct deleted_file *file, struct memory_devices *memory)
{
	static const struct old_name_found no_answer = { 0 };
	const struct source *source = round->inquiry->source;

	if (classify_early(file, memory))
		return 0;
	if (!classify_needs_name(file, round->needs)) {
		classify(round->files, file, source, NULL);
		return 0;
	}
	struct old_name name = name_to_check(source, file, &round->arena);
	if (is_hung(round, name.group)) {
		classify(round->files, file, source, &no_answer);
		return 0;
	}
	round->asked[round->count] = file;
	round->names[round->count++] = name;
	return round->count < NAMES_AT_ONCE ? 0 : ask_names(round);
}

int deleted_classify(const struct inquiry *inquiry, struct deleted_files *files, uint64_t needs,
		     struct error *err)
{
	struct memory_devices memory = { 0 };
	scope_free struct round *round = memory_resize(NULL, 1, sizeof(*round));
	int rc = 0;

	round->inquiry = inquiry;
	round->files = files;
	round->needs = needs;
	round->count = round->hung_count = 0;
	round->hung = NULL;
	arena_init(&round->arena);
	find_sites(inquiry->source, files);
	for (size_t i = 0; i < files->count && !rc; i++)
		rc = take_file(round, &files->files[i], &memory);
	if (!rc)
		rc = ask_names(round);
	arena_end(&round->arena);
	free(round->hung);
	return rc ? error_set(err, rc, "cannot start a helper process: %s", strerror(-rc)) : 0;
}

/** Each once; the caller frees the list. */
static size_t list_overlays(const struct deleted_files *files, const struct mountinfo ***ret)
{
	size_t count = 0;

	*ret = NULL;
	for (const struct site *site = files->sites; site; site = site->next) {
		const struct mountinfo *info = site->mounted.info;
		size_t at = 0;

		if (!info || !text_is(info->type, "overlay"))
			continue;
		while (at < count && (*ret)[at] != info)
			at++;
		if (at < count)
			continue;
		memory_grow(ret, count, sizeof(**ret));
		(*ret)[count++] = info;
	}
	return count;
}

/** The blocks of what lies on `overlay` are at `place`. */
static void move_blocks(struct deleted_files *files, const struct mountinfo *overlay,
			const struct inode *place)
{
	struct mounted upper = mounts_find(files->mounts, 0, place->mnt_id);

	for (struct site *site = files->sites; upper.info && site; site = site->next) {
		if (site->mounted.info != overlay)
			continue;
		site->filesystem = upper.info;
		site->filesystem_own = upper.own;
	}
}

int deleted_find_upper_layers(const struct inquiry *inquiry, struct deleted_files *files)
{
	struct arena *arena = &files->arena;
	const struct mountinfo **overlays;
	size_t count = list_overlays(files, &overlays);
	struct path_wish *wishes = arena_zero(arena, count + 1, sizeof(*wishes));
	struct path_found *places = arena_zero(arena, count + 1, sizeof(*places));

	for (size_t i = 0; i < count; i++) {
		if (!mounts_upperdir(overlays[i], arena, &wishes[i].path))
			wishes[i].path = text_of("/");
	}
	int rc = paths_resolve(inquiry->source, wishes, count, places);
	for (size_t i = 0; i < count && !rc; i++) {
		if (places[i].is_directory && !text_is(wishes[i].path, "/"))
			move_blocks(files, overlays[i], &places[i].inode);
	}
	free(overlays);
	return rc;
}
