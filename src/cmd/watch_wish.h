/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a call of `watch` asks for: its targets and options, as a watcher wants to have them.
 */
#pragma once
#include "cmd/command.h"
#include "scan/watcher.h"

struct watch_wish {
	const struct invocation *invocation;
	struct watcher_wish wish; /**< but the command, which is none yet */
	struct arena arena;
	unsigned int *pids; /**< grows */
	struct text *trees; /**< likewise */
};

/** -ESRCH: no process is called so, or it has ended; else 0 or -errno, and a message. */
int watch_wish_begin(const struct invocation *invocation, const struct source *source,
		     struct watch_wish *ret, struct error *err);

void watch_wish_end(struct watch_wish *asked);
