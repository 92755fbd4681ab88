/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/socket_index.h"

#include <stdlib.h>

#include "base/arena.h"

static void list_add(struct socket_list *list, struct socket *socket)
{
	memory_grow(&list->items, list->count, sizeof(struct socket *));
	list->items[list->count++] = socket;
}

void socket_index_add(struct socket_index *index, struct socket *socket)
{
	list_add(&index->all, socket);
	index->sorted = false;
}

void socket_index_add_pending(struct socket_index *index, uint32_t client, uint64_t listener)
{
	memory_grow(&index->pending, index->pending_count, sizeof(*index->pending));
	index->pending[index->pending_count++] = (struct socket_pending){ client, listener };
	index->sorted = false;
}

void socket_index_cut(struct socket_index *index, size_t all, size_t pending)
{
	index->all.count = all;
	index->pending_count = pending;
	index->sorted = false;
}

void socket_index_end(struct socket_index *index)
{
	free(index->all.items);
	free(index->by_ino.items);
	free(index->by_address.items);
	free(index->listeners.items);
	free(index->pending);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/** The first TCP socket below one of MPTCP has its inode (mptcp_sock_graft): what is held comes first. */
static int compare_inodes(const void *left, const void *right)
{
	const struct socket *const *a = left, *const *b = right;
	int order = compare_numbers((*a)->ino, (*b)->ino);

	return order ? order :
		       compare_numbers((*a)->kind != SOCKET_MPTCP, (*b)->kind != SOCKET_MPTCP);
}

static int compare_endpoints(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->address, b->address, sizeof(a->address));

	return order ? order : compare_numbers(a->port, b->port);
}

/** MPTCP is TCP on the wire: whoever has it may speak with somebody who has not. */
static unsigned int wire_of(const struct socket *socket)
{
	return socket->kind == SOCKET_MPTCP ? SOCKET_TCP : socket->kind;
}

static int compare_addresses(const void *left, const void *right)
{
	const struct socket *const *a = left, *const *b = right;
	int order = compare_numbers(wire_of(*a), wire_of(*b));

	if (!order)
		order = compare_endpoints(&(*a)->inet.local, &(*b)->inet.local);
	return order ? order : compare_endpoints(&(*a)->inet.remote, &(*b)->inet.remote);
}

static int compare_clients(const void *left, const void *right)
{
	const struct socket_pending *a = left, *b = right;

	return compare_numbers(a->client, b->client);
}

static bool is_unix_text(const struct socket *socket)
{
	return socket->kind == SOCKET_UNIX && !socket->un.peer_known;
}

static void know_less(struct socket *socket)
{
	if (!is_unix_text(socket))
		return;
	socket->type = socket->state = 0;
	socket->un = (struct socket_unix){ 0 };
}

/** Two lines of /proc/net/unix about one inode: one may be what somebody wrote into a name. */
static void doubt(struct socket_list *by_ino)
{
	for (size_t i = 1; i < by_ino->count; i++) {
		struct socket *before = by_ino->items[i - 1], *socket = by_ino->items[i];

		if (before->ino != socket->ino)
			continue;
		know_less(before);
		know_less(socket);
		/* Nothing of it is a table's word: the other one stands, and first. */
		if (is_unix_text(before) && !is_unix_text(socket)) {
			by_ino->items[i - 1] = socket;
			by_ino->items[i] = before;
		}
	}
}

static void sort(struct socket_list *list, int (*compare)(const void *, const void *))
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

void socket_index_sort(struct socket_index *index)
{
	if (index->sorted)
		return;
	index->by_ino.count = index->by_address.count = index->listeners.count = 0;
	for (size_t i = 0; i < index->all.count; i++) {
		struct socket *socket = index->all.items[i];

		if (socket->ino)
			list_add(&index->by_ino, socket);
		if ((socket_is_stream(socket) || socket_is_datagram(socket)) &&
		    socket->inet.remote.port)
			list_add(&index->by_address, socket);
		if (socket_is_stream(socket) && socket->state == SOCKET_LISTEN)
			list_add(&index->listeners, socket);
	}
	sort(&index->by_ino, compare_inodes);
	sort(&index->by_address, compare_addresses);
	doubt(&index->by_ino);
	if (index->pending_count)
		qsort(index->pending, index->pending_count, sizeof(*index->pending),
		      compare_clients);
	index->sorted = true;
}

/** The first item that is not below `key`. */
static size_t find_first(const struct socket_list *list, const struct socket *key,
			 int (*compare)(const void *, const void *))
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&list->items[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct socket *socket_index_find(const struct socket_index *index, uint64_t ino)
{
	const struct socket key = { .ino = ino, .kind = SOCKET_MPTCP };

	size_t at = find_first(&index->by_ino, &key, compare_inodes);
	if (!ino || at == index->by_ino.count || index->by_ino.items[at]->ino != ino)
		return NULL;
	return index->by_ino.items[at];
}

/** True when a connection to `address` may have come in there. */
static bool accepts(const struct socket *listener, const struct socket *connection)
{
	const struct endpoint *at = &listener->inet.local, *to = &connection->inet.local;

	if (listener->space != connection->space || at->port != to->port)
		return false;
	if (!endpoint_is_any(at))
		return endpoint_equal(at, to);
	return endpoint_is_v4(at) == endpoint_is_v4(to) ||
	       (!endpoint_is_v4(at) && !listener->inet.only_v6);
}

/** Nobody has accepted `connection` yet: the inode of who listens for it, when it is one. */
static uint64_t find_listener(const struct socket_index *index, const struct socket *connection)
{
	uint64_t ino = 0;

	for (size_t i = 0; i < index->listeners.count; i++) {
		const struct socket *listener = index->listeners.items[i];

		if (!accepts(listener, connection))
			continue;
		/* The one on this very address is nearer. */
		if (!endpoint_is_any(&listener->inet.local))
			return listener->ino;
		if (ino)
			return 0;
		ino = listener->ino;
	}
	return ino;
}

static bool is_loopback(const struct endpoint *endpoint)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (endpoint_is_v4(endpoint))
		return endpoint->address[12] == 127;
	return memcmp(endpoint->address, one, sizeof(one)) == 0;
}

static bool waits_for_accept(const struct socket *socket)
{
	return !socket->ino &&
	       (socket->state == SOCKET_ESTABLISHED || socket->state == SOCKET_CLOSE_WAIT);
}

/** Who has these addresses: in `space`, or in exactly one other. NULL when none or several. */
static const struct socket *find_by_address(const struct socket_index *index,
					    const struct socket *key, bool elsewhere)
{
	const struct socket_list *list = &index->by_address;
	const struct socket *best = NULL;

	for (size_t i = find_first(list, key, compare_addresses);
	     i < list->count && compare_addresses(&list->items[i], &key) == 0; i++) {
		const struct socket *socket = list->items[i];

		if ((socket->space != key->space) != elsewhere)
			continue;
		if (best && best->space != socket->space)
			return NULL;
		/* Below an MPTCP socket there are the kernel's own of TCP: it is the one that is held. */
		if (!best || socket->kind == SOCKET_MPTCP || (!best->ino && socket->ino))
			best = socket;
	}
	return best;
}

static uint64_t find_inet_peer(const struct socket_index *index, const struct socket *socket)
{
	struct socket key = *socket;

	if (!socket->inet.remote.port)
		return 0;
	key.inet.local = socket->inet.remote;
	key.inet.remote = socket->inet.local;
	const struct socket *peer = find_by_address(index, &key, false);
	if (!peer && !is_loopback(&key.inet.local) && !find_by_address(index, socket, true))
		peer = find_by_address(index, &key, true);
	if (!peer)
		return 0;
	return waits_for_accept(peer) ? find_listener(index, peer) : peer->ino;
}

static uint64_t find_unix_peer(const struct socket_index *index, const struct socket *socket)
{
	const struct socket_pending key = { .client = (uint32_t)socket->ino };

	if (socket->un.peer || !index->pending_count)
		return socket->un.peer;
	const struct socket_pending *found =
		bsearch(&key, index->pending, index->pending_count, sizeof(key), compare_clients);
	return found ? found->listener : 0;
}

uint64_t socket_index_peer(const struct socket_index *index, const struct socket *socket)
{
	if (socket_is_stream(socket) || socket_is_datagram(socket))
		return find_inet_peer(index, socket);
	return socket->kind == SOCKET_UNIX ? find_unix_peer(index, socket) : 0;
}
