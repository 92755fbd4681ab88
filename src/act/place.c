/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/openat2.h"
#include "scan/numbered.h"
#include "scan/paths.h"

/** What the kernel itself holds was opened on a mount that we chose: is the path one of that mount? */
static bool is_named_there(const struct held *held)
{
	enum use use = held->holder->handle.use;
	char link[DELETED_LINK_MAX];

	return (use != USE_LOOP && use != USE_RING) ||
	       numbered_has_name(held->hold, deleted_link(held->file, link));
}

static int set_name(struct place *place, struct text name)
{
	if (!name.len || text_is(name, ".") || text_is(name, ".."))
		return -EINVAL;
	if (name.len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(place->name, name.bytes, name.len);
	place->name[name.len] = 0;
	return 0;
}

/** The mount a descriptor of ours is on; before Linux 5.8 statx does not say. */
static int mount_of(int fd, uint32_t *ret)
{
	struct inode inode;
	struct fdinfo info = { 0 };
	int rc = inode_look(fd, "", &inode);

	if (rc)
		return rc;
	*ret = inode.mnt_id;
	if (*ret)
		return 0;
	scope_fd self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = self < 0 ? -errno : fdinfo_read(self, (unsigned int)fd, &info);
	*ret = info.mnt_id;
	return rc;
}

static unsigned int seen_by(const struct held *held)
{
	return held->file->site->witness ? held->file->site->witness : held->holder->handle.pid;
}

/** The root below which the kernel's path has its meaning: ours, or that of the holder's namespace. */
static int open_root(const struct source *source, const struct held *held, bool *elsewhere)
{
	char name[32];

	*elsewhere = !held->file->site->mounted.own;
	if (!*elsewhere)
		return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Its mount is nowhere any more: a path would lead to another. */
	if (!held->file->site->mounted.info)
		return -1;
	snprintf(name, sizeof(name), "%u/root", seen_by(held));
	return openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int place_original(const struct source *source, const struct held *held, struct arena *arena,
		   struct place *ret)
{
	const struct deleted_file *file = held->file;
	struct text path = deleted_path(file);
	uint32_t file_mount, directory_mount;

	*ret = (struct place){ .directory = -1, .original = true };
	if (!text_starts(path, "/") || file->class == CLASS_TMPFILE || file->class == CLASS_MEMORY)
		return -PLACE_NO_NAME;
	int rc = set_name(ret, text_basename(path));
	if (rc)
		return -PLACE_NO_NAME;
	scope_fd root = open_root(source, held, &ret->elsewhere);
	if (root < 0 || !is_named_there(held))
		return -PLACE_UNPROVED;
	if (ret->elsewhere && !paths_below_root(source, seen_by(held), path, arena, &path))
		return -PLACE_UNPROVED;
	int fd = openat2_open(root, arena_text(arena, text_dirname(path)).bytes,
			      O_RDONLY | O_DIRECTORY,
			      RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
	scope_fd directory = fd;
	if (fd == -ENOENT || fd == -ENOTDIR)
		return -PLACE_NO_PARENT;
	if (fd == -ELOOP)
		return -PLACE_UNPROVED;
	if (fd < 0)
		return fd;
	if (mount_of(held->hold, &file_mount) || mount_of(directory, &directory_mount) ||
	    file_mount != directory_mount)
		return -PLACE_UNPROVED;
	ret->shown = path;
	ret->directory = scope_fd_take(&directory);
	return 0;
}

/** To be synced it must be open for reading; where only writing is allowed it goes without. */
static int open_directory(int directory, const char *name, int flags)
{
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);

	if (fd < 0 && errno == EACCES)
		fd = openat(directory, name, O_PATH | O_DIRECTORY | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

int place_file(const char *path, struct arena *arena, struct place *ret)
{
	struct text whole = text_of(path), parent = text_dirname(whole);
	struct stat stat;

	*ret = (struct place){ .directory = -1, .shown = whole };
	if (text_ends(whole, "/") || (lstat(path, &stat) == 0 && S_ISDIR(stat.st_mode)))
		return -EISDIR;
	int rc = set_name(ret, text_basename(whole));
	if (rc)
		return rc;
	ret->directory =
		open_directory(AT_FDCWD, parent.len ? arena_text(arena, parent).bytes : ".", 0);
	return ret->directory < 0 ? ret->directory : 0;
}

static int enter(int directory, const char *name)
{
	return open_directory(directory, name, O_NOFOLLOW);
}

/** A new directory, or one that somebody else has just made. A descriptor on it, or -errno. */
static int make(int directory, const char *name, unsigned int *made)
{
	bool own = mkdirat(directory, name, 0777) == 0;

	if (!own && errno != EEXIST)
		return -errno;
	int fd = enter(directory, name);
	if (own && fd < 0)
		unlinkat(directory, name, AT_REMOVEDIR);
	*made += own && fd >= 0;
	return fd;
}

/**
 * Go down from *directory along *path as far as there are directories; with `made`, make and count those
 * that are missing. The rest stays in *path.
 */
static int descend(int *directory, struct text *path, unsigned int *made, struct arena *arena)
{
	struct text word, rest = *path;

	while (text_next(&rest, '/', &word)) {
		const char *name = arena_text(arena, word).bytes;

		if (text_is(word, "..") || text_is(word, "."))
			return -EINVAL;
		if (word.len) {
			int fd = enter(*directory, name);

			if (fd == -ENOENT && made)
				fd = make(*directory, name, made);
			if (fd < 0)
				return fd == -ENOENT && !made ? 0 : fd;
			close(*directory);
			*directory = fd;
		}
		*path = rest;
	}
	return 0;
}

/** "DIRECTORY/RELATIVE", for people. */
static struct text join(struct text directory, struct text relative, struct arena *arena)
{
	while (directory.len > 1 && text_ends(directory, "/"))
		directory.len--;
	obstack_grow(&arena->stack, directory.bytes, directory.len);
	if (!text_is(directory, "/"))
		obstack_1grow(&arena->stack, '/');
	obstack_grow(&arena->stack, relative.bytes, relative.len);
	size_t len = obstack_object_size(&arena->stack);
	obstack_1grow(&arena->stack, 0);
	return (struct text){ obstack_finish(&arena->stack), len };
}

int place_below(const char *directory, struct text relative, struct arena *arena, struct place *ret)
{
	while (text_starts(relative, "/"))
		relative = text_from(relative, 1);
	*ret = (struct place){ .directory = -1,
			       .missing = text_dirname(relative),
			       .shown = join(text_of(directory), relative, arena) };
	int rc = set_name(ret, text_basename(relative));
	if (rc)
		return rc;
	ret->directory = open_directory(AT_FDCWD, directory, 0);
	if (ret->directory < 0)
		return ret->directory;
	return descend(&ret->directory, &ret->missing, NULL, arena);
}

int place_make(struct place *place, struct arena *arena)
{
	return descend(&place->directory, &place->missing, &place->made, arena);
}

/** One directory up, if the one we come from is still called `name` there and could be removed. */
static bool ascend(int *directory, const char *name)
{
	scope_fd parent = openat(*directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct inode here, there;

	if (parent < 0 || inode_look(*directory, "", &here) ||
	    inode_look_at(parent, name, &there) || !inode_same(&here, &there) ||
	    unlinkat(parent, name, AT_REMOVEDIR))
		return false;
	close(*directory);
	*directory = scope_fd_take(&parent);
	return true;
}

void place_unmake(struct place *place, struct arena *arena)
{
	struct text path = text_dirname(place->shown);

	/* It may have failed half way. */
	if (place->missing.len)
		path.len -= place->missing.len + 1;
	for (; place->made; place->made--) {
		const char *name = arena_text(arena, text_basename(path)).bytes;

		if (!ascend(&place->directory, name))
			return;
		path = text_dirname(path);
	}
}

int place_look(const struct place *place, struct inode *ret)
{
	if (place->missing.len)
		return -ENOENT;
	return inode_look_at(place->directory, place->name, ret);
}

void place_end(struct place *place)
{
	if (place->directory >= 0)
		close(place->directory);
	place->directory = -1;
}

struct text place_name(const struct deleted_file *file, struct arena *arena)
{
	struct text name = text_basename(deleted_path(file));
	const struct handle *handle = &file->holders[0].handle;

	if (file->class == CLASS_MEMORY && text_starts(name, "memfd:"))
		name = text_from(name, 6);
	if (!name.len || text_is(name, ".") || text_is(name, "..") || name.len > NAME_MAX)
		return arena_format(arena, "recovered-%u-%u", handle->pid, handle->fd);
	return name;
}
