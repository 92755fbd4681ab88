/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/slots.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/filehandle.h"
#include "kernel/procfile.h"
#include "scan/numbered.h"

/** A file without a name that nobody in sight holds. */
struct hidden {
	struct inode inode;
	struct text link; /**< its name as seen from the mount */
};

struct hidden_files {
	struct hidden *items;
	size_t count;
};

static bool is_slot(const struct deleted_file *file)
{
	return file->inode_rc && file->holders[0].handle.use == USE_RING;
}

bool slots_are_there(const struct deleted_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		if (is_slot(&files->files[i]))
			return true;
	}
	return false;
}

/** Our own mount that a path lies on: the longest point above it; of two, the one mounted later. */
static const struct mountinfo *mount_of(struct mounts *mounts, struct text path)
{
	size_t count;
	const struct mountinfo *all = mounts_own(mounts, &count), *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (text_is_below(path, all[i].point) &&
		    (!best || all[i].point.len >= best->point.len))
			best = &all[i];
	}
	return best;
}

static bool is_held(const struct deleted_files *files, const struct inode *inode)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct deleted_file *file = &files->files[i];

		if (file->inode.ino == inode->ino && file->inode.dev == inode->dev)
			return true;
	}
	return false;
}

/** Those that are only about to go cannot be opened any more. */
static bool look_at(int mount, const struct file_number *number, struct arena *arena,
		    struct hidden *out)
{
	char name[32], bytes[PATH_MAX + 1];
	struct text link;
	scope_fd fd = filehandle_open(mount, number, O_PATH);

	if (fd < 0 || inode_look(fd, "", &out->inode) || out->inode.nlink)
		return false;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (procfile_link(AT_FDCWD, name, bytes, sizeof(bytes), &link))
		return false;
	out->link = arena_text(arena, link);
	return true;
}

/** 0, or -errno when not all of them could be listed: then nothing is proved. */
static int list_hidden(struct deleted_files *files, const struct mountinfo *mount,
		       struct hidden_files *ret)
{
	struct file_number *numbers;
	size_t count;
	scope_fd directory = numbered_mount(mount);
	int rc = directory < 0 ? directory :
				 filehandle_nameless(directory, &files->arena, &numbers, &count);

	*ret = (struct hidden_files){ 0 };
	if (rc)
		return rc;
	ret->items = arena_zero(&files->arena, count + 1, sizeof(*ret->items));
	for (size_t i = 0; i < count; i++) {
		struct hidden *hidden = &ret->items[ret->count];

		if (look_at(directory, &numbers[i], &files->arena, hidden) &&
		    !is_held(files, &hidden->inode))
			ret->count++;
	}
	return 0;
}

/** On another mount of the filesystem it would have another path, but this base name. */
static bool is_only_slot(const struct deleted_files *files, const struct deleted_file *slot)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct deleted_file *other = &files->files[i];

		if (other != slot && is_slot(other) &&
		    text_equal(text_basename(deleted_path(other)),
			       text_basename(deleted_path(slot))))
			return false;
	}
	return true;
}

static const struct hidden *find_only(const struct hidden_files *hidden, struct text link)
{
	const struct hidden *found = NULL;

	for (size_t i = 0; i < hidden->count; i++) {
		if (!text_equal(text_basename(hidden->items[i].link), text_basename(link)))
			continue;
		if (found)
			return NULL;
		found = &hidden->items[i];
	}
	return found && text_equal(found->link, link) ? found : NULL;
}

static void found_holder(void *context, const struct process *process)
{
	(void)process;
	*(bool *)context = true;
}

/** Once more, now that it is known which: a process may have opened it since, or been given it. */
static bool has_holder(const struct source *source, const struct inode *inode)
{
	bool held = false;
	struct tally tally = { 0 };
	struct look look = {
		.filter = LOOK_INODE, .inode = *inode, .found = found_holder, .context = &held
	};
	struct error err;

	return source->look(source, &look, &tally, &err) != 0 || held ||
	       !tally_is_complete(&tally) || tally.in_flight;
}

static void prove(const struct source *source, struct deleted_files *files,
		  struct deleted_file *slot)
{
	const struct mountinfo *mount = mount_of(files->mounts, deleted_path(slot));
	struct hidden_files hidden;
	char link[DELETED_LINK_MAX];

	/* A path of another mount namespace says nothing about ours. */
	if (!mounts_find_device(files->mounts, slot->holders[0].handle.pid, 0).own || !mount ||
	    !numbered_can(mount) || !is_only_slot(files, slot) ||
	    list_hidden(files, mount, &hidden))
		return;
	const struct hidden *found = find_only(&hidden, deleted_link(slot, link));
	if (!found || has_holder(source, &found->inode))
		return;
	slot->inode = found->inode;
	slot->inode_rc = 0;
}

/** Who has a file of this name: perhaps the same, perhaps not. */
static void find_alike(struct deleted_files *files, struct deleted_file *slot)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct deleted_file *other = &files->files[i];

		if (other->inode_rc || !S_ISREG(other->inode.mode) ||
		    other->marked != slot->marked ||
		    !text_equal(deleted_path(other), deleted_path(slot)))
			continue;
		struct oddity *odd = deleted_odd(files, slot);
		odd->alike = other->holders[0].handle;
		odd->alike_known = true;
		return;
	}
}

void slots_resolve(const struct source *source, struct deleted_files *files,
		   const struct tally *tally)
{
	bool all_seen = !files->scope.pids && tally_is_complete(tally) && !tally->namespaced &&
			!tally->in_flight && !tally->busy_rings;

	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];

		if (is_slot(file) && all_seen)
			prove(source, files, file);
		if (is_slot(file))
			find_alike(files, file);
	}
}
