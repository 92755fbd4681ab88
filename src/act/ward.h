/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The warden's own side: the process that traces the others. It knows nothing of files.
 */
#pragma once
#include "act/warden.h"

/** What is asked of it, each answered by a struct warden_answer. */
struct ward_request {
	uint32_t pid; /**< to stop this one; 0: to see that all are stopped */
	int64_t deadline_ns;
};

/**
 * Be the warden of `parent`, which asks over `socket` and counts `beats` up while it moves. To be called
 * in a child of its own; keeps nothing else open.
 */
_Noreturn void ward_run(int socket, pid_t parent, const unsigned int *beats);
