/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a unix socket tells through a descriptor of it: unix(7). sock_diag(7) tells more, but goes
 * through all sockets of its namespace for one (unix_lookup_by_ino of net/unix/diag.c): with ten
 * thousand of them that takes a thousand times as long.
 */
#pragma once
#include <sys/un.h>

#include "kernel/socket.h"

/** Where its names lie. */
struct unixsocket_names {
	struct sockaddr_un own, other;
};

/**
 * Fill `out` for the socket behind `fd`, texts in `names`: type, state, names, what waits in it; of who
 * is at the other end only the name. Nothing of the socket changes. 0; -ESTALE: it is not the unix socket
 * `ino`; or -errno.
 */
int unixsocket_look(int fd, uint64_t ino, struct unixsocket_names *names, struct socket *out);
