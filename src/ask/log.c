/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/fdinfo.h"

enum { HOLDERS_READ = 64 };

static bool only_appends(const struct source *source, const struct handle *handle)
{
	char name[48];
	struct fdinfo info;

	if (handle->use != USE_FD)
		return false;
	snprintf(name, sizeof(name), handle->tid ? "%u/task/%u" : "%u", handle->pid, handle->tid);
	scope_fd dir = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fdinfo_read(dir, handle->fd, &info))
		return false;
	return (info.flags & (O_ACCMODE | O_APPEND | O_PATH)) == (O_WRONLY | O_APPEND);
}

bool log_is(const struct source *source, const struct deleted_file *file)
{
	if ((file->class != CLASS_GONE && file->class != CLASS_REPLACED) || file->inode_rc ||
	    !S_ISREG(file->inode.mode) || mounts_may_hang(file->site->mounted.info) ||
	    file->holder_count > HOLDERS_READ)
		return false;
	for (size_t i = 0; i < file->holder_count; i++) {
		if (!only_appends(source, &file->holders[i].handle))
			return false;
	}
	return true;
}
