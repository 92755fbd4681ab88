/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/cached.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/openat2.h"
#include "kernel/procfile.h"

void cached_forget(struct cached *cached)
{
	cached->asked_len = 0;
}

/** /proc/self is another directory for us than for who asked for it. */
static bool is_of_ours(struct text path)
{
	char own[32];

	snprintf(own, sizeof(own), "/proc/%d", getpid());
	return text_is_below(path, text_of(own));
}

/** Where `cached->asked` really lies, into `cached->known`. */
static void ask(struct cached *cached, int proc)
{
	char link[32];
	struct text real;

	cached->known_len = 0;
	scope_fd fd = openat2_open(AT_FDCWD, cached->asked, O_PATH | O_DIRECTORY, RESOLVE_CACHED);
	if (fd < 0)
		return;
	snprintf(link, sizeof(link), "self/fd/%d", fd);
	if (procfile_link(proc, link, cached->known, sizeof(cached->known), &real))
		return;
	if (text_starts(real, "/") && !text_ends(real, " (deleted)") && !is_of_ours(real))
		cached->known_len = real.len;
}

static void look_up(struct cached *cached, int proc, struct text directory)
{
	if (text_equal(directory, (struct text){ cached->asked, cached->asked_len }))
		return;
	memcpy(cached->asked, directory.bytes, directory.len);
	cached->asked[directory.len] = 0;
	cached->asked_len = directory.len;
	ask(cached, proc);
}

struct text cached_resolve(struct cached *cached, int proc, struct text path, char *to)
{
	struct text directory = text_dirname(path), name = text_basename(path);
	char last[NAME_MAX + 1];

	if (directory.len <= 1 || directory.len >= sizeof(cached->asked) || !name.len ||
	    name.len > NAME_MAX || text_is(name, ".") || text_is(name, ".."))
		return path;
	look_up(cached, proc, directory);
	if (!cached->known_len)
		return path;
	/* `path` may lie in `to`. */
	memcpy(last, name.bytes, name.len);
	size_t len = text_is((struct text){ cached->known, cached->known_len }, "/") ?
			     0 :
			     cached->known_len;
	memcpy(to, cached->known, len);
	to[len] = '/';
	memcpy(to + len + 1, last, name.len);
	return (struct text){ to, len + 1 + name.len };
}
