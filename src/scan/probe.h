/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Questions that may never come back: whatever walks a path or opens a file may meet a hung FUSE or
 * network mount, and a thread stuck there could not even be killed. So they are asked in a helper
 * process, which is abandoned when it does not answer; the others go on in a new one.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe {
	size_t count;       /**< questions */
	size_t answer_size; /**< bytes an answer takes */
	/**
	 * Answer question `index` into `answer` (zeroed memory). Runs in the helper: it may use what
	 * the caller's memory held, but not allocate, print or change anything else.
	 */
	void (*ask)(const void *context, size_t index, void *answer);
	/** Questions of one group are given up together; 0 is a group of its own each. May be NULL. */
	uint64_t (*group)(const void *context, size_t index);
	const void *context;
	int keep;        /**< the one descriptor that the questions use, or -1 */
	bool keeps_part; /**< what a question had answered before it got stuck stays in its answer */
	unsigned int *beats; /**< counts up while it goes on, atomic: job_beat; or NULL */
};

/**
 * Ask all. `*ret` gets `count` answers; one that never came is marked in `*missing` (count flags).
 * Both lie in one block: probe_end gives it back. 0, or -errno when no helper could be made.
 */
int probe_run(const struct probe *probe, void **ret, const bool **missing);

/** A helper that is under way: the caller may do something else meanwhile. */
struct probing {
	const struct probe *probe;
	void *answers;
	int pid;  /**< of the helper */
	int pipe; /**< at its end the helper has ended */
};

/**
 * The two halves of probe_run. `probe`, and what it points to, must live until the second; that must
 * follow a first that returned 0.
 */
int probe_begin(const struct probe *probe, struct probing *ret);
int probe_finish(struct probing *probing, void **ret, const bool **missing);

void probe_end(const struct probe *probe, void *answers);
