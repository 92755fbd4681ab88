/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The program bpf/task at work: it tells all threads there are, as often as it is read, to one reader or
 * to several that share the work. Linux 5.17 and CAP_BPF with CAP_PERFMON; whether it can is tried, not
 * guessed.
 */
#pragma once
#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

struct iterator_tasks {
	struct task *program; /**< NULL: not loaded */
};

/**
 * Load the program; it tells each thread's own times and faults, or those of its process. 0, or -errno
 * and the reason. iterator_end_tasks frees.
 */
int iterator_begin_tasks(bool of_threads, struct iterator_tasks *ret, struct error *reason);
void iterator_end_tasks(struct iterator_tasks *tasks);

/** From now on so many readers, at most WIRE_WALKERS, tell together what there is. */
void iterator_share_tasks(const struct iterator_tasks *tasks, unsigned int readers);

/**
 * As one of them, from 0: the records of wire_task that are its share now, by tid; free(3). Two walks
 * at once by one reader are not possible. It waits for nobody. 0 or -errno.
 */
int iterator_walk_tasks(const struct iterator_tasks *tasks, unsigned int reader, struct text *ret);
