/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Messages of sock_diag and lines of /proc/PID/net: what they say lies in them. */
#include "kernel/sockdiag.h"

#include <errno.h>

#include "fuzz.h"
#include "kernel/socktext.h"

static void check_socket(const struct socket *socket, enum socket_kind kind, struct text whole)
{
	must(socket->kind == kind);
	if (kind == SOCKET_UNIX) {
		must_lie_in(socket->un.name, whole);
		must_lie_in(socket->un.pending, whole);
	}
	if (kind == SOCKET_NETLINK)
		must_lie_in(socket->netlink.groups, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || data[0] >= 3 * SOCKET_KINDS)
		return 0;
	enum socket_kind kind = (enum socket_kind)(data[0] % SOCKET_KINDS);
	/* The kernel's messages are aligned; what comes here is not. */
	char *bytes = malloc(size > 1 ? size - 1 : 1);
	must(bytes != NULL);
	memcpy(bytes, data + 1, size - 1);
	struct text text = { bytes, size - 1 };
	struct socket socket = { .ino = 42 };
	int rc = data[0] < SOCKET_KINDS ?
			 sockdiag_parse(kind, text, &socket) :
			 socktext_parse(kind, data[0] >= 2 * SOCKET_KINDS, text, &socket);

	must(rc == 0 || rc == -EINVAL);
	if (rc)
		must(socket.ino == 42);
	else
		check_socket(&socket, kind, text);
	free(bytes);
	return 0;
}
