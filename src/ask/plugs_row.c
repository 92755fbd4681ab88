/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A socket as a row: what its kind has not, and what its table does not tell, stays a gap.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/vm_sockets.h>

#include "ask/person.h"
#include "ask/plugs.h"

static void tell(struct socket_row *row, struct text *at, struct text text,
		 enum socket_column column)
{
	*at = text;
	if (text.len)
		facts_know(&row->facts, column);
}

static void tell_number(struct socket_row *row, uint64_t *at, uint64_t number,
			enum socket_column column)
{
	*at = number;
	facts_know(&row->facts, column);
}

static void tell_holder(struct plugs *plugs, const struct plug *plug, struct socket_row *row)
{
	/* Whoever could not be looked at may hold it. */
	if (!plug && !tally_is_complete(&plugs->outcome->tally))
		facts_deny(&row->facts, SOCKET_COLUMN_PID);
	if (!plug)
		return;
	tell_number(row, &row->pid, plug->pid, SOCKET_COLUMN_PID);
	tell(row, &row->command, plug->command, SOCKET_COLUMN_COMMAND);
	row->handles = plug->handles;
	facts_know(&row->facts, SOCKET_COLUMN_HANDLES);
	tell_number(row, &row->inode, plug->ino, SOCKET_COLUMN_INODE);
	tell(row, &row->kind, plug->kind, SOCKET_COLUMN_KIND);
}

/** "*" stands for every address of both families, as ss(8) writes it. */
static struct text address_of(struct plugs *plugs, const struct socket *socket,
			      const struct endpoint *endpoint)
{
	char address[INET6_ADDRSTRLEN];
	bool v4 = socket->family == AF_INET;

	if (!v4 && !socket->inet.only_v6 && !socket->inet.remote.port &&
	    endpoint_is_any(endpoint) && !endpoint_is_v4(endpoint))
		return text_of("*");
	inet_ntop(socket->family, endpoint->address + (v4 ? 12 : 0), address, sizeof(address));
	return arena_text(&plugs->rows, text_of(address));
}

static void tell_inet(struct plugs *plugs, const struct socket *socket, struct socket_row *row)
{
	const struct socket_inet *inet = &socket->inet;

	tell(row, &row->local_address, address_of(plugs, socket, &inet->local),
	     SOCKET_COLUMN_LOCAL_ADDRESS);
	if (inet->local.port)
		tell_number(row, &row->local_port, inet->local.port, SOCKET_COLUMN_LOCAL_PORT);
	if (inet->remote.port || !endpoint_is_any(&inet->remote))
		tell(row, &row->peer_address, address_of(plugs, socket, &inet->remote),
		     SOCKET_COLUMN_PEER_ADDRESS);
	if (inet->remote.port)
		tell_number(row, &row->peer_port, inet->remote.port, SOCKET_COLUMN_PEER_PORT);
}

static void tell_unix(struct plugs *plugs, const struct socket *socket, struct socket_row *row)
{
	const struct socket_unix *un = &socket->un;
	/* A path that begins with '@' is written "./@…": an abstract name it is not. */
	const char *before = un->abstract ? "@" : text_starts(un->name, "@") ? "./" : "";

	if (!un->abstract && !un->name.len)
		return;
	/* An abstract name may have NUL in it. */
	struct obstack *stack = &plugs->rows.stack;
	obstack_grow(stack, before, strlen(before));
	if (un->name.len)
		obstack_grow(stack, un->name.bytes, un->name.len);
	size_t len = obstack_object_size(stack);
	obstack_1grow(stack, 0);
	tell(row, &row->path, (struct text){ obstack_finish(stack), len }, SOCKET_COLUMN_PATH);
}

static void tell_vsock(struct plugs *plugs, const struct socket *socket, struct socket_row *row)
{
	const struct socket_vsock *vsock = &socket->vsock;

	tell(row, &row->local_address,
	     vsock->cid == VMADDR_CID_ANY ? text_of("*") :
					    arena_format(&plugs->rows, "%" PRIu32, vsock->cid),
	     SOCKET_COLUMN_LOCAL_ADDRESS);
	if (vsock->port != VMADDR_PORT_ANY)
		tell_number(row, &row->local_port, vsock->port, SOCKET_COLUMN_LOCAL_PORT);
	if (vsock->remote_cid == VMADDR_CID_ANY || vsock->remote_port == VMADDR_PORT_ANY)
		return;
	tell(row, &row->peer_address, arena_format(&plugs->rows, "%" PRIu32, vsock->remote_cid),
	     SOCKET_COLUMN_PEER_ADDRESS);
	tell_number(row, &row->peer_port, vsock->remote_port, SOCKET_COLUMN_PEER_PORT);
}

static void tell_ends(struct plugs *plugs, const struct socket *socket, struct socket_row *row)
{
	switch (socket->kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
	case SOCKET_MPTCP:
		tell_inet(plugs, socket, row);
		return;
	case SOCKET_UNIX:
		tell_unix(plugs, socket, row);
		return;
	case SOCKET_VSOCK:
		tell_vsock(plugs, socket, row);
		return;
	case SOCKET_PACKET:
	case SOCKET_NETLINK:
	case SOCKET_KINDS:
		return;
	}
}

/** Who listens has connections in its queues, and no bytes; how many may wait only sock_diag tells. */
static void tell_queues(const struct socket *socket, struct socket_row *row)
{
	bool listens = socket->state == SOCKET_LISTEN;

	if (!socket->queues_known)
		return;
	if (!listens) {
		tell_number(row, &row->receive_queue, socket->received,
			    SOCKET_COLUMN_RECEIVE_QUEUE);
		tell_number(row, &row->send_queue, socket->unsent, SOCKET_COLUMN_SEND_QUEUE);
		return;
	}
	tell_number(row, &row->waiting, socket->received, SOCKET_COLUMN_WAITING);
	if (socket->unsent)
		tell_number(row, &row->backlog, socket->unsent, SOCKET_COLUMN_BACKLOG);
}

static void tell_owner(struct plugs *plugs, const struct socket *socket, struct socket_row *row)
{
	if (!socket->uid_known)
		return;
	tell_number(row, &row->uid, socket->uid, SOCKET_COLUMN_UID);
	if (!(plugs->needs & SOCKET_NEED_USER))
		return;
	if (!plugs->user.len || plugs->user_uid != socket->uid) {
		plugs->user_uid = socket->uid;
		plugs->user = person_user(&plugs->arena, socket->uid);
	}
	tell(row, &row->user, plugs->user, SOCKET_COLUMN_USER);
}

/** The kind says it where the table does not. */
static const char *type_of(const struct socket *socket)
{
	if (socket->kind == SOCKET_TCP || socket->kind == SOCKET_MPTCP)
		return "stream";
	if (socket->kind == SOCKET_UDP || socket->kind == SOCKET_UDPLITE)
		return "dgram";
	return socket_type_word(socket->type);
}

static void tell_place(struct plugs *plugs, const struct socket *socket, struct socket_row *row)
{
	uint64_t namespace = sockets_namespace(plugs->sockets, socket);
	uint64_t peer = plugs->needs & SOCKET_NEED_PEER ? sockets_peer(plugs->sockets, socket) : 0;

	tell(row, &row->interface, text_of(sockets_interface(plugs->sockets, socket)),
	     SOCKET_COLUMN_INTERFACE);
	if (namespace)
		tell_number(row, &row->namespace, namespace, SOCKET_COLUMN_NAMESPACE);
	if (peer)
		tell_number(row, &row->peer_inode, peer, SOCKET_COLUMN_PEER_INODE);
	if (socket->ino)
		tell_number(row, &row->inode, socket->ino, SOCKET_COLUMN_INODE);
}

void plugs_row(struct plugs *plugs, const struct socket *socket, const struct plug *plug,
	       struct socket_row *ret)
{
	tell_holder(plugs, plug, ret);
	if (!socket)
		return;
	tell(ret, &ret->kind, text_of(socket_kind_word(socket->kind)), SOCKET_COLUMN_KIND);
	tell(ret, &ret->type, text_of(type_of(socket)), SOCKET_COLUMN_TYPE);
	tell(ret, &ret->state, text_of(socket_state_word(socket->state)), SOCKET_COLUMN_STATE);
	tell_ends(plugs, socket, ret);
	tell_queues(socket, ret);
	tell_owner(plugs, socket, ret);
	tell_place(plugs, socket, ret);
}
