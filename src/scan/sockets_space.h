/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One network namespace among `struct sockets`, and the reading of it: table by table, or one unix socket
 * at a time.
 */
#pragma once
#include <net/if.h>

#include "scan/socket_index.h"
#include "scan/sockets.h"

/**
 * So many unix sockets are asked for alone, then a table comes cheaper: with 6 000 of them in it one
 * takes 0.2 ms, and all 6 ms.
 */
enum { SOCKETS_ALONE = 16 };

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
	bool walked; /**< known from the kernel's walk: without sockets that nobody has */
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
	bool walked;  /**< the kernel's walk has told of every namespace that was not read before */
	bool decided; /**< and is not asked any more */
	bool lost;    /**< it was asked for what is in no table; not again */
	bool counted, many; /**< the sockets of our own namespace; and that there are many */
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

/** What the kernel's walk could not tell of a namespace for sure. */
struct space_gap {
	unsigned int kinds; /**< tables that are to be read after all */
	uint64_t *inos; /**< unix sockets that are to be asked about; a table when they are many */
	size_t count;
	bool waits;       /**< somebody waits to be accepted at a unix socket */
	bool named;       /**< names of interfaces */
	unsigned int pid; /**< who has a socket of it */
};

/** Nothing is known of it any more but where it is. */
void space_renew(struct sockets *sockets, struct space *space);

/**
 * Ask about what is missing, through a process in that namespace; what cannot be asked stays as it was
 * told. 0, or -errno when nothing could be asked.
 */
int space_mend(struct sockets *sockets, struct space *space, int dir, const struct space_gap *gap);
