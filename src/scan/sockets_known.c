/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is known of the sockets that were added: which they are, found by number, port or file, and what
 * could not be read of them.
 */
#include "scan/sockets_space.h"

bool sockets_are_walked(const struct sockets *sockets)
{
	return sockets->walked;
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

static bool is_any(const struct socket *socket, const struct wanted_socket *sought)
{
	(void)socket;
	(void)sought;
	return true;
}

size_t sockets_all(const struct sockets *sockets, struct arena *arena, const struct socket ***ret)
{
	return gather(sockets, &(struct wanted_socket){ .is_it = is_any }, arena, ret);
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
