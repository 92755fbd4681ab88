/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/net/dev: what every network interface of a process's network namespace did.
 * proc_pid_net(5), net/core/net-procfs.c.
 */
#pragma once
#include "base/text.h"

enum { NETDEV_MAX = 64 << 20 };

struct netdev_way {
	uint64_t bytes, packets, errors, drops;
};

struct netdev {
	struct text name; /**< points into the text that was parsed */
	struct netdev_way received, sent;
};

/** Take the next line off the front of `text`. False at its end; other lines are skipped. */
bool netdev_next(struct text *text, struct netdev *out);
