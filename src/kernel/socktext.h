/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The tables of sockets of a network namespace as text, /proc/PID/net/{tcp,udp6,unix,…}: proc_pid_net(5).
 * It is what is left where sock_diag may not be asked; any user may read that of any process that
 * /proc shows him (fs/proc/proc_net.c), whatever namespace it is in. It tells less: neither the peers of
 * unix sockets nor their files, and no MPTCP or vsock.
 */
#pragma once
#include "kernel/sockdiag.h"

/**
 * All sockets of one kind, from below `net`, a directory /proc/PID/net. 0; -ENOENT: there is no such
 * table; or -errno, when some may have been found already.
 */
int socktext_read(int net, enum socket_kind kind, sockdiag_found *found, void *context);

/**
 * One line of such a table; `v6` for that of tcp6, udp6 …. 0, or -EINVAL, as for the heading. The path
 * of a unix socket stands there as it is, line feeds too, so that somebody may have made up what looks
 * like a line: when two tell of one inode, neither can be believed. Of an abstract name only the first
 * NUL can be told from '@'.
 */
int socktext_parse(enum socket_kind kind, bool v6, struct text line, struct socket *out);

/**
 * How many sockets there are in a network namespace, whoever has them: "sockets: used 411", the first
 * line of its file net/sockstat (net/ipv4/proc.c; of all namespaces together before Linux 4.17). 0, or
 * -errno and `ret` untouched.
 */
int socktext_count(int dirfd, const char *name, uint64_t *ret);
