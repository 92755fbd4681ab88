/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/task.h"

/** Through the process's directory: that never comes to mean another process, whatever is reused. */
static int bind_one(const struct source *source, const struct deleted_file *file,
		    const struct holder *holder, struct held *out)
{
	char name[16], path[OPEN_FILE_PATH_MAX];
	struct inode inode;

	if (holder->handle.use == USE_LOOP || holder->handle.use == USE_RING)
		return held_bind_kernel(file, holder, out);
	snprintf(name, sizeof(name), "%u/", holder->handle.pid);
	scope_fd dir = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	deleted_holder_path(path, holder);
	scope_fd hold = openat(dir, path + strlen(name), O_PATH | O_CLOEXEC);
	if (hold < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	int rc = inode_look(hold, "", &inode);
	if (rc)
		return rc;
	if (file->inode_rc ? inode.ino != file->inode.ino : !inode_same(&inode, &file->inode))
		return -HELD_OTHER_FILE;
	out->inode = inode;
	out->holder = holder;
	out->hold = scope_fd_take(&hold);
	return 0;
}

int held_bind(const struct source *source, const struct deleted_file *file, struct held *ret)
{
	int first = -ESRCH;

	*ret = (struct held){ .file = file, .hold = -1, .read = -1 };
	for (size_t i = 0; i < file->holder_count; i++) {
		int rc = bind_one(source, file, &file->holders[i], ret);

		if (rc == 0)
			return 0;
		if (i == 0 || first == -ESRCH)
			first = rc;
	}
	return first;
}

static const char *self_path(char buffer[32], int fd)
{
	snprintf(buffer, 32, "/proc/self/fd/%d", fd);
	return buffer;
}

/** A new open with a fresh permission check against the mode. O_NONBLOCK: no lease of others stops us. */
static int open_anew(const struct held *held)
{
	char path[32];
	int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	int fd = open(self_path(path, held->hold), flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

/** Which of the holders' descriptors will do. */
enum borrow { BORROW_READER, BORROW_READABLE, BORROW_ANY };

static bool serves(int flags, enum borrow which)
{
	int mode = flags & O_ACCMODE;

	if (flags < 0 || (flags & O_PATH))
		return false;
	return which == BORROW_ANY || mode == O_RDONLY ||
	       (which == BORROW_READABLE && mode == O_RDWR);
}

static int borrow_from(const struct holder *holder, const struct inode *wanted, enum borrow which)
{
	const struct handle *handle = &holder->handle;
	struct inode inode;

	if (handle->use != USE_FD)
		return -EBADF;
	scope_fd pidfd = handle->tid ? task_pidfd_thread(handle->tid) : task_pidfd(handle->pid);
	if (pidfd < 0)
		return pidfd;
	scope_fd fd = task_getfd(pidfd, handle->fd);
	if (fd < 0)
		return fd;
	if (!serves(fcntl(fd, F_GETFL), which))
		return -EBADF;
	if (inode_look(fd, "", &inode) || !inode_same(&inode, wanted))
		return -HELD_OTHER_FILE;
	return scope_fd_take(&fd);
}

/** The descriptor of any holder serves; one that can only read does no harm, and is the best. */
static int borrow(const struct held *held, enum borrow least)
{
	for (enum borrow which = BORROW_READER; which <= least; which++) {
		for (size_t i = 0; i < held->file->holder_count; i++) {
			int fd = borrow_from(&held->file->holders[i], &held->inode, which);

			if (fd >= 0)
				return fd;
		}
	}
	return -EACCES;
}

/**
 * Its owner may always change the mode: let him read, open, and put the mode back at once. Only he
 * gains anything by it, and he could at any time.
 */
static int open_as_owner(struct held *held)
{
	char path[32];
	mode_t mode = held->inode.mode & 07777;

	if (held->inode.uid != geteuid() || (mode & S_IRUSR))
		return -EACCES;
	self_path(path, held->hold);
	if (chmod(path, mode | S_IRUSR))
		return -errno;
	int fd = open_anew(held);
	if (chmod(path, mode) && fd >= 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	held->mode_changed = true;
	return fd;
}

int held_read(struct held *held)
{
	int fd = open_anew(held);
	if (fd == -EACCES) {
		fd = borrow(held, BORROW_READABLE);
		held->borrowed = fd >= 0;
	}
	if (fd == -EACCES)
		fd = open_as_owner(held);
	if (fd < 0)
		return fd;
	held->read = fd;
	return 0;
}

/**
 * NFS hides the file of a deleted name until the last reference is gone, and O_PATH is one
 * (fs/nfs/dir.c, nfs_dentry_iput). Of the others we know only what they do for an open file.
 */
static bool needs_open(const struct held *held)
{
	const struct mountinfo *info = held->file->site->mounted.info;

	return info && mounts_may_hang(info) && !text_starts(info->type, "nfs");
}

/** May we read it? Asked of the mode, not by opening. Its owner always may, see open_as_owner. */
static bool may_read(const struct held *held)
{
	char path[32];

	return held->inode.uid == geteuid() ||
	       faccessat(AT_FDCWD, self_path(path, held->hold), R_OK, AT_EACCESS) == 0;
}

static bool is_remote(const struct held *held)
{
	return held->file->site->mounted.info && mounts_may_hang(held->file->site->mounted.info);
}

int held_keep(struct held *held, bool *unreadable)
{
	*unreadable = false;
	if (!is_remote(held) && may_read(held))
		return 0;
	held->read = borrow(held, needs_open(held) ? BORROW_ANY : BORROW_READABLE);
	held->borrowed = held->read >= 0;
	if (!held->borrowed && needs_open(held))
		held->read = open_anew(held);
	if (held->read >= 0)
		return 0;
	int rc = held->read;
	held->read = -1;
	*unreadable = !is_remote(held);
	return needs_open(held) ? rc : 0;
}

int held_take(struct held *held)
{
	return scope_fd_take(held->read >= 0 ? &held->read : &held->hold);
}

void held_end(struct held *held)
{
	if (held->read >= 0)
		close(held->read);
	if (held->hold >= 0)
		close(held->hold);
	held->read = held->hold = -1;
}
