/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The records of task_socket.bpf.c: one for each descriptor that is a socket, of which several may be the
 * same. Numbers and addresses are as the kernel has them, but ports as the machine counts.
 */
#pragma once

/** What has a table of its own, in the order of `enum socket_kind`, and what has none. */
enum wire_socket_kind {
	WIRE_TCP,
	WIRE_UDP,
	WIRE_UDPLITE,
	WIRE_RAW,
	WIRE_PING,
	WIRE_MPTCP,
	WIRE_UNIX,
	WIRE_PACKET,
	WIRE_NETLINK,
	WIRE_VSOCK,
	WIRE_OTHER,
};

/** What is true of a socket. */
enum wire_socket_is {
	WIRE_UNLISTED = 1 << 0, /**< no table of the kernel's has it: not bound to anything yet */
	WIRE_DOUBTED =
		1 << 1, /**< not all of it can be told without a lock: a table is to be asked */
	WIRE_WAITS = 1 << 2, /**< unix: it is connected to what has no inode, not accepted yet */
	WIRE_ONLY_V6 = 1 << 3,
	WIRE_QUEUED = 1 << 4, /**< `received` and `unsent` are told */
};

/** Which of them are told. */
struct wire_socket_wants {
	unsigned int kinds; /**< a bit 1 << WIRE_… each */
	unsigned int port;  /**< only with this local port; 0: all */
};

struct wire_inet {
	unsigned char local[16], remote[16]; /**< of IPv4 the first four */
	unsigned short local_port, remote_port;
};

struct wire_unix {
	unsigned long long peer; /**< inode; 0: none */
	unsigned long long vfs_ino;
	unsigned int vfs_dev; /**< as the kernel packs it: 12 and 20 bits */
};

struct wire_ids {
	unsigned int id, remote;        /**< netlink: portid; vsock: CID */
	unsigned int port, remote_port; /**< vsock */
};

/** Longer ones are doubted; a name of unix(7) has 108 bytes, and 1024 groups are 128. */
enum { WIRE_TAIL_MAX = 128 };

/** Right behind it `len` bytes: of a unix socket its name as sockaddr_un has it, of netlink its groups. */
struct wire_socket {
	unsigned long long ino;
	unsigned int pid;       /**< of a process that has it, in the first PID namespace */
	unsigned int space;     /**< the number of its network namespace */
	unsigned char kind, is; /**< enum wire_socket_kind, wire_socket_is */
	unsigned char state, type;
	unsigned short family, protocol;
	unsigned int uid, interface, received, unsent;
	unsigned int len;
	union {
		struct wire_inet inet;
		struct wire_unix un;
		struct wire_ids ids;
	};
};
