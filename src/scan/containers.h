/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which container a process is in: by the host name it sees, its UTS namespace (uts_namespaces(7)), and
 * by what its cgroup is called (cgroups(7)). Both are hints for people: whoever is in it may choose the
 * one, and whoever made it the other.
 */
#pragma once
#include "scan/source.h"

struct container {
	struct text
		name;   /**< the host name where it is not this machine's, else the cgroup's name */
	struct text id; /**< what the cgroup says besides: the short id, or a name */
};

/**
 * The container of each of `pids` into `ret`, texts in the arena: empty where it is ours, or cannot be
 * told. A process, and a namespace, is asked once. 0 or -errno.
 */
int containers_find(const struct source *source, const unsigned int *pids, size_t count,
		    struct arena *arena, struct container *ret);
