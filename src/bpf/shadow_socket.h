/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The kernel's structs of sockets, as far as they are looked into; as shadow.h, which has those that
 * are more than sockets'. All of these members are where they are said to be since before Linux 5.17.
 */
#pragma once
#include "bpf/shadow.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/** include/linux/tcp.h. */
struct tcp_sock {
	__u32 rcv_nxt, copied_seq, write_seq, snd_una;
};

/** include/linux/udp.h. */
struct udp_sock {
	int forward_deficit;
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

/** include/net/af_unix.h. */
struct unix_address {
	int len;
	struct sockaddr_un name[0];
};

/** net/netlink/af_netlink.h. */
struct netlink_sock {
	__u32 portid, dst_portid;
	__u32 subscriptions, ngroups;
	unsigned long *groups;
	_Bool bound;
};

/** net/packet/internal.h. */
struct packet_sock {
	int ifindex;
	__be16 num;
};

struct sockaddr_vm {
	unsigned int svm_port, svm_cid;
};

/** include/net/af_vsock.h. */
struct vsock_sock {
	struct sockaddr_vm local_addr, remote_addr;
};

#pragma clang attribute pop
