/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Many sockets, to be found by inode number or by who is at the other end. The sockets are somebody
 * else's.
 */
#pragma once
#include "kernel/socket.h"

struct socket_list {
	struct socket **items;
	size_t count;
};

/** Somebody who waits to be accepted. */
struct socket_pending {
	uint32_t client;
	uint64_t listener;
};

struct socket_index {
	struct socket_list all;        /**< in the order of their adding, until they are sorted */
	struct socket_list by_ino;     /**< ascending; only with an inode */
	struct socket_list by_address; /**< with both ends known */
	struct socket_list listeners;  /**< TCP */
	struct socket_pending *pending;
	size_t pending_count;
	bool sorted; /**< all of the above is up to date */
};

static inline bool socket_is_stream(const struct socket *socket)
{
	return socket->kind == SOCKET_TCP || socket->kind == SOCKET_MPTCP;
}

static inline bool socket_is_datagram(const struct socket *socket)
{
	return socket->kind == SOCKET_UDP || socket->kind == SOCKET_UDPLITE;
}

void socket_index_add(struct socket_index *index, struct socket *socket);
void socket_index_add_pending(struct socket_index *index, uint32_t client, uint64_t listener);

/** Only the first `all` sockets and `pending` ones stay. */
void socket_index_cut(struct socket_index *index, size_t all, size_t pending);

/** To be called before anything is looked for; costs nothing when nothing was added. */
void socket_index_sort(struct socket_index *index);
void socket_index_end(struct socket_index *index);

/** The socket with this inode number, or NULL. */
const struct socket *socket_index_find(const struct socket_index *index, uint64_t ino);

/** The inode of the other end; 0: none, or not known. See sockets_peer. */
uint64_t socket_index_peer(const struct socket_index *index, const struct socket *socket);
