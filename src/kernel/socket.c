/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/socket.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/xattr.h>

#include "base/scope.h"
#include "kernel/procfile.h"

#define WORD_AT(words, at) ((at) < sizeof(words) / sizeof((words)[0]) ? (words)[at] : NULL)

const char *socket_kind_word(enum socket_kind kind)
{
	static const char *const words[SOCKET_KINDS] = {
		[SOCKET_TCP] = "tcp",     [SOCKET_UDP] = "udp",       [SOCKET_UDPLITE] = "udplite",
		[SOCKET_RAW] = "raw",     [SOCKET_PING] = "ping",     [SOCKET_MPTCP] = "mptcp",
		[SOCKET_UNIX] = "unix",   [SOCKET_PACKET] = "packet", [SOCKET_NETLINK] = "netlink",
		[SOCKET_VSOCK] = "vsock",
	};

	return words[kind];
}

const char *socket_state_word(uint8_t state)
{
	static const char *const words[] = {
		[SOCKET_ESTABLISHED] = "ESTABLISHED",
		[SOCKET_SYN_SENT] = "SYN_SENT",
		[SOCKET_SYN_RECV] = "SYN_RECV",
		[SOCKET_FIN_WAIT1] = "FIN_WAIT1",
		[SOCKET_FIN_WAIT2] = "FIN_WAIT2",
		[SOCKET_TIME_WAIT] = "TIME_WAIT",
		[SOCKET_CLOSE] = "CLOSE",
		[SOCKET_CLOSE_WAIT] = "CLOSE_WAIT",
		[SOCKET_LAST_ACK] = "LAST_ACK",
		[SOCKET_LISTEN] = "LISTEN",
		[SOCKET_CLOSING] = "CLOSING",
		[SOCKET_NEW_SYN_RECV] = "NEW_SYN_RECV",
		[SOCKET_BOUND_INACTIVE] = "BOUND_INACTIVE",
	};

	return WORD_AT(words, state);
}

const char *socket_type_word(uint8_t type)
{
	static const char *const words[] = {
		[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "dgram",         [SOCK_RAW] = "raw",
		[SOCK_RDM] = "rdm",       [SOCK_SEQPACKET] = "seqpacket",
	};

	return WORD_AT(words, type);
}

const char *socket_protocol_word(uint32_t protocol)
{
	static const char *const words[] = {
		[IPPROTO_IP] = "ip",           [IPPROTO_ICMP] = "icmp", [IPPROTO_IGMP] = "igmp",
		[IPPROTO_IPIP] = "ipip",       [IPPROTO_TCP] = "tcp",   [IPPROTO_UDP] = "udp",
		[IPPROTO_IPV6] = "ipv6",       [IPPROTO_GRE] = "gre",   [IPPROTO_ESP] = "esp",
		[IPPROTO_AH] = "ah",           [58] = "icmpv6",         [89] = "ospf",
		[IPPROTO_PIM] = "pim",         [112] = "vrrp",          [IPPROTO_SCTP] = "sctp",
		[IPPROTO_UDPLITE] = "udplite", [IPPROTO_RAW] = "any",
	};

	return WORD_AT(words, protocol);
}

const char *socket_netlink_word(uint32_t protocol)
{
	static const char *const words[] = {
		[NETLINK_ROUTE] = "route",
		[NETLINK_USERSOCK] = "usersock",
		[NETLINK_FIREWALL] = "firewall",
		[NETLINK_SOCK_DIAG] = "sock_diag",
		[NETLINK_NFLOG] = "nflog",
		[NETLINK_XFRM] = "xfrm",
		[NETLINK_SELINUX] = "selinux",
		[NETLINK_ISCSI] = "iscsi",
		[NETLINK_AUDIT] = "audit",
		[NETLINK_FIB_LOOKUP] = "fib_lookup",
		[NETLINK_CONNECTOR] = "connector",
		[NETLINK_NETFILTER] = "netfilter",
		[NETLINK_IP6_FW] = "ip6_fw",
		[NETLINK_DNRTMSG] = "dnrtmsg",
		[NETLINK_KOBJECT_UEVENT] = "kobject_uevent",
		[NETLINK_GENERIC] = "generic",
		[NETLINK_SCSITRANSPORT] = "scsitransport",
		[NETLINK_ECRYPTFS] = "ecryptfs",
		[NETLINK_RDMA] = "rdma",
		[NETLINK_CRYPTO] = "crypto",
		[NETLINK_SMC] = "smc",
	};

	return WORD_AT(words, protocol);
}

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool endpoint_is_v4(const struct endpoint *endpoint)
{
	return memcmp(endpoint->address, mapped, sizeof(mapped)) == 0;
}

bool endpoint_is_any(const struct endpoint *endpoint)
{
	static const uint8_t any[sizeof(endpoint->address)];

	if (endpoint_is_v4(endpoint))
		return memcmp(endpoint->address + sizeof(mapped), any, 4) == 0;
	return memcmp(endpoint->address, any, sizeof(any)) == 0;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

void endpoint_set_v4(struct endpoint *endpoint, const void *address)
{
	memcpy(endpoint->address, mapped, sizeof(mapped));
	memcpy(endpoint->address + sizeof(mapped), address, 4);
}

int socket_kind_parse(struct text name, char ret[SOCKET_WORD_MAX])
{
	static const struct {
		const char *name, *word;
	} words[] = {
		{ "UDP-Lite", "udplite" },
		{ "UNIX-STREAM", "unix" },
		{ "AF_VSOCK", "vsock" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_is(name, words[i].name))
			name = text_of(words[i].word);
	}
	if (text_ends(name, "v6"))
		name.len -= 2;
	if (!name.len || name.len >= SOCKET_WORD_MAX)
		return -EINVAL;
	for (size_t i = 0; i < name.len; i++)
		ret[i] = (char)tolower((unsigned char)name.bytes[i]);
	ret[name.len] = '\0';
	return 0;
}

unsigned int socket_tables_of(const char *word)
{
	for (unsigned int kind = 0; kind < SOCKET_KINDS; kind++) {
		if (strcmp(word, socket_kind_word((enum socket_kind)kind)) == 0)
			return 1U << kind | (kind == SOCKET_MPTCP ? 1U << SOCKET_TCP : 0);
	}
	return 0;
}

int socket_kind_read(int proc, const char *name, struct text link, char ret[SOCKET_WORD_MAX])
{
	char path[32], value[64];
	struct text held;
	scope_fd fd = openat(proc, name, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* Held now: what became a file of a hung mount meanwhile, or is a socket's name there, is not asked. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int rc = procfile_link(AT_FDCWD, path, value, sizeof(value), &held);
	if (rc)
		return rc == -ENAMETOOLONG ? -ENOTSOCK : rc;
	if (!text_starts(held, "socket:["))
		return -ENOTSOCK;
	if (!text_equal(held, link))
		return -ESTALE;
	ssize_t len = getxattr(path, "system.sockprotoname", value, sizeof(value));
	if (len < 0)
		return -errno;
	/* The kernel counts the NUL at its end. */
	struct text protocol = { value, (size_t)len };
	return socket_kind_parse(text_first(protocol, strnlen(value, (size_t)len)), ret);
}
