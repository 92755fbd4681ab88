/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The tables of sockets of a network namespace as NETLINK_SOCK_DIAG gives them: sock_diag(7) for inet
 * and unix sockets (Linux 3.3), the others as include/uapi/linux/{packet,netlink,vm_sockets}_diag.h
 * have them (3.7, 3.10, 4.15). Any user may ask. Where the kernel has no module for a kind, a dump of it
 * is -ENOENT, before or after the first bytes (net/core/sock_diag.c, net/ipv4/inet_diag.c).
 */
#pragma once
#include "kernel/socket.h"

struct mnl_socket;

/** Called for each socket; texts live as long as the call. */
typedef void sockdiag_found(void *context, const struct socket *socket);

/**
 * A netlink socket on the network namespace the calling thread is in now; it stays in that one
 * wherever the thread goes later, and answers every thread. 0 or -errno; mnl_socket_close(3) ends it.
 */
int sockdiag_open(struct mnl_socket **ret);

/**
 * All sockets of one kind, IPv4 and IPv6, also such as no process holds (`ino` 0). Connections in
 * TIME_WAIT belong to nobody and are left out. It waits for no process. 0; -ENOENT: the kernel has no
 * such table, as never for ping; or -errno, when some may have been found already.
 */
int sockdiag_dump(struct mnl_socket *diag, enum socket_kind kind, sockdiag_found *found,
		  void *context);

/**
 * The one unix socket with this inode number, of which sockdiag_dump would tell the same; the kernel goes
 * through its table for it, which takes about a twentieth of a dump. 0; -ENOENT: there is none in this
 * namespace, or the kernel has no such table; or -errno.
 */
int sockdiag_find_unix(struct mnl_socket *diag, uint32_t ino, sockdiag_found *found, void *context);

/**
 * Those who wait to be accepted: found are unix sockets in LISTEN with their `un.pending`, nothing else
 * of them is told. A dump of its own: one list that is longer than a message ends it (net/unix/diag.c).
 */
int sockdiag_dump_pending(struct mnl_socket *diag, sockdiag_found *found, void *context);

/** Unix sockets, of these their peers and how full their queues are, and no names: half the time. */
int sockdiag_dump_queues(struct mnl_socket *diag, sockdiag_found *found, void *context);

/** One message of a dump, without its netlink header. 0, or -EINVAL; texts point into it. */
int sockdiag_parse(enum socket_kind kind, struct text message, struct socket *out);

/**
 * The name of network interface `index` in the namespace of `diag`: netdevice(7), SIOCGIFNAME, which
 * takes no lock that a driver might hold. Into `ret`, IF_NAMESIZE bytes. 0 or -errno.
 */
int sockdiag_interface(struct mnl_socket *diag, uint32_t index, char *ret);
