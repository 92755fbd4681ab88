/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who is at the other end of a socket that a transfer goes through: a process here, or an address. Each is
 * looked for once: that is a look at all that everybody has open.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "ask/progress.h"
#include "scan/owners.h"
#include "scan/sockets.h"

enum { FAR_ENDS_MANY = 256 };

/** "nc (4076)", "postgres (4076) +1"; empty: nobody that can be seen. */
static struct text holder(struct progress *progress, uint64_t ino)
{
	struct tally tally = { 0 };
	struct owners owners = { 0 };
	struct arena arena;
	struct error err;
	size_t others = 0;
	struct text name = { 0 };

	arena_init(&arena);
	if (owners_find(progress->inquiry->source, &ino, 1, &tally, &arena, &owners, &err) == 0 &&
	    owners.count) {
		const struct owner *first = &owners.items[0];

		for (size_t i = 1; i < owners.count; i++)
			others += owners.items[i].handle.pid != owners.items[i - 1].handle.pid;
		name = arena_format(&progress->far_texts, "%.*s (%u)", (int)first->comm.len,
				    first->comm.bytes, first->handle.pid);
		if (others)
			name = arena_format(&progress->far_texts, "%.*s +%zu", (int)name.len,
					    name.bytes, others);
	}
	arena_end(&arena);
	return name;
}

/** "142.250.74.46:443" */
static struct text address(struct progress *progress, const struct socket *socket)
{
	const struct endpoint *remote = &socket->inet.remote;
	bool v4 = endpoint_is_v4(remote);
	char word[INET6_ADDRSTRLEN];

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, remote->address + (v4 ? 12 : 0), word,
		       sizeof(word)))
		return (struct text){ 0 };
	return arena_format(&progress->far_texts, v4 ? "%s:%u" : "[%s]:%u", word, remote->port);
}

static bool is_of_internet(const struct socket *socket)
{
	return socket->kind == SOCKET_TCP || socket->kind == SOCKET_MPTCP ||
	       socket->kind == SOCKET_UDP || socket->kind == SOCKET_UDPLITE;
}

static const struct socket *find(struct progress *progress, const struct seen_file *file)
{
	const struct open_file *files[] = { &file->file };

	if (!progress->sockets)
		progress->sockets = sockets_begin(progress->inquiry->source, SOCKETS_ALL);
	sockets_add_these(progress->sockets, files, 1, true, false);
	return sockets_find(progress->sockets, file->file.inode.ino);
}

uint64_t socket_unix_peer(struct progress *progress, const struct seen_file *file)
{
	const struct socket *socket = find(progress, file);

	if (!socket || socket->kind != SOCKET_UNIX || socket->type != SOCK_STREAM ||
	    socket->state != SOCKET_ESTABLISHED)
		return 0;
	return sockets_peer(progress->sockets, socket);
}

static struct text find_name(struct progress *progress, const struct seen_file *file)
{
	struct text name = { 0 };
	const struct socket *socket = find(progress, file);

	if (!socket)
		return name;
	uint64_t peer = sockets_peer(progress->sockets, socket);
	if (peer)
		name = holder(progress, peer);
	if (!name.len && is_of_internet(socket) && socket->inet.remote.port)
		name = address(progress, socket);
	return name;
}

struct text socket_far_end(struct progress *progress, const struct seen_file *file)
{
	struct far_end end = { .ino = file->file.inode.ino };

	for (size_t i = 0; i < progress->far_end_count; i++) {
		if (progress->far_ends[i].ino == end.ino)
			return progress->far_ends[i].name;
	}
	end.name = find_name(progress, file);
	if (!end.name.len)
		end.name = text_of("a socket");
	memory_grow(&progress->far_ends, progress->far_end_count, sizeof(*progress->far_ends));
	progress->far_ends[progress->far_end_count++] = end;
	return end.name;
}

void socket_forget(struct progress *progress)
{
	if (progress->far_end_count < FAR_ENDS_MANY)
		return;
	sockets_end(progress->sockets);
	progress->sockets = NULL;
	progress->far_end_count = 0;
	arena_reset(&progress->far_texts);
}
