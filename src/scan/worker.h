/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A pool of threads over a list of processes, and a watch over the pool: what does not move for a
 * while is given up, its thread with it, and the rest goes on. The waits that can happen in /proc
 * (mmap_lock, for maps) are killable, so such a thread ends with the program.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/** The state of one job; the worker says `beat` now and then so that it is not taken for stuck. */
struct job {
	size_t index;
	struct arena arena; /**< for what the job keeps until it was consumed */
	void *result;       /**< in that arena */
	unsigned int beats; /**< atomic: job_beat */
	unsigned int tid;   /**< the worker's thread */
	int state;          /**< the pool's */
};

struct jobs {
	size_t count;
	void (*work)(const void *context, struct job *job);                  /**< on a worker */
	void (*consume)(void *context, size_t index, const struct job *job); /**< on the caller, in
										order; NULL job: given up */
	void *context; /**< copied: a job that was given up may wake when its caller is gone */
	size_t context_size; /**< so what `work` needs must lie in these bytes */
	const bool
		*enough; /**< set by `consume`: jobs that nobody has begun are dropped; or NULL */
};

/** Do all jobs. */
void worker_run(const struct jobs *jobs);

static inline void job_beat(struct job *job)
{
	__atomic_add_fetch(&job->beats, 1, __ATOMIC_RELAXED);
}
