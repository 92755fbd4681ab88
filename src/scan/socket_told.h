/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A socket as the kernel's own walk over all descriptors tells it, in whatever network namespace: what
 * sock_diag(7) tells of it, without a way into each namespace. Not told are those that no process has:
 * connections that nobody has accepted yet, or whose program is done with them.
 */
#pragma once
#include "bpf/wire_socket.h"
#include "kernel/socket.h"
#include "scan/source.h"

/** True when the source may have sockets told, and this has not failed before. */
bool socket_told_possible(const struct source *source);

/** The same, and a person has asked for nothing else: `--source bpf`. */
static inline bool socket_told_is_forced(const struct source *source)
{
	return socket_told_possible(source) && source->bpf->forced;
}

/** Let the kernel tell those that `wants` says; free(3). 0, or -errno: then it is never possible again. */
int socket_told_read(const struct source *source, const struct wire_socket_wants *wants,
		     struct text *ret);

/** The next of these records, and what is behind it; false at their end. */
bool socket_told_next(struct text *records, struct wire_socket *ret, struct text *tail);

/** A record that is in some table, as that tells it; its texts lie in `tail`. `space` is left 0. */
void socket_told_take(const struct wire_socket *told, struct text tail, struct socket *ret);
