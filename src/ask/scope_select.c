/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which deleted files each target means, by who holds them, where they were, and what they were called.
 */
#include <errno.h>

#include "ask/deleted.h"
#include "scan/names.h"

static bool is_held_by(const struct deleted_file *file, const struct wish *wish)
{
	for (size_t i = 0; i < file->holder_count; i++) {
		for (size_t k = 0; k < wish->pid_count; k++) {
			if (file->holders[i].handle.pid == wish->pids[k])
				return true;
		}
	}
	return false;
}

static bool is_handle(const struct deleted_file *file, const struct handle *handle)
{
	if (handle->guarded && handle->ino != file->inode.ino)
		return false;
	for (size_t i = 0; i < file->holder_count; i++) {
		if (handle_equal(&file->holders[i].handle, handle))
			return true;
	}
	return false;
}

/** True when the file's path is one as the wish's namespace sees it. */
static bool is_seen_from(const struct deleted_file *file, const struct wish *wish,
			 struct mounts *mounts)
{
	if (!wish->inside)
		return file->site->mounted.own;
	return mounts_seen_by(mounts, wish->inside, file->inode.mnt_id) != NULL;
}

static bool is_on(const struct deleted_file *file, const struct mountinfo *filesystem)
{
	return (file->site->mounted.info && file->site->mounted.info->dev == filesystem->dev) ||
	       (file->site->filesystem && file->site->filesystem->dev == filesystem->dev);
}

static bool is_at_path(const struct deleted_file *file, const struct wish *wish)
{
	if (!deleted_path(file).len)
		return false;
	/* A directory that was removed with all that was in it still tells what lay below. */
	if (wish->found.is_directory || wish->found.rc == -ENOENT)
		return text_is_below(deleted_path(file), wish->rest);
	return text_equal(deleted_path(file), wish->rest);
}

static bool is_at(const struct deleted_file *file, const struct wish *wish, struct mounts *mounts)
{
	/* Of a file in an io_uring, or of one that root alone may know, there is the path only. */
	if (wish->filesystem && !file->site->mounted.info && file->site->mounted.own)
		return text_is_below(deleted_path(file), wish->filesystem->point);
	if (wish->filesystem)
		return is_on(file, wish->filesystem);
	return is_at_path(file, wish) && is_seen_from(file, wish, mounts);
}

static bool meant_by_process(const struct deleted_file *file, const struct wish *wish,
			     struct mounts *mounts)
{
	(void)mounts;
	return is_held_by(file, wish);
}

/** A handle, a path or a word names a file; a directory or a process only gathers some. */
static bool names_one(const struct wish *wish)
{
	switch (wish->kind) {
	case TARGET_HANDLE:
		return true;
	case TARGET_PATH:
	case TARGET_WORD:
		return !wish->found.is_directory;
	case TARGET_PROCESS:
	case TARGET_NAME:
	case TARGET_PORT:
		return false;
	}
	return false;
}

/** How a wish tells whether it means a file. */
struct meaning {
	bool (*is_meant)(const struct deleted_file *, const struct wish *, struct mounts *);
	bool by_holder; /**< not by the file itself */
};

/** Mark what is meant; how many it were. tmpfile and memory must be asked for, or be named. */
static uint64_t mark(const struct scope *scope, struct wish *wish, struct mounts *mounts,
		     struct deleted_file *files, size_t count, struct meaning meaning)
{
	bool quiet_too = scope->all || (names_one(wish) && !meaning.by_holder);
	uint64_t matched = 0;

	for (size_t i = 0; i < count; i++) {
		if ((class_is_quiet(files[i].class) && !quiet_too) ||
		    !meaning.is_meant(&files[i], wish, mounts))
			continue;
		files[i].wanted = true;
		matched++;
	}
	return matched;
}

static bool meant_by_handle(const struct deleted_file *file, const struct wish *wish,
			    struct mounts *mounts)
{
	(void)mounts;
	return is_handle(file, &wish->target->handle);
}

static bool meant_by_base_name(const struct deleted_file *file, const struct wish *wish,
			       struct mounts *mounts)
{
	(void)mounts;
	return text_equal(text_basename(deleted_path(file)), wish->target->text);
}

/** The same path, but in a namespace that is not ours. */
static bool meant_elsewhere(const struct deleted_file *file, const struct wish *wish,
			    struct mounts *mounts)
{
	(void)mounts;
	return !file->site->mounted.own && is_at_path(file, wish);
}

static const struct meaning by_process = { meant_by_process, true };
static const struct meaning by_handle = { meant_by_handle, false };
static const struct meaning by_place = { is_at, false };
static const struct meaning by_place_elsewhere = { meant_elsewhere, false };
static const struct meaning by_base_name = { meant_by_base_name, false };

static void select_path(const struct scope *scope, struct wish *wish, struct mounts *mounts,
			struct deleted_file *files, size_t count)
{
	wish->matched = mark(scope, wish, mounts, files, count, by_place);
	if (wish->matched || wish->inside || wish->found.is_directory)
		return;
	wish->matched = mark(scope, wish, mounts, files, count, by_place_elsewhere);
	wish->elsewhere = wish->matched > 0;
}

static void select_word(struct scope *scope, struct wish *wish, struct mounts *mounts,
			struct deleted_file *files, size_t count)
{
	if (wish->found.path[0])
		wish->matched = mark(scope, wish, mounts, files, count, by_place);
	if (!wish->matched)
		wish->matched = mark(scope, wish, mounts, files, count, by_base_name);
	if (!wish->matched && names_find(scope->source, wish->target->name, &scope->arena,
					 &wish->pids, &wish->pid_count) == 0)
		wish->matched = mark(scope, wish, mounts, files, count, by_process);
}

void scope_select(struct scope *scope, struct mounts *mounts, struct deleted_file *files,
		  size_t count)
{
	for (size_t i = 0; i < count; i++)
		files[i].wanted = scope->count == 0 &&
				  (scope->all || !class_is_quiet(files[i].class));
	for (size_t i = 0; i < scope->count; i++) {
		struct wish *wish = &scope->wishes[i];

		switch (wish->kind) {
		case TARGET_HANDLE:
			wish->matched = mark(scope, wish, mounts, files, count, by_handle);
			break;
		case TARGET_PROCESS:
		case TARGET_PORT:
		case TARGET_NAME:
			wish->matched = mark(scope, wish, mounts, files, count, by_process);
			break;
		case TARGET_PATH:
			select_path(scope, wish, mounts, files, count);
			break;
		case TARGET_WORD:
			select_word(scope, wish, mounts, files, count);
			break;
		}
	}
}
