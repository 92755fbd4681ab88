/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which container a process is in, by the host name it sees: its UTS namespace (uts_namespaces(7)).
 */
#pragma once
#include "scan/source.h"

/**
 * The container of each of `pids` into `ret`, texts in the arena: empty where the host name is this
 * machine's or cannot be told. One namespace is asked once. 0 or -errno.
 */
int containers_name(const struct source *source, const unsigned int *pids, size_t count,
		    struct arena *arena, struct text *ret);
