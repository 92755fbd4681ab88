/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A program that is started to be watched: it waits until somebody looks, and runs as the user who asked.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct launch {
	pid_t pid;
	int ended;  /**< poll(2) finds it readable once the program has ended: pidfd_open(2) */
	int go;     /**< our end: a byte lets it run */
	int failed; /**< our end: what became of that */
};

/**
 * Whom the command runs as: `user`, or, where sudo(8) has made us root for this one call, whoever asked
 * for that; else nobody but ourselves. Its standard output becomes our standard error: ours is the answer.
 * 0, or -errno and a message; launch_end frees.
 */
int launch_begin(char *const *words, const char *user, struct launch *ret, struct error *err);

/** Let it run. 0 once it does, or -errno and a message. */
int launch_go(struct launch *launch, const char *name, struct error *err);

/** Once `ended` is readable: its status as wait(2) tells it. */
int launch_status(struct launch *launch);

/** One that was never let go ends. */
void launch_end(struct launch *launch);
