/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The network interfaces of our network namespace: rtnetlink(7), RTM_GETLINK; any user may ask. /sys
 * would tell of the namespace it was mounted in, which may be another one.
 */
#pragma once
#include <linux/if.h>

#include "base/arena.h"

struct link {
	unsigned int index;
	char name[IFNAMSIZ];
	const char *
		state; /**< the kernel's word, RFC 2863: "up", "down", "unknown", "dormant" …; NULL: none */
	uint32_t mtu;         /**< bytes; 0: not told */
	struct text address;  /**< "52:54:00:12:34:56"; empty: has none */
	uint64_t speed_mbits; /**< 0: not known */
};

/** All of them, in the arena. 0 or -errno. */
int links_read(struct arena *arena, struct link **ret, size_t *count);
