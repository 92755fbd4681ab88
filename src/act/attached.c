/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/attached.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/scope.h"
#include "scan/loops.h"

static bool has_file(const struct loop *loop, const struct deleted_file *file)
{
	char link[DELETED_LINK_MAX];

	if (loop->file_rc || !file->inode.ino)
		return text_equal(loop->device.link, deleted_link(file, link));
	return !loop->file.is_device && loop->file.dev == file->inode.dev &&
	       loop->file.ino == file->inode.ino;
}

static void found(void *context, const struct process *process)
{
	bool *writes = context;

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		*writes |= file->map_writable ||
			   (file->handle.use == USE_FD &&
			    (!file->flags_known || (file->flags & O_ACCMODE) != O_RDONLY));
	}
}

/** Somebody has the device itself open to write to it. */
static bool is_written(const struct source *source, unsigned int number)
{
	char path[32];
	bool writes = false;
	struct tally tally = { 0 };
	struct look look = { .filter = LOOK_INODE, .found = found, .context = &writes };
	struct error err;

	snprintf(path, sizeof(path), "/dev/loop%u", number);
	if (inode_look(AT_FDCWD, path, &look.inode) ||
	    source->look(source, &look, &tally, &err) != 0)
		return true;
	return writes || !tally_is_complete(&tally);
}

/** What mounts it, or builds on it, has claimed it for itself: open(2), O_EXCL without O_CREAT. */
static bool is_claimed(unsigned int number)
{
	scope_fd fd = loopdev_open(number, O_EXCL);

	return fd < 0;
}

/** Under another name that it still has, or hides behind, the device may have opened it by that one. */
static bool has_only_deleted_names(const struct deleted_file *file)
{
	return file->class == CLASS_GONE || file->class == CLASS_REPLACED ||
	       file->class == CLASS_TMPFILE || file->class == CLASS_MEMORY;
}

int attached_find(const struct source *source, const struct deleted_file *const *files,
		  size_t count, struct arena *arena, struct attached *ret)
{
	struct loop *loops;
	size_t loop_count;
	bool deleted = true;

	for (size_t i = 0; i < count; i++) {
		ret[i] = (struct attached){ 0 };
		deleted &= has_only_deleted_names(files[i]);
	}
	int rc = loops_list(source, deleted, arena, &loops, &loop_count);
	for (size_t i = 0; i < count && !rc; i++) {
		for (size_t k = 0; k < loop_count && !ret[i].any; k++) {
			ret[i].any = has_file(&loops[k], files[i]);
			ret[i].number = loops[k].device.number;
		}
	}
	return rc;
}

void attached_look(const struct source *source, const struct deleted_file *file,
		   struct arena *arena, struct attached *ret)
{
	struct loop *loops;
	size_t count;

	*ret = (struct attached){ 0 };
	if (loops_list(source, has_only_deleted_names(file), arena, &loops, &count))
		return;
	for (size_t i = 0; i < count && !ret->writes; i++) {
		unsigned int number = loops[i].device.number;

		if (!has_file(&loops[i], file))
			continue;
		ret->any = true;
		ret->number = number;
		ret->writes = !loops[i].device.read_only &&
			      (is_claimed(number) || is_written(source, number));
	}
}
