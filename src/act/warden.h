/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The warden: a small process of ours that makes others stand still. It is a process so that whatever
 * becomes of us ends it, and whatever ends it lets everybody go: there is no other way to let go, and
 * so no moment at which being killed would leave somebody stopped. It lets go by itself
 *   - when we end, or have been asked to end (SIGINT, SIGTERM, SIGKILL), even while we are stuck,
 *   - when we do not move for WARDEN_STALL_MS: we may be waiting for one who stands still,
 *   - when we are stopped: it is no part of our job,
 *   - at Ctrl-C and Ctrl-Z. Not when the terminal closes: a copy outlives that.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { WARDEN_STALL_MS = 10000 };

struct warden {
	pid_t pid;  /**< 0: there is none */
	int socket; /**< to it */
	/** Shared with it: something of ours moved. Atomic. */
	unsigned int *beats;
};

/** How a process answered. */
struct warden_answer {
	int32_t rc;       /**< 0: it stands still; else -errno as warden_stop says */
	uint32_t tid;     /**< the thread it failed at */
	uint32_t threads; /**< how many of it stand still */
	uint32_t tracer;  /**< -EBUSY: who traces it */
	char state;       /**< -ETIMEDOUT: what the thread does instead, as ps(1) writes it */
};

/** Start one. 0 or -errno; warden_end ends it in either case. */
int warden_start(struct warden *ret);

/**
 * Stop all threads of `pid` before `deadline_ns` (CLOCK_MONOTONIC). The answer's rc: 0, also when it
 * has ended, then with 0 threads; -EPERM when we may not; -EBUSY when somebody traces it; -ETIMEDOUT
 * when a thread would not stop; -ECHILD when the warden has let everybody go.
 */
void warden_stop(struct warden *warden, unsigned int pid, int64_t deadline_ns,
		 struct warden_answer *ret);

/** True when everybody that was stopped still is, or has ended. */
bool warden_holds(struct warden *warden);

/** Let everybody go. When this returns they have been let go. */
void warden_end(struct warden *warden);
