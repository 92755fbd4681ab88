/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/backing.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/scope.h"
#include "kernel/procfile.h"

static bool has_path(int directory, const char *device, struct text path)
{
	char name[NAME_MAX + sizeof("/loop/backing_file")], bytes[PATH_MAX + 1];

	snprintf(name, sizeof(name), "%s/loop/backing_file", device);
	ssize_t len = procfile_read(directory, name, bytes, sizeof(bytes));
	if (len <= 0)
		return false;
	struct text found = { bytes, (size_t)len };
	return text_equal(text_ends(found, "\n") ? text_first(found, found.len - 1) : found, path);
}

void backing_find(const struct held *held, struct arena *arena, struct text *ret)
{
	char name[32], link[PATH_MAX + 1];
	struct text path;
	const struct dirent *entry;

	*ret = (struct text){ 0 };
	snprintf(name, sizeof(name), "/proc/self/fd/%d", held->hold);
	DIR *directory = opendir("/sys/block");
	if (!directory)
		return;
	if (procfile_link(AT_FDCWD, name, link, sizeof(link), &path) == 0) {
		while (!ret->len && (entry = readdir(directory))) {
			if (text_starts(text_of(entry->d_name), "loop") &&
			    has_path(dirfd(directory), entry->d_name, path))
				*ret = arena_text(arena, text_of(entry->d_name));
		}
	}
	closedir(directory);
}
