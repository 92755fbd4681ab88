/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/namespaces.h"

#include <errno.h>
#include <stdio.h>

#include "kernel/procfile.h"

static const char *const words[NAMESPACE_COUNT] = {
	[NAMESPACE_CGROUP] = "cgroup", [NAMESPACE_IPC] = "ipc", [NAMESPACE_MNT] = "mnt",
	[NAMESPACE_NET] = "net",       [NAMESPACE_PID] = "pid", [NAMESPACE_TIME] = "time",
	[NAMESPACE_USER] = "user",     [NAMESPACE_UTS] = "uts",
};

const char *namespaces_word(enum namespace_kind kind)
{
	return words[kind];
}

int namespaces_read(int dirfd, struct namespaces *out)
{
	struct namespaces all = { 0 };

	for (unsigned int i = 0; i < NAMESPACE_COUNT; i++) {
		char name[16], link[64];
		struct text target, word;

		snprintf(name, sizeof(name), "ns/%s", words[i]);
		int rc = procfile_link(dirfd, name, link, sizeof(link), &target);
		if (rc == -ENOENT && i) /* an older kernel; of a zombie the first is missing, too */
			continue;
		if (rc)
			return rc;
		if (!text_next(&target, '[', &word) || !text_next(&target, ']', &word) ||
		    text_number(word, 10, &all.ino[i]))
			return -EINVAL;
	}
	*out = all;
	return 0;
}
