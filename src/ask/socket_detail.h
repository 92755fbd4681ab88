/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A socket in one readable line:
 *   192.168.1.7:51022 → 142.250.74.46:443 ESTABLISHED, 12K waiting to be read
 *   *:8080 LISTEN, 3 of 128 waiting to be accepted
 *   stream → dbus-daemon (1730:41) /run/user/1000/bus
 * Addresses as ss(8) writes them: 0.0.0.0 is every IPv4 address, [::] every IPv6 one, * both.
 */
#pragma once
#include "base/arena.h"
#include "kernel/socket.h"

struct socket_view {
	const struct socket *socket;
	const char *interface; /**< the name of the one it is bound to; NULL: not known */
	const struct socket
		*peer; /**< unix: the other end, whose name stands for one without; or NULL */
	struct text peer_word; /**< unix: who that is, "dbus-daemon (1730:41)"; empty: not said */
	bool utf8;             /**< the reader can see an arrow: style_of(…).utf8 */
};

/** The line, in the arena. A path, a name and `peer_word` stand in it as they are: to be encoded. */
struct text socket_detail(struct arena *arena, const struct socket_view *view);
