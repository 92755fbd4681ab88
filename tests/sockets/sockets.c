/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * `sockets PID…` prints what is known of the descriptors of these processes that are sockets, a line
 * each, words between tabs: handle, inode, kind, inode of the other end (0: none), detail.
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

static void print_socket(struct sockets *sockets, unsigned int pid, unsigned int fd, int fds,
			 struct arena *arena)
{
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
	if (socket)
		print_known(sockets, socket, arena);
	else if (socket_kind_read(fds, name, text, word) == 0)
		printf("%s\t0\t", word);
	putchar('\n');
}

static void print_process(struct sockets *sockets, unsigned int pid)
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
		print_socket(sockets, pid, fds[i], dir, &arena);
	arena_end(&arena);
}

int main(int argc, char **argv)
{
	struct source source;
	struct error error;

	setlocale(LC_CTYPE, "");
	if (source_procfs(NULL, &source, &error))
		errx(1, "%s", error.message);
	struct sockets *sockets = sockets_begin(&source, SOCKETS_ALL);
	for (int i = 1; i < argc; i++)
		sockets_add(sockets, (unsigned int)strtoul(argv[i], NULL, 10));
	for (int i = 1; i < argc; i++)
		print_process(sockets, (unsigned int)strtoul(argv[i], NULL, 10));
	if (sockets_unread(sockets) || sockets_partly_read(sockets))
		fprintf(stderr, "%u namespaces unread, %u in part\n", sockets_unread(sockets),
			sockets_partly_read(sockets));
	sockets_end(sockets);
	source_close(&source);
	return 0;
}
