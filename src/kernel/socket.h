/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One socket as the kernel's tables tell it, whichever table it was, and the kernel's words for it.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"

/** What has a table of its own. */
enum socket_kind {
	SOCKET_TCP,
	SOCKET_UDP,
	SOCKET_UDPLITE,
	SOCKET_RAW,
	SOCKET_PING,
	SOCKET_MPTCP,
	SOCKET_UNIX,
	SOCKET_PACKET,
	SOCKET_NETLINK,
	SOCKET_VSOCK,
	SOCKET_KINDS,
};

/** States as include/net/tcp_states.h numbers them; unix(7) and vsock(7) sockets have them too. */
enum socket_state {
	SOCKET_ESTABLISHED = 1,
	SOCKET_SYN_SENT,
	SOCKET_SYN_RECV,
	SOCKET_FIN_WAIT1,
	SOCKET_FIN_WAIT2,
	SOCKET_TIME_WAIT,
	SOCKET_CLOSE,
	SOCKET_CLOSE_WAIT,
	SOCKET_LAST_ACK,
	SOCKET_LISTEN,
	SOCKET_CLOSING,
	SOCKET_NEW_SYN_RECV,   /**< a pseudo-state */
	SOCKET_BOUND_INACTIVE, /**< a pseudo-state of sock_diag, Linux 6.8: it asks for bound ones */
};

/** An IPv4 address is kept as IPv4-mapped IPv6, ::ffff:a.b.c.d, so that the two compare equal. */
struct endpoint {
	uint8_t address[16];
	uint16_t port; /**< host order; 0: none */
};

struct socket_inet {
	struct endpoint local, remote;
	bool only_v6; /**< LISTEN or CLOSE, IPv6: IPV6_V6ONLY */
};

struct socket_unix {
	struct text name;  /**< a path, or, abstract, any bytes behind the first NUL (unix(7)) */
	bool abstract;     /**< else an empty name is none */
	uint32_t vfs_ino;  /**< of the file it is bound to, low 32 bits; 0: none */
	dev_t vfs_dev;     /**< and the device of its superblock, as mountinfo has it */
	uint32_t peer;     /**< inode of the other end; 0: none, or not accepted yet */
	bool peer_known;   /**< the table tells peers */
	struct text other; /**< the other end's name, where nobody asked which socket that is */
	bool other_abstract;
	struct text pending; /**< LISTEN: uint32_t inodes of those who wait to be accepted */
};

struct socket_netlink {
	uint32_t portid, remote_portid;
	struct text groups; /**< a bit for each group, in unsigned longs; bit 0 is group 1 */
};

struct socket_vsock {
	uint32_t cid, port, remote_cid, remote_port;
};

struct socket {
	uint64_t
		ino; /**< as in the link "socket:[INO]"; 0: nobody's, such as one not yet accepted */
	enum socket_kind kind;
	uint8_t family;     /**< AF_* */
	uint8_t type;       /**< SOCK_*; 0 where the kind says it */
	uint8_t state;      /**< enum socket_state; 0: has none */
	bool queues_known;  /**< `received` and `unsent` are */
	bool uid_known;     /**< the table tells owners */
	uint32_t space;     /**< for whoever has several tables: which */
	uint32_t uid;       /**< who made it, as our user namespace counts */
	uint32_t protocol;  /**< raw: IPPROTO_*, packet: ETH_P_*, netlink: NETLINK_* */
	uint32_t interface; /**< index of the one it is bound to; 0: any */
	/**
	 * What waits to be read: bytes for TCP, MPTCP and unix sockets (of datagrams those of the first),
	 * else the memory that packets take (sk_rmem_alloc); LISTEN: connections waiting.
	 */
	uint32_t received;
	/**
	 * What was not acknowledged yet: bytes for TCP and MPTCP, else the memory of what was not sent, or
	 * for unix sockets not read (sk_wmem_alloc); LISTEN: how many may wait, from sock_diag only.
	 */
	uint32_t unsent;
	union {
		struct socket_inet inet;
		struct socket_unix un;
		struct socket_netlink netlink;
		struct socket_vsock vsock;
	};
};

/** "tcp", "unix" …: the kind as a person calls it. */
const char *socket_kind_word(enum socket_kind kind);

/** "ESTABLISHED", "LISTEN" …: include/net/tcp_states.h without its TCP_. NULL when it is none. */
const char *socket_state_word(uint8_t state);

/** "stream", "dgram", "seqpacket", "raw": socket(2). NULL when it is none. */
const char *socket_type_word(uint8_t type);

/** "icmp" for IPPROTO_ICMP and so on: what raw sockets are used for. NULL when it has no name here. */
const char *socket_protocol_word(uint32_t protocol);

/** "route" for NETLINK_ROUTE and so on: include/uapi/linux/netlink.h. NULL likewise. */
const char *socket_netlink_word(uint32_t protocol);

/** True when the address is that of every interface: 0.0.0.0 or ::. */
bool endpoint_is_any(const struct endpoint *endpoint);

/** True when it is IPv4-mapped. */
bool endpoint_is_v4(const struct endpoint *endpoint);

/** True when both are the same address and port. */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/** An IPv4 address, its bytes as the network has them, as it is kept. */
void endpoint_set_v4(struct endpoint *endpoint, const void *address);

enum { SOCKET_WORD_MAX = 32 };

/**
 * The kind word of a socket, whether some table lists it or not. It is the protocol's own name, lower
 * case and the same for IPv4 and IPv6: "tcp", "sctp", "smc", "alg", "xdp"; sk_prot->name, read with
 * getxattr(2) as "system.sockprotoname" (net/socket.c; all kernels since 2.6.39). It needs no right but
 * to follow the link PROC/NAME, and waits for nobody: only if that leads to `link`, "socket:[INO]", it is
 * asked. Needs /proc. 0; -ENOTSOCK, -ESTALE: something else is there by now; or -errno.
 */
int socket_kind_read(int proc, const char *name, struct text link, char ret[SOCKET_WORD_MAX]);

/**
 * The tables that may list a socket of which socket_kind_read says this: a bit 1 << SOCKET_… each. 0:
 * none has it. What was accepted by MPTCP may be mere TCP, and keeps the name (net/mptcp/protocol.c).
 */
unsigned int socket_tables_of(const char *word);

/** What socket_kind_read makes of the kernel's name: "TCPv6" is "tcp". -EINVAL when it is none. */
int socket_kind_parse(struct text name, char ret[SOCKET_WORD_MAX]);
