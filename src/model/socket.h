/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A socket, and one process that holds it.
 */
#pragma once
#include "row/column.h"

struct socket_row {
	struct facts facts;
	uint64_t pid;
	struct text command;
	struct texts handles;
	struct text kind, type, local_address, peer_address;
	uint64_t local_port, peer_port;
	struct text state;
	uint64_t receive_queue, send_queue, waiting, backlog;
	struct text path, interface;
	uint64_t inode, peer_inode, uid, namespace;
	struct text user;
};

enum socket_column {
	SOCKET_COLUMN_PID,
	SOCKET_COLUMN_COMMAND,
	SOCKET_COLUMN_HANDLES,
	SOCKET_COLUMN_KIND,
	SOCKET_COLUMN_TYPE,
	SOCKET_COLUMN_LOCAL_ADDRESS,
	SOCKET_COLUMN_LOCAL_PORT,
	SOCKET_COLUMN_PEER_ADDRESS,
	SOCKET_COLUMN_PEER_PORT,
	SOCKET_COLUMN_STATE,
	SOCKET_COLUMN_RECEIVE_QUEUE,
	SOCKET_COLUMN_SEND_QUEUE,
	SOCKET_COLUMN_WAITING,
	SOCKET_COLUMN_BACKLOG,
	SOCKET_COLUMN_PATH,
	SOCKET_COLUMN_INTERFACE,
	SOCKET_COLUMN_INODE,
	SOCKET_COLUMN_PEER_INODE,
	SOCKET_COLUMN_UID,
	SOCKET_COLUMN_USER,
	SOCKET_COLUMN_NAMESPACE,
};

enum socket_needs {
	SOCKET_NEED_PEER = 1 << 0,
	SOCKET_NEED_USER = 1 << 1, /**< a name for the uid */
};

extern const struct table socket_table;
