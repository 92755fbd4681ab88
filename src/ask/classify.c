/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/classify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static const char SUFFIX[] = " (deleted)";

struct text classify_old_path(struct text link)
{
	return text_ends(link, SUFFIX) ? text_first(link, link.len - (sizeof(SUFFIX) - 1)) : link;
}

static bool has_suffix(const struct deleted_file *file)
{
	return file->marked;
}

static struct text type_of(const struct deleted_file *file)
{
	return file->site->mounted.info ? file->site->mounted.info->type : (struct text){ 0 };
}

static bool is_fuse(const struct deleted_file *file)
{
	return text_starts(type_of(file), "fuse");
}

static bool is_nfs(const struct deleted_file *file)
{
	return text_starts(type_of(file), "nfs");
}

/** O_TMPFILE names a file "#INODE" (fs/dcache.c, d_mark_tmpfile) and leaves its flag on the descriptor. */
static bool is_tmpfile(const struct deleted_file *file)
{
	char name[32];

	if (file->inode_rc || file->inode.nlink)
		return false;
	snprintf(name, sizeof(name), "#%" PRIu64, file->inode.ino);
	if (!text_is(text_basename(deleted_path(file)), name))
		return false;
	return file->tmpfile || !file->flags_known;
}

/** Of a slot in an io_uring there is the name only. Nobody but root can make such a file in "/". */
static bool is_memory_by_name(const struct deleted_file *file)
{
	return file->inode_rc && !file->inode.ino &&
	       (text_starts(deleted_path(file), "/memfd:") ||
		text_starts(deleted_path(file), "/SYSV"));
}

bool classify_early(struct deleted_file *file, struct memory_devices *memory)
{
	char link[DELETED_LINK_MAX];

	if (file->inode_rc == -ESTALE || !*file->path) {
		file->class = file->inode_rc == -ESTALE ? CLASS_STALE : CLASS_GONE;
		return true;
	}
	if (is_memory_by_name(file) || memory_is(memory, deleted_link(file, link), file->inode.dev))
		file->class = CLASS_MEMORY;
	else if (is_tmpfile(file))
		file->class = CLASS_TMPFILE;
	return file->class != CLASS_LIVE;
}

bool classify_needs_name(const struct deleted_file *file, uint64_t needs)
{
	return file->inode_rc || file->inode.nlink || is_fuse(file) || is_nfs(file) ||
	       (needs & NEED_OLD_NAME);
}

/** Is it under one of its names after all? Then the text misled: it is called "x (deleted)". */
static bool is_live(const struct deleted_file *file, const struct old_name_found *found)
{
	if (!found || !found->answered || (!file->inode_rc && file->inode.nlink == 0))
		return false;
	/* Which file it is nobody knows; but of two with one name the kernel's text is of the live one. */
	if (file->inode_rc && !file->inode.ino && found->full_is_used)
		return true;
	return found->is_full || found->is_name;
}

/** Why its size is not known, or not for certain. */
static const char *why_unknown(const struct deleted_file *file)
{
	bool denied = file->inode_rc == -EPERM || file->inode_rc == -EACCES;

	switch (file->holders[0].handle.use) {
	case USE_LOOP:
		return denied ? "which file it is needs root: only the kernel has it open" :
				"only what the loop device shows of it can be read";
	case USE_RING:
		return "which file it is the kernel does not say: it is in an io_uring";
	case USE_MAP:
	case USE_FD:
	case USE_CWD:
	case USE_ROOT:
	case USE_EXE:
		break;
	}
	return denied ? "its size needs root: it is only mapped" : strerror(-file->inode_rc);
}

static bool is_overlay_lower(const struct deleted_file *file, const struct source *source)
{
	char path[OPEN_FILE_PATH_MAX];

	return text_is(type_of(file), "overlay") &&
	       inode_layer(source->proc, deleted_holder_path(path, &file->holders[0])) ==
		       LAYER_LOWER;
}

/** NFS and FUSE keep an open file under a hidden name; then its name is live, but not a user's. */
static bool is_hidden_name(const struct deleted_file *file)
{
	struct text name = text_basename(deleted_path(file));

	return (is_nfs(file) && text_starts(name, ".nfs")) ||
	       (is_fuse(file) && text_starts(name, ".fuse_hidden"));
}

static enum deleted_class class_of(const struct deleted_file *file, const struct source *source,
				   const struct old_name_found *found)
{
	uint64_t nlink = file->inode.nlink;
	bool is_replaced = found && found->answered && found->name_is_used;

	if (is_hidden_name(file))
		return CLASS_SILLY;
	if (!has_suffix(file))
		return CLASS_LIVE;
	if (is_fuse(file) && found && found->is_hidden)
		return CLASS_SILLY;
	/* FUSE: the kernel's own count may be behind; the filesystem knows. */
	if (is_fuse(file) && found && found->answered && found->now_known)
		nlink = found->now.nlink;
	if (is_fuse(file) && found && !found->answered)
		nlink = 1;
	if ((!file->inode_rc || is_fuse(file)) && nlink == 0)
		return is_replaced ? CLASS_REPLACED : CLASS_GONE;
	if (is_live(file, found))
		return CLASS_LIVE;
	if (is_fuse(file) || is_nfs(file))
		return CLASS_SILLY;
	if (file->inode_rc)
		return is_replaced ? CLASS_REPLACED : CLASS_GONE;
	return is_overlay_lower(file, source) ? CLASS_LOWER : CLASS_LINKED;
}

void classify(struct deleted_files *files, struct deleted_file *file, const struct source *source,
	      const struct old_name_found *found)
{
	file->class = class_of(file, source, found);
	if (found && found->now_known && inode_same(&found->now, &file->inode))
		file->inode = found->now;
	if (found && !found->answered)
		deleted_odd(files, file)->error = text_of(
			"its old name could not be checked: the filesystem does not answer");
	else if (file->inode_rc)
		deleted_odd(files, file)->error =
			arena_text(&files->arena, text_of(why_unknown(file)));
}
