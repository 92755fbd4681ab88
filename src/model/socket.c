/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/socket.h"

#define AT(field) offsetof(struct socket_row, field)
enum { SHOWN = COLUMN_DEFAULT, PEER = SOCKET_NEED_PEER, USER = SOCKET_NEED_USER };

/* clang-format off */
static const struct column columns[] = {
	[SOCKET_COLUMN_PID]           = { "pid",           TYPE_ID,      SHOWN, AT(pid),           0,    "process that holds it; several are several rows, nobody is NULL" },
	[SOCKET_COLUMN_COMMAND]       = { "command",       TYPE_TEXT,    SHOWN, AT(command),       0,    "its name" },
	[SOCKET_COLUMN_HANDLES]       = { "handles",       TYPE_HANDLES, SHOWN, AT(handles),       0,    "the process's descriptors of it" },
	[SOCKET_COLUMN_KIND]          = { "kind",          TYPE_WORD,    SHOWN, AT(kind),          0,    "tcp udp unix raw packet netlink vsock …" },
	[SOCKET_COLUMN_TYPE]          = { "type",          TYPE_WORD,    0,     AT(type),          0,    "stream dgram seqpacket raw" },
	[SOCKET_COLUMN_LOCAL_ADDRESS] = { "local_address", TYPE_TEXT,    SHOWN, AT(local_address), 0,    "this end: 0.0.0.0 is every IPv4 address, :: every IPv6 one, * both" },
	[SOCKET_COLUMN_LOCAL_PORT]    = { "local_port",    TYPE_ID,      SHOWN, AT(local_port),    0,    "and its port" },
	[SOCKET_COLUMN_PEER_ADDRESS]  = { "peer_address",  TYPE_TEXT,    SHOWN, AT(peer_address),  0,    "the other end" },
	[SOCKET_COLUMN_PEER_PORT]     = { "peer_port",     TYPE_ID,      SHOWN, AT(peer_port),     0,    "and its port" },
	[SOCKET_COLUMN_STATE]         = { "state",         TYPE_WORD,    SHOWN, AT(state),         0,    "LISTEN ESTABLISHED CLOSE_WAIT …, of kinds that have any" },
	[SOCKET_COLUMN_RECEIVE_QUEUE] = { "receive_queue", TYPE_SIZE,    0,     AT(receive_queue), 0,    "what waits to be read: bytes of streams, memory of the packets of others" },
	[SOCKET_COLUMN_SEND_QUEUE]    = { "send_queue",    TYPE_SIZE,    0,     AT(send_queue),    0,    "what was not acknowledged, or not sent yet: likewise" },
	[SOCKET_COLUMN_WAITING]       = { "waiting",       TYPE_COUNT,   0,     AT(waiting),       0,    "LISTEN: connections that wait to be accepted" },
	[SOCKET_COLUMN_BACKLOG]       = { "backlog",       TYPE_COUNT,   0,     AT(backlog),       0,    "LISTEN: how many may" },
	[SOCKET_COLUMN_PATH]          = { "path",          TYPE_PATH,    SHOWN, AT(path),          0,    "unix: the name it is bound to; with @ before it one that is no file" },
	[SOCKET_COLUMN_INTERFACE]     = { "interface",     TYPE_TEXT,    0,     AT(interface),     0,    "the network interface it is bound to" },
	[SOCKET_COLUMN_INODE]         = { "inode",         TYPE_ID,      0,     AT(inode),         0,    "its number; what is not accepted yet has none" },
	[SOCKET_COLUMN_PEER_INODE]    = { "peer_inode",    TYPE_ID,      0,     AT(peer_inode),    PEER, "that of the socket at the other end, where it is on this machine" },
	[SOCKET_COLUMN_UID]           = { "uid",           TYPE_ID,      0,     AT(uid),           0,    "user who made it, by number" },
	[SOCKET_COLUMN_USER]          = { "user",          TYPE_TEXT,    0,     AT(user),          USER, "the same by name" },
	[SOCKET_COLUMN_NAMESPACE]     = { "namespace",     TYPE_ID,      0,     AT(namespace),     0,    "number of its network namespace" },
};
/* clang-format on */
#undef AT

const struct table socket_table = { columns, sizeof(columns) / sizeof(columns[0]) };
