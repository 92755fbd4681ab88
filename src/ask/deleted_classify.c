/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What happened to the names of deleted files, and on which filesystems they lie.
 */
#include <errno.h>

#include "ask/classify.h"
#include "ask/deleted.h"
#include "base/scope.h"
#include "model/holding.h"

/** A hold is here and not in the container that the file was in; somebody else may still be there. */
static void find_witness(const struct source *source, struct mounts *mounts,
			 struct deleted_file *file)
{
	if (file->mounted.info || file->inode_rc || !holding_is(file->comms[0]))
		return;
	file->witness = mounts_witness(mounts, source, file->inode.mnt_id);
	if (file->witness)
		file->mounted = mounts_find(mounts, file->witness, file->inode.mnt_id);
}

static void find_mounts(const struct source *source, struct deleted_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];

		unsigned int pid = file->holders[0].handle.pid;

		file->mounted = file->inode_rc ?
					mounts_find_device(files->mounts, pid, file->inode.dev) :
					mounts_find(files->mounts, pid, file->inode.mnt_id);
		find_witness(source, files->mounts, file);
		file->filesystem = file->mounted.info;
		file->filesystem_own = file->mounted.own;
		if (!file->filesystem || file->filesystem_own)
			continue;
		/* A container's volume may well be a filesystem of this host. */
		const struct mountinfo *own = mounts_own_of(files->mounts, file->filesystem->dev);
		if (own) {
			file->filesystem = own;
			file->filesystem_own = true;
		}
	}
}

static struct old_name name_to_check(const struct source *source, struct deleted_files *files,
				     const struct deleted_file *file)
{
	unsigned int pid = file->mounted.own ? 0 : deleted_seen_by(file);
	struct text full = file->link, path = file->path;
	bool fuse = file->mounted.info && text_starts(file->mounted.info->type, "fuse");
	bool nameless = !file->inode_rc && file->inode.nlink == 0;
	char link[OPEN_FILE_PATH_MAX];

	/* What a process in a chroot of another namespace cannot see, it cannot have replaced. */
	if (pid && (!paths_below_root(source, pid, file->link, &files->arena, &full) ||
		    !paths_below_root(source, pid, file->path, &files->arena, &path)))
		full = path = (struct text){ 0 };
	return (struct old_name){
		.pid = pid,
		.full = nameless ? (struct text){ 0 } : full,
		.name = path,
		.is = &file->inode,
		.by_number = file->inode_rc != 0,
		.link = fuse && handle_is_process(&file->holders[0].handle) ?
				arena_format(&files->arena, "%s",
					     open_file_path(link, &file->holders[0]))
					.bytes :
				NULL,
		.group = mounts_may_hang(file->mounted.info) ? file->inode.dev : 0,
	};
}

int deleted_classify(const struct inquiry *inquiry, struct deleted_files *files, uint64_t needs,
		     struct error *err)
{
	struct memory_devices memory = { 0 };
	struct old_name *names = arena_zero(&files->arena, files->count + 1, sizeof(*names));
	struct deleted_file **asked = arena_zero(&files->arena, files->count + 1, sizeof(*asked));
	size_t count = 0;

	find_mounts(inquiry->source, files);
	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];

		if (classify_early(file, &memory))
			continue;
		if (!classify_needs_name(file, needs)) {
			classify(file, inquiry->source, NULL, &files->arena);
			continue;
		}
		asked[count] = file;
		names[count++] = name_to_check(inquiry->source, files, file);
	}
	scope_free struct old_name_found *found_names =
		memory_resize(NULL, count + 1, sizeof(*found_names));
	int rc = paths_check(inquiry->source, names, count, found_names);
	if (rc)
		return error_set(err, rc, "cannot start a helper process: %s", strerror(-rc));
	for (size_t i = 0; i < count; i++)
		classify(asked[i], inquiry->source, &found_names[i], &files->arena);
	return 0;
}

/** One overlay and the filesystem its upper layer lies on. */
struct overlay {
	const struct mountinfo *info, *upper;
};

static size_t list_overlays(struct deleted_files *files, struct overlay *overlays)
{
	size_t count = 0;

	for (size_t i = 0; i < files->count; i++) {
		const struct mountinfo *info = files->files[i].mounted.info;
		size_t at = 0;

		if (!info || !text_is(info->type, "overlay"))
			continue;
		while (at < count && overlays[at].info != info)
			at++;
		if (at == count)
			overlays[count++].info = info;
	}
	return count;
}

int deleted_find_upper_layers(const struct inquiry *inquiry, struct deleted_files *files)
{
	struct arena *arena = &files->arena;
	struct overlay *overlays = arena_zero(arena, files->count + 1, sizeof(*overlays));
	size_t count = list_overlays(files, overlays);
	struct path_wish *wishes = arena_zero(arena, count + 1, sizeof(*wishes));
	struct path_found *places = arena_zero(arena, count + 1, sizeof(*places));

	for (size_t i = 0; i < count; i++) {
		if (!mounts_upperdir(overlays[i].info, arena, &wishes[i].path))
			wishes[i].path = text_of("/");
	}
	int rc = paths_resolve(inquiry->source, wishes, count, places);
	if (rc)
		return rc;
	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];

		for (size_t k = 0; k < count; k++) {
			if (file->mounted.info != overlays[k].info || !places[k].is_directory ||
			    text_is(wishes[k].path, "/"))
				continue;
			struct mounted upper =
				mounts_find(files->mounts, 0, places[k].inode.mnt_id);
			if (upper.info) {
				file->filesystem = upper.info;
				file->filesystem_own = upper.own;
			}
		}
	}
	return 0;
}
