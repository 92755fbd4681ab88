/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/inode.h"
#include "kernel/procfile.h"
#include "kernel/socktext.h"
#include "scan/netns.h"
#include "scan/socket_index.h"

/** Whoever makes more sockets than this has some that nobody finds; it is about 150 MB. */
enum { SOCKETS_MAX = 1 << 20 };

/** A network interface whose name was wanted. */
struct interface {
	uint32_t index;
	char name[IF_NAMESIZE];
};

/** One network namespace. */
struct space {
	uint64_t ino; /**< 0: of processes that are not ours to look into */
	uint64_t
		table; /**< inode of its file net/dev, which tells it apart, too: fs/proc/generic.c */
	struct interface *interfaces;
	size_t interface_count;
	bool unread, partly;
};

struct sockets {
	const struct source *source;
	unsigned int kinds;
	uint64_t own, own_table; /**< our namespace, as in struct space */
	struct arena arena;
	struct space *spaces;
	size_t space_count;
	struct socket_index index;
};

/** The inode number of a file net/dev. 0 or -errno. */
static int find_table(int dir, const char *name, uint64_t *ret)
{
	struct inode inode;
	int rc = inode_look(dir, name, &inode);

	*ret = rc ? 0 : inode.ino;
	return rc;
}

struct sockets *sockets_begin(const struct source *source, unsigned int kinds)
{
	struct sockets *sockets = memory_resize(NULL, 1, sizeof(*sockets));

	*sockets = (struct sockets){
		.source = source,
		.kinds = kinds,
		.own = procfile_namespace(AT_FDCWD, "/proc/thread-self/ns/net"),
	};
	find_table(AT_FDCWD, "/proc/thread-self/net/dev", &sockets->own_table);
	arena_init(&sockets->arena);
	return sockets;
}

void sockets_end(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->space_count; i++)
		free(sockets->spaces[i].interfaces);
	free(sockets->spaces);
	socket_index_end(&sockets->index);
	arena_end(&sockets->arena);
	free(sockets);
}

/** What is wanted while a namespace is read. */
struct filling {
	struct sockets *sockets;
	struct space *space;
	struct mnl_socket *diag; /**< NULL: may not be asked */
	bool has_pending;
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
		kept->un.pending = (struct text){ 0 };
		filling->has_pending |= kept->state == SOCKET_LISTEN && kept->received;
	}
	if (kept->kind == SOCKET_NETLINK)
		kept->netlink.groups = arena_text(&sockets->arena, kept->netlink.groups);
	socket_index_add(&sockets->index, kept);
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

/** Read the namespace of the process whose directory is `dir`. */
static void fill(struct sockets *sockets, struct space *space, int dir)
{
	struct filling filling = { .sockets = sockets, .space = space };
	scope_fd net = openat(dir, "net", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t before = sockets->index.all.count;
	int rc = 0;

	if (!space->ino || netns_diag(dir, space->ino, sockets->own, &filling.diag))
		filling.diag = NULL;
	for (unsigned int kind = 0; kind < SOCKET_KINDS; kind++) {
		if (!(sockets->kinds >> kind & 1))
			continue;
		int failed = fill_kind(&filling, (enum socket_kind)kind, net);
		rc = rc ? rc : failed;
	}
	space->unread = rc && sockets->index.all.count == before;
	space->partly |= rc && !space->unread;
	if (filling.diag && filling.has_pending)
		sockdiag_dump_pending(filling.diag, keep_pending, &filling);
	netns_diag_end(filling.diag);
}

/** Mostly it is that of the process before. */
static bool is_known(const struct sockets *sockets, uint64_t ino, uint64_t table)
{
	for (size_t i = sockets->space_count; i > 0; i--) {
		const struct space *space = &sockets->spaces[i - 1];

		if ((ino && space->ino == ino) || (table && space->table == table))
			return true;
	}
	return false;
}

/** It ended before all was read: the next process in it may live longer. */
static void forget_last(struct sockets *sockets, size_t all, size_t pending)
{
	free(sockets->spaces[--sockets->space_count].interfaces);
	socket_index_cut(&sockets->index, all, pending);
}

/** The namespace of the process with this directory is a new one. 0 or -errno. */
static int add_space(struct sockets *sockets, int dir, uint64_t ino, uint64_t table)
{
	size_t all = sockets->index.all.count, pending = sockets->index.pending_count;

	memory_grow(&sockets->spaces, sockets->space_count, sizeof(*sockets->spaces));
	struct space *space = &sockets->spaces[sockets->space_count++];
	*space = (struct space){ .ino = ino, .table = table };
	fill(sockets, space, dir);
	uint64_t now;
	if ((space->unread || space->partly) &&
	    (find_table(dir, "net/dev", &now) || now != table)) {
		forget_last(sockets, all, pending);
		return -ESRCH;
	}
	return 0;
}

int sockets_add(struct sockets *sockets, unsigned int pid)
{
	char name[16];
	uint64_t table;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(sockets->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	uint64_t ino = procfile_namespace(dir, "ns/net");
	if (ino && is_known(sockets, ino, 0))
		return 0;
	/* Not ours to look into, or at its end: its tables may be read all the same, or not. */
	int rc = find_table(dir, "net/dev", &table);
	if (rc)
		return rc;
	if (table == sockets->own_table)
		ino = sockets->own;
	return is_known(sockets, ino, table) ? 0 : add_space(sockets, dir, ino, table);
}

int sockets_add_all(struct sockets *sockets)
{
	struct arena arena;
	unsigned int *pids;
	size_t count;
	scope_fd dir = openat(sockets->source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	arena_init(&arena);
	int rc = procfile_numbers(dir, &arena, &pids, &count);
	for (size_t i = 0; i < count && !rc; i++)
		sockets_add(sockets, pids[i]);
	arena_end(&arena);
	return rc;
}

unsigned int sockets_unread(const struct sockets *sockets)
{
	unsigned int unread = 0;

	for (size_t i = 0; i < sockets->space_count; i++)
		unread += sockets->spaces[i].unread;
	return unread;
}

unsigned int sockets_partly_read(const struct sockets *sockets)
{
	unsigned int partly = 0;

	for (size_t i = 0; i < sockets->space_count; i++)
		partly += sockets->spaces[i].partly;
	return partly;
}

const struct socket *sockets_find(struct sockets *sockets, uint64_t ino)
{
	socket_index_sort(&sockets->index);
	return socket_index_find(&sockets->index, ino);
}

uint64_t sockets_peer(struct sockets *sockets, const struct socket *socket)
{
	socket_index_sort(&sockets->index);
	return socket_index_peer(&sockets->index, socket);
}

uint64_t sockets_namespace(const struct sockets *sockets, const struct socket *socket)
{
	return sockets->spaces[socket->space].ino;
}

const char *sockets_interface(const struct sockets *sockets, const struct socket *socket)
{
	const struct space *space = &sockets->spaces[socket->space];

	for (size_t i = 0; i < space->interface_count && socket->interface; i++) {
		if (space->interfaces[i].index == socket->interface)
			return space->interfaces[i].name;
	}
	return NULL;
}

/** What is looked for. */
struct wanted_socket {
	bool (*is_it)(const struct socket *socket, const struct wanted_socket *sought);
	bool udp;
	unsigned int port;
	dev_t device;
	uint64_t ino;
};

static size_t gather(const struct sockets *sockets, const struct wanted_socket *sought,
		     struct arena *arena, const struct socket ***ret)
{
	size_t count = 0;

	for (size_t i = 0; i < sockets->index.all.count; i++)
		count += sought->is_it(sockets->index.all.items[i], sought);
	*ret = arena_zero(arena, count + 1, sizeof(struct socket *));
	count = 0;
	for (size_t i = 0; i < sockets->index.all.count; i++) {
		if (sought->is_it(sockets->index.all.items[i], sought))
			(*ret)[count++] = sockets->index.all.items[i];
	}
	return count;
}

static bool has_port(const struct socket *socket, const struct wanted_socket *sought)
{
	return (sought->udp ? socket_is_datagram(socket) : socket_is_stream(socket)) &&
	       socket->inet.local.port == sought->port;
}

size_t sockets_by_port(const struct sockets *sockets, bool udp, unsigned int port,
		       struct arena *arena, const struct socket ***ret)
{
	struct wanted_socket sought = { .is_it = has_port, .udp = udp, .port = port };

	return gather(sockets, &sought, arena, ret);
}

static bool has_file(const struct socket *socket, const struct wanted_socket *sought)
{
	return socket->kind == SOCKET_UNIX && socket->un.vfs_ino &&
	       socket->un.vfs_ino == (uint32_t)sought->ino && socket->un.vfs_dev == sought->device;
}

size_t sockets_by_file(const struct sockets *sockets, dev_t device, uint64_t ino,
		       struct arena *arena, const struct socket ***ret)
{
	struct wanted_socket sought = { .is_it = has_file, .device = device, .ino = ino };

	return gather(sockets, &sought, arena, ret);
}
