/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One network namespace among `struct sockets`, and the reading of it: table by table, or one unix socket
 * at a time.
 */
#pragma once
#include <net/if.h>

#include "scan/socket_index.h"
#include "scan/sockets.h"

/** A network interface whose name was wanted. */
struct interface {
	uint32_t index;
	char name[IF_NAMESIZE];
};

struct space {
	uint64_t ino; /**< 0: of processes that are not ours to look into */
	uint64_t
		table; /**< inode of its file net/dev, which tells it apart, too: fs/proc/generic.c */
	struct interface *interfaces;
	size_t interface_count;
	unsigned int kinds; /**< whose tables were read: a bit 1 << SOCKET_… each */
	bool unread, partly;
};

struct sockets {
	const struct source *source;
	unsigned int kinds;
	unsigned int alone;      /**< unix sockets that were asked for one at a time */
	uint64_t own, own_table; /**< our namespace, as in struct space */
	struct arena arena;
	struct space *spaces;
	size_t space_count;
	struct socket_index index;
};

/** What is to be known of a namespace. */
struct space_wish {
	unsigned int kinds;   /**< these tables */
	const uint64_t *inos; /**< and these unix sockets, with their other ends */
	size_t count;
};

/**
 * Read what `wish` wants and is not known yet. `dir` is the directory of a process in that namespace. What
 * was read is noted in `space`, also how badly.
 */
void space_read(struct sockets *sockets, struct space *space, int dir,
		const struct space_wish *wish);

/** Keep one of its sockets, whoever told what it is. */
void space_keep(struct sockets *sockets, struct space *space, const struct socket *socket);

/** Forget its sockets of these kinds. */
void space_forget(struct sockets *sockets, const struct space *space, unsigned int kinds);

/** True when that would find nothing new. */
bool space_has(const struct sockets *sockets, const struct space *space,
	       const struct space_wish *wish);
