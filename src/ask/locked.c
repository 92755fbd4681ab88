/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/locked.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/filelock.h"
#include "kernel/procfile.h"

enum { LOCKS_MAX = 16 << 20 };

/** PROC_PID_INIT_INO of include/linux/proc_ns.h: the first PID namespace, in which all locks are told. */
static const uint64_t FIRST_NAMESPACE = 0xEFFFFFFC;

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

void locked_begin(const struct source *source, struct mounts *mounts, struct arena *arena,
		  struct locked *ret)
{
	struct text text, line;
	struct filelock lock;
	size_t lines = 0;

	*ret = (struct locked){ .source = source, .mounts = mounts };
	/* Elsewhere those of processes that have ended are left out: fs/locks.c, locks_translate_pid. */
	if (source->foreign ||
	    procfile_namespace(AT_FDCWD, "/proc/self/ns/pid") != FIRST_NAMESPACE ||
	    procfile_load(source->proc, "locks", LOCKS_MAX, arena, &text))
		return;
	for (size_t i = 0; i < text.len; i++)
		lines += text.bytes[i] == '\n';
	ret->complete = true;
	ret->inos = arena_zero(arena, lines + 1, sizeof(*ret->inos));
	while (text_next(&text, '\n', &line)) {
		if (filelock_parse(line, &lock))
			ret->complete = false; /* a line we do not know may be any file's */
		else
			ret->inos[ret->count++] = lock.ino;
	}
	qsort(ret->inos, ret->count, sizeof(*ret->inos), ascending);
}

/** On others, such as overlays, statx may tell another number than the kernel has in its list. */
static bool is_free(const struct locked *locked, const struct open_file *file)
{
	if (!locked->complete || bsearch(&file->inode.ino, locked->inos, locked->count,
					 sizeof(*locked->inos), ascending))
		return false;
	const struct mountinfo *info =
		mounts_find(locked->mounts, file->handle.pid, file->inode.mnt_id).info;
	return info && mounts_is_local(info->type);
}

bool locked_is(const struct locked *locked, const struct open_file *file)
{
	char name[48];
	struct fdinfo info;

	if (file->flags_known || file->handle.use != USE_FD || file->inode_rc ||
	    (!S_ISREG(file->inode.mode) && !S_ISDIR(file->inode.mode)))
		return file->locked;
	if (is_free(locked, file))
		return false;
	snprintf(name, sizeof(name), file->handle.tid ? "%u/task/%u" : "%u", file->handle.pid,
		 file->handle.tid);
	scope_fd dir = openat(locked->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && fdinfo_read(dir, file->handle.fd, &info) == 0 && info.locked;
}
