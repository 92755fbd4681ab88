/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/rings.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "base/scope.h"
#include "kernel/mountinfo.h"
#include "kernel/procfile.h"

enum { FDINFO_LIMIT = 16 << 20 };

bool rings_is(struct text link)
{
	return text_is(link, "anon_inode:[io_uring]");
}

int rings_read(int table_dir, unsigned int fd, struct arena *arena, struct text *list)
{
	char name[32];
	int rc = -EBUSY;

	snprintf(name, sizeof(name), "fdinfo/%u", fd);
	for (unsigned int i = 0; i < RINGFILES_TRIES && rc == -EBUSY; i++) {
		struct text text;

		if (i)
			sched_yield();
		rc = procfile_load(table_dir, name, FDINFO_LIMIT, arena, &text);
		if (!rc)
			rc = ringfiles_find(text, list);
	}
	return rc;
}

bool rings_next(struct text *list, struct arena *arena, struct ringfile *out)
{
	if (!ringfiles_next(list, out))
		return false;
	out->path = mountinfo_unescape(arena, out->path);
	return true;
}

int rings_slot(const struct source *source, const struct handle *handle, struct arena *arena,
	       struct text *ret)
{
	char name[48];
	struct text list;
	struct ringfile file;

	snprintf(name, sizeof(name), handle->tid ? "%u/task/%u" : "%u", handle->pid, handle->tid);
	scope_fd dir = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = dir < 0 ? -errno : rings_read(dir, handle->fd, arena, &list);
	if (rc == -EBUSY) {
		/* No ring has no such list either. */
		char link[64];
		struct text text;

		snprintf(name, sizeof(name), "fd/%u", handle->fd);
		if (procfile_link(dir, name, link, sizeof(link), &text) || !rings_is(text))
			rc = -ENOENT;
	}
	while (!rc && rings_next(&list, arena, &file)) {
		if (file.slot == handle->slot) {
			*ret = file.path;
			return 0;
		}
	}
	return rc ? rc : -ENOENT;
}
