/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "kernel/fdinfo.h"
#include "kernel/procfile.h"
#include "scan/fdinfos.h"

static void know_access(bool readable, bool writable, struct open_file *file)
{
	file->access_known = true;
	file->readable = readable;
	file->writable = writable;
}

/** The link's own mode says what the descriptor may be used for: fs/proc/fd.c, tid_fd_update_inode. */
static void read_access(int list, struct open_file *file)
{
	struct stat stat;
	char name[TEXT_NUMBER_MAX];

	text_put_number(name, file->handle.fd);
	if (fstatat(list, name, &stat, AT_SYMLINK_NOFOLLOW))
		return;
	know_access(stat.st_mode & S_IRUSR, stat.st_mode & S_IWUSR, file);
}

void state_take(const struct fdinfo *info, struct open_file *file)
{
	bool is_path = info->flags & O_PATH;
	uint32_t mode = info->flags & O_ACCMODE;

	file->flags = info->flags;
	file->flags_known = true;
	file->locked = info->locked;
	file->access_known = true;
	file->readable = !is_path && mode != O_WRONLY;
	file->writable = !is_path && mode != O_RDONLY;
}

/** Only these have a place where the next byte is read or written; a namespace is a file, too. */
static bool has_position(const struct open_file *file)
{
	uint32_t type = file->inode.mode & S_IFMT;

	return !file->inode_rc && (type == S_IFREG || type == S_IFBLK) &&
	       (file->link_rc || text_starts(file->link, "/"));
}

/** A name says it all; what has none, and devices, have more to tell. */
static bool has_details(const struct open_file *file)
{
	return !text_starts(file->link, "/") || (!file->inode_rc && S_ISCHR(file->inode.mode)) ||
	       text_starts(file->link, "/dmabuf:");
}

static bool has_lock(struct text text)
{
	return memmem(text.bytes, text.len, "\nlock:", 6) != NULL;
}

/** Sockets and pipes tell nothing there that anybody asks for here. */
static bool needs_fdinfo(unsigned int needs, const struct open_file *file)
{
	if (fdinfos_may_wait(file->link))
		return false;
	if (needs & LOOK_FLAGS)
		return true;
	if (text_starts(file->link, "socket:[") || text_starts(file->link, "pipe:["))
		return false;
	return (needs & LOOK_LOCKS) || ((needs & LOOK_STATE) && has_position(file)) ||
	       ((needs & LOOK_DETAILS) && has_details(file));
}

static void know_all(const struct fdinfo *info, struct open_file *file)
{
	state_take(info, file);
	file->pos = info->pos;
	file->pos_known = has_position(file) && !(info->flags & O_PATH);
}

void state_know(const struct fdinfo *info, bool readable, bool writable, unsigned int needs,
		struct open_file *file)
{
	if (needs_fdinfo(needs, file))
		know_all(info, file);
	else if (needs & (LOOK_ACCESS | LOOK_FLAGS))
		know_access(readable, writable, file);
}

bool state_has_details(unsigned int needs, const struct open_file *file)
{
	return (needs & LOOK_DETAILS) && needs_fdinfo(needs, file) && has_details(file);
}

static ssize_t read_fdinfo(const struct state_dirs *dirs, unsigned int fd, char bytes[FDINFO_MAX])
{
	char name[sizeof("fdinfo/") + TEXT_NUMBER_MAX];
	char *number = stpcpy(name, "fdinfo/");

	text_put_number(number, fd);
	if (dirs->fdinfos < 0)
		return procfile_read_record(dirs->table, name, bytes, FDINFO_MAX);
	return procfile_read_record(dirs->fdinfos, number, bytes, FDINFO_MAX);
}

void state_read(const struct state_dirs *dirs, unsigned int needs, struct arena *arena,
		struct open_file *file)
{
	char bytes[FDINFO_MAX];
	struct fdinfo info;

	if (!needs_fdinfo(needs, file)) {
		if (needs & (LOOK_ACCESS | LOOK_FLAGS))
			read_access(dirs->list, file);
		return;
	}
	ssize_t len = read_fdinfo(dirs, file->handle.fd, bytes);
	if (len < 0)
		return;
	struct text text = { bytes, (size_t)len };
	if (fdinfo_parse(text, &info))
		return;
	know_all(&info, file);
	if (((needs & LOOK_DETAILS) && has_details(file)) ||
	    ((needs & LOOK_LOCKS) && has_lock(text)))
		file->fdinfo = arena_text(arena, text);
}
