/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/cgroup: cgroups(7). One line a hierarchy, "ID:CONTROLLERS:PATH", that of version 2 being
 * "0::PATH". A path may hold any byte but NUL and newline (kernel/cgroup/cgroup.c, cgroup_mkdir), and
 * whoever has a part of the tree delegated to him chooses names there: what it says is a hint for
 * people, no proof.
 */
#pragma once
#include <stddef.h>

#include "base/text.h"

enum {
	CGROUP_NAME_MAX = 256, /**< one component of the path, NAME_MAX */
	CGROUP_SHORT_ID = 12,  /**< digits of an id that container runtimes show */
};

/** What the path says of the container: "3f2a91c07b5e" of an id of 64 digits, or a name. */
struct cgroup {
	char container[CGROUP_NAME_MAX];
	size_t len; /**< 0: it names none */
};

/**
 * Parse the file's text; the innermost container counts, and version 2 before version 1. 0, or -EINVAL
 * and `out` untouched when no line has the form.
 */
int cgroup_parse(struct text text, struct cgroup *out);

/** Read and parse `name` below `dirfd`: "4076/cgroup". 0 or -errno. */
int cgroup_read(int dirfd, const char *name, struct cgroup *out);

/** The path alone: that of version 2, else systemd's, else the first. 0, or -EINVAL and `out` untouched. */
int cgroup_path_parse(struct text text, struct text *out);

/**
 * The systemd unit a path names: its first component behind the slices, "nginx.service"; of a user's
 * manager the unit inside it. Empty: none.
 */
struct text cgroup_unit(struct text path);
