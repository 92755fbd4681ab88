/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/sockets_space.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/socktext.h"
#include "scan/netns.h"

/** Whoever makes more sockets than this has some that nobody finds; it is about 150 MB. */
enum { SOCKETS_MAX = 1 << 20 };

/** What is wanted while a namespace is read. */
struct filling {
	struct sockets *sockets;
	struct space *space;
	struct mnl_socket *diag; /**< NULL: may not be asked */
	bool has_pending;
	const struct socket *last; /**< the one that was kept last */
};

static void note_interface(const struct filling *filling, uint32_t index)
{
	struct space *space = filling->space;
	struct interface interface = { .index = index };

	for (size_t i = 0; i < space->interface_count; i++) {
		if (space->interfaces[i].index == index)
			return;
	}
	if (!filling->diag || sockdiag_interface(filling->diag, index, interface.name))
		return;
	memory_grow(&space->interfaces, space->interface_count, sizeof(interface));
	space->interfaces[space->interface_count++] = interface;
}

static void keep(void *context, const struct socket *socket)
{
	struct filling *filling = context;
	struct sockets *sockets = filling->sockets;

	if (sockets->index.all.count == SOCKETS_MAX) {
		filling->space->partly = true;
		return;
	}
	struct socket *kept = arena_zero(&sockets->arena, 1, sizeof(*kept));
	*kept = *socket;
	kept->space = (uint32_t)(filling->space - sockets->spaces);
	if (kept->interface)
		note_interface(filling, kept->interface);
	if (kept->kind == SOCKET_UNIX) {
		kept->un.name = arena_text(&sockets->arena, kept->un.name);
		kept->un.other = arena_text(&sockets->arena, kept->un.other);
		kept->un.pending = (struct text){ 0 };
		filling->has_pending |= kept->state == SOCKET_LISTEN && kept->received;
	}
	if (kept->kind == SOCKET_NETLINK)
		kept->netlink.groups = arena_text(&sockets->arena, kept->netlink.groups);
	socket_index_add(&sockets->index, kept);
	filling->last = kept;
}

void space_keep(struct sockets *sockets, struct space *space, const struct socket *socket)
{
	keep(&(struct filling){ .sockets = sockets, .space = space }, socket);
}

static void keep_pending(void *context, const struct socket *socket)
{
	struct filling *filling = context;
	struct sockets *sockets = filling->sockets;
	struct text clients = socket->un.pending;

	for (uint32_t client; clients.len >= sizeof(client);
	     clients = text_from(clients, sizeof(client))) {
		memcpy(&client, clients.bytes, sizeof(client));
		if (client && sockets->index.pending_count < SOCKETS_MAX)
			socket_index_add_pending(&sockets->index, client, socket->ino);
	}
}

/** One kind, from where it can be had. 0, or -errno when it cannot; what a kernel lacks is no loss. */
static int fill_kind(struct filling *filling, enum socket_kind kind, int net)
{
	struct socket_index *index = &filling->sockets->index;
	size_t before = index->all.count;

	if (filling->diag) {
		if (sockdiag_dump(filling->diag, kind, keep, filling) == 0)
			return 0;
		/* Found half, or not at all: once more from the beginning. */
		socket_index_cut(index, before, index->pending_count);
	}
	int rc = socktext_read(net, kind, keep, filling);
	filling->space->partly |= kind == SOCKET_UNIX && !rc;
	return rc == -ENOENT ? 0 : rc;
}

static bool is_known(const struct sockets *sockets, uint64_t ino)
{
	for (size_t i = 0; i < sockets->index.all.count; i++) {
		if (sockets->index.all.items[i]->ino == ino)
			return true;
	}
	return false;
}

/** The one unix socket. NULL: not in this namespace, or it may not be asked. */
static const struct socket *find_unix(struct filling *filling, uint64_t ino)
{
	filling->last = NULL;
	if (!filling->diag || ino > UINT32_MAX ||
	    sockdiag_find_unix(filling->diag, (uint32_t)ino, keep, filling))
		return NULL;
	return filling->last;
}

/** Its other end was not told: it waits to be accepted, or nobody is there. */
static bool may_be_pending(const struct socket *socket)
{
	return socket->state == SOCKET_ESTABLISHED && socket->type != SOCK_DGRAM &&
	       !socket->un.peer;
}

/** Who listens there is no end that the socket itself tells. */
static void find_listeners(struct filling *filling, const struct space_wish *wish)
{
	struct sockets *sockets = filling->sockets;

	sockdiag_dump_pending(filling->diag, keep_pending, filling);
	for (size_t i = 0; i < wish->count; i++) {
		socket_index_sort(&sockets->index);
		const struct socket *socket = socket_index_find(&sockets->index, wish->inos[i]);
		uint64_t other = socket ? socket_index_peer(&sockets->index, socket) : 0;

		if (other && !is_known(sockets, other))
			find_unix(filling, other);
	}
}

/** False when some cannot be had like this. */
static bool fill_alone(struct filling *filling, const struct space_wish *wish)
{
	bool pending = false;

	for (size_t i = 0; i < wish->count; i++) {
		if (is_known(filling->sockets, wish->inos[i]))
			continue;
		const struct socket *socket = find_unix(filling, wish->inos[i]);
		if (!socket)
			return false;
		pending |= may_be_pending(socket);
		if (socket->un.peer && !is_known(filling->sockets, socket->un.peer))
			find_unix(filling, socket->un.peer);
	}
	if (pending)
		find_listeners(filling, wish);
	return true;
}

void space_forget(struct sockets *sockets, const struct space *space, unsigned int kinds)
{
	struct socket_list *all = &sockets->index.all;
	uint32_t number = (uint32_t)(space - sockets->spaces);
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct socket *socket = all->items[i];

		if (socket->space != number || !(kinds >> socket->kind & 1))
			all->items[kept++] = socket;
	}
	socket_index_cut(&sockets->index, kept, sockets->index.pending_count);
}

static int fill_kinds(struct filling *filling, unsigned int kinds, int net)
{
	int rc = 0;

	for (unsigned int kind = 0; kind < SOCKET_KINDS; kind++) {
		if (!(kinds >> kind & 1))
			continue;
		/* What was found one at a time is in the table, too. */
		if (kind == SOCKET_UNIX)
			space_forget(filling->sockets, filling->space, 1U << SOCKET_UNIX);
		int failed = fill_kind(filling, (enum socket_kind)kind, net);
		rc = rc ? rc : failed;
	}
	if (filling->diag && filling->has_pending && (kinds >> SOCKET_UNIX & 1))
		sockdiag_dump_pending(filling->diag, keep_pending, filling);
	return rc;
}

void space_read(struct sockets *sockets, struct space *space, int dir,
		const struct space_wish *wish)
{
	struct filling filling = { .sockets = sockets, .space = space };
	unsigned int kinds = wish->kinds & ~space->kinds;
	scope_fd net = openat(dir, "net", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t before = sockets->index.all.count;

	if (!space->ino || netns_diag(dir, space->ino, sockets->own, &filling.diag))
		filling.diag = NULL;
	if (!((space->kinds | kinds) >> SOCKET_UNIX & 1) && !fill_alone(&filling, wish))
		kinds |= 1U << SOCKET_UNIX;
	int rc = fill_kinds(&filling, kinds, net);
	space->kinds |= kinds;
	space->unread = rc && !(space->kinds & ~kinds) && sockets->index.all.count <= before;
	space->partly |= rc && !space->unread;
	netns_diag_end(filling.diag);
}

void space_renew(struct sockets *sockets, struct space *space)
{
	space_forget(sockets, space, SOCKETS_ALL);
	space->kinds = 0;
	space->walked = false;
}

/** What was told of one socket gives way to what the table says; of what is not there now it stands. */
static void ask_anew(struct filling *filling, uint64_t ino)
{
	struct socket_list *all = &filling->sockets->index.all;
	const struct socket *asked = find_unix(filling, ino);
	size_t kept = 0;

	for (size_t i = 0; i < all->count && asked; i++) {
		struct socket *socket = all->items[i];

		if (socket == asked || socket->ino != ino || socket->space != asked->space)
			all->items[kept++] = socket;
	}
	if (asked)
		socket_index_cut(&filling->sockets->index, kept,
				 filling->sockets->index.pending_count);
}

static void name_interfaces(struct filling *filling)
{
	const struct sockets *sockets = filling->sockets;
	uint32_t number = (uint32_t)(filling->space - sockets->spaces);

	for (size_t i = 0; i < sockets->index.all.count; i++) {
		const struct socket *socket = sockets->index.all.items[i];

		if (socket->space == number && socket->interface)
			note_interface(filling, socket->interface);
	}
}

int space_mend(struct sockets *sockets, struct space *space, int dir, const struct space_gap *gap)
{
	struct filling filling = { .sockets = sockets, .space = space };
	unsigned int kinds = gap->kinds;
	bool alone = gap->count <= SOCKETS_ALONE;
	int rc = netns_diag(dir, space->ino, sockets->own, &filling.diag);

	if (rc)
		return rc;
	scope_fd net = openat(dir, "net", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < gap->count && alone; i++)
		ask_anew(&filling, gap->inos[i]);
	if (!alone)
		kinds |= 1U << SOCKET_UNIX;
	space_forget(sockets, space, kinds);
	space->partly |= fill_kinds(&filling, kinds, net) != 0;
	/* A table of all says this, too. */
	if (gap->waits && alone)
		sockdiag_dump_pending(filling.diag, keep_pending, &filling);
	name_interfaces(&filling);
	netns_diag_end(filling.diag);
	return 0;
}

bool space_has(const struct sockets *sockets, const struct space *space,
	       const struct space_wish *wish)
{
	if (wish->kinds & ~space->kinds)
		return false;
	for (size_t i = 0; i < wish->count && !(space->kinds >> SOCKET_UNIX & 1); i++) {
		if (!is_known(sockets, wish->inos[i]))
			return false;
	}
	return true;
}
