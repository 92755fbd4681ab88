/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * `sockets PID…` prints what is known of the descriptors of these processes that are sockets, a line
 * each, words between tabs: handle, inode, kind, inode of the other end (0: none), detail.
 * With -a every fact of each, instead of its detail; with -b as the kernel's own walk tells them.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ask/socket_detail.h"
#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/sockets.h"
#include "show/encode.h"
#include "show/style.h"

static void print_known(struct sockets *sockets, const struct socket *socket, struct arena *arena)
{
	uint64_t peer = sockets_peer(sockets, socket);
	struct socket_view view = {
		.socket = socket,
		.interface = sockets_interface(sockets, socket),
		.peer = sockets_find(sockets, peer),
		.utf8 = style_of(stdout).utf8,
	};

	printf("%s\t%" PRIu64 "\t", socket_kind_word(socket->kind), peer);
	encode_shown(stdout, socket_detail(arena, &view));
}

static void print_bytes(const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	putchar(' ');
	for (size_t i = 0; i < len; i++)
		printf("%02x", byte[i]);
}

static void print_kind(const struct socket *socket)
{
	switch (socket->kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
	case SOCKET_MPTCP:
		print_bytes(socket->inet.local.address, 16);
		print_bytes(socket->inet.remote.address, 16);
		printf(" :%u :%u only6 %d", socket->inet.local.port, socket->inet.remote.port,
		       socket->inet.only_v6);
		return;
	case SOCKET_UNIX:
		print_bytes(socket->un.name.bytes, socket->un.name.len);
		printf(" abstract %d file %u %" PRIx64 " peer %u %d", socket->un.abstract,
		       socket->un.vfs_ino, (uint64_t)socket->un.vfs_dev, socket->un.peer,
		       socket->un.peer_known);
		return;
	case SOCKET_NETLINK:
		print_bytes(socket->netlink.groups.bytes, socket->netlink.groups.len);
		printf(" %u %u", socket->netlink.portid, socket->netlink.remote_portid);
		return;
	case SOCKET_VSOCK:
		printf(" %u:%u %u:%u", socket->vsock.cid, socket->vsock.port,
		       socket->vsock.remote_cid, socket->vsock.remote_port);
		return;
	case SOCKET_PACKET:
	case SOCKET_KINDS:
		return;
	}
}

/** Every member, so that one of two answers that differ shows it. */
static void print_all(struct sockets *sockets, const struct socket *socket)
{
	const char *interface = sockets_interface(sockets, socket);

	printf("%s\tpeer %" PRIu64 " in %" PRIu64 " family %u type %u state %u protocol %u "
	       "interface %u %s uid %d %u queues %d %u %u",
	       socket_kind_word(socket->kind), sockets_peer(sockets, socket),
	       sockets_namespace(sockets, socket), socket->family, socket->type, socket->state,
	       socket->protocol, socket->interface, interface ? interface : "-", socket->uid_known,
	       socket->uid, socket->queues_known, socket->received, socket->unsent);
	print_kind(socket);
}

/** Whose sockets, and how. */
struct asked {
	struct sockets *sockets;
	bool all;
};

static void print_socket(const struct asked *asked, unsigned int pid, unsigned int fd, int fds,
			 struct arena *arena)
{
	struct sockets *sockets = asked->sockets;
	char name[16], link[PATH_MAX + 1], word[SOCKET_WORD_MAX] = "?";
	struct text text, number;
	uint64_t ino;

	snprintf(name, sizeof(name), "%u", fd);
	if (procfile_link(fds, name, link, sizeof(link), &text) || !text_starts(text, "socket:["))
		return;
	number = text_from(text_first(text, text.len - 1), 8);
	if (text_number(number, 10, &ino))
		return;
	printf("%u:%u\t%" PRIu64 "\t", pid, fd, ino);
	const struct socket *socket = sockets_find(sockets, ino);
	if (socket && asked->all)
		print_all(sockets, socket);
	else if (socket)
		print_known(sockets, socket, arena);
	else if (socket_kind_read(fds, name, text, word) == 0)
		printf("%s\t0\t", word);
	putchar('\n');
}

static void print_process(const struct asked *asked, unsigned int pid)
{
	char name[32];
	struct arena arena;
	unsigned int *fds;
	size_t count;

	snprintf(name, sizeof(name), "/proc/%u/fd", pid);
	scope_fd dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	arena_init(&arena);
	if (dir < 0 || procfile_numbers(dir, &arena, &fds, &count))
		err(1, "%s", name);
	for (size_t i = 0; i < count; i++)
		print_socket(asked, pid, fds[i], dir, &arena);
	arena_end(&arena);
}

static void usage(void)
{
	errx(2, "usage: sockets [-a] [-b] PID...");
}

int main(int argc, char **argv)
{
	struct source source;
	struct error error;
	struct asked asked = { 0 };
	bool walk = false;

	setlocale(LC_CTYPE, "");
	for (int option; (option = getopt(argc, argv, "ab")) != -1;) {
		if (option == '?')
			usage();
		asked.all |= option == 'a';
		walk |= option == 'b';
	}
	if (source_procfs(NULL, &source, &error) || (walk && source_bpf(&source, true, &error)))
		errx(1, "%s", error.message);
	struct sockets *sockets = asked.sockets = sockets_begin(&source, SOCKETS_ALL);
	for (int i = optind; i < argc; i++)
		sockets_add(sockets, (unsigned int)strtoul(argv[i], NULL, 10));
	for (int i = optind; i < argc; i++)
		print_process(&asked, (unsigned int)strtoul(argv[i], NULL, 10));
	if (walk && !sockets_are_walked(sockets))
		errx(1, "not walked: %s", source.bpf->sockets_why.message);
	if (sockets_unread(sockets) || sockets_partly_read(sockets))
		fprintf(stderr, "%u namespaces unread, %u in part\n", sockets_unread(sockets),
			sockets_partly_read(sockets));
	sockets_end(sockets);
	source_close(&source);
	return 0;
}
