/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Sockets. A NAME is a path, or abstract where it begins with '@'; a PORT of 0 is any free one. An
 * actor that wants a port for itself says `namespace net loopback-up` first.
 *
 *   tcp-listen ADDRESS PORT   tcp-connect SLOT   tcp-accept SLOT   tcp-bind ADDRESS PORT
 *   mptcp-listen ADDRESS PORT (tcp-connect then makes one of MPTCP, too)
 *   udp ADDRESS PORT   udp-connect ADDRESS PORT
 *   unix-listen NAME   unix-connect NAME   unix-accept SLOT   unix-dgram NAME   unix-pair (two slots)
 *   packet PROTOCOL INTERFACE (* for all)   netlink PROTOCOL GROUPS (a mask)   raw PROTOCOL
 *   loopback-up   ping ADDRESS   vsock PORT   socket FAMILY TYPE PROTOCOL (as numbers, nothing done to it)
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "actor.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
	struct sockaddr_ll ll;
	struct sockaddr_nl nl;
	struct sockaddr_vm vm;
};

/** A socket of a family that this kernel may not have. */
static int make(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ENOPROTOOPT))
		errno = ENOSYS;
	check(fd, "cannot make", "a socket");
	return fd;
}

static socklen_t inet_address(const char *address, const char *port, union address *out)
{
	*out = (union address){ 0 };
	if (strchr(address, ':')) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons((uint16_t)size_parse(port));
		if (inet_pton(AF_INET6, address, &out->v6.sin6_addr) != 1)
			errx(1, "'%s' is no address", address);
		return sizeof(out->v6);
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons((uint16_t)size_parse(port));
	if (inet_pton(AF_INET, address, &out->v4.sin_addr) != 1)
		errx(1, "'%s' is no address", address);
	return sizeof(out->v4);
}

static socklen_t unix_address(const char *name, union address *out)
{
	size_t len = strlen(name);

	*out = (union address){ .un = { .sun_family = AF_UNIX } };
	if (len >= sizeof(out->un.sun_path))
		errx(1, "'%s' is too long for a socket", name);
	memcpy(out->un.sun_path, name, len);
	if (*name != '@')
		return sizeof(out->un);
	out->un.sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len;
}

static int bound(int fd, const union address *address, socklen_t size, const char *name)
{
	check(bind(fd, &address->any, size), "cannot bind to", name);
	return fd;
}

static int inet_bound(char **arg, int type, int protocol)
{
	union address address;
	socklen_t size = inet_address(arg[0], arg[1], &address);

	return bound(make(address.any.sa_family, type, protocol), &address, size, arg[0]);
}

static int unix_bound(const char *name, int type)
{
	union address address;
	socklen_t size = unix_address(name, &address);

	return bound(make(AF_UNIX, type, 0), &address, size, name);
}

static int listening(int fd, const char *name)
{
	check(listen(fd, 16), "cannot listen on", name);
	return fd;
}

static void op_loopback_up(struct actor *actor, char **arg)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = make(AF_INET, SOCK_DGRAM, 0);

	(void)actor;
	(void)arg;
	check(ioctl(fd, SIOCSIFFLAGS, &request), "cannot start", "the loopback");
	check(close(fd), "cannot close", "a socket");
}

static void op_tcp_listen(struct actor *actor, char **arg)
{
	slot_add(actor, listening(inet_bound(arg, SOCK_STREAM, 0), arg[0]), arg[0]);
}

static void op_tcp_bind(struct actor *actor, char **arg)
{
	slot_add(actor, inet_bound(arg, SOCK_STREAM, 0), arg[0]);
}

static void op_mptcp_listen(struct actor *actor, char **arg)
{
	slot_add(actor, listening(inet_bound(arg, SOCK_STREAM, IPPROTO_MPTCP), arg[0]), arg[0]);
}

static void op_tcp_connect(struct actor *actor, char **arg)
{
	union address address = { 0 };
	socklen_t size = sizeof(address), protocol_size = sizeof(int);
	int to = slot_fd(actor, arg[0]), protocol;

	check(getsockname(to, &address.any, &size), "cannot tell the address of slot", arg[0]);
	check(getsockopt(to, SOL_SOCKET, SO_PROTOCOL, &protocol, &protocol_size),
	      "cannot tell the protocol of slot", arg[0]);
	int fd = make(address.any.sa_family, SOCK_STREAM, protocol);
	check(connect(fd, &address.any, size), "cannot connect to slot", arg[0]);
	slot_add(actor, fd, arg[0]);
}

static void op_accept(struct actor *actor, char **arg)
{
	slot_add(actor, accept(slot_fd(actor, arg[0]), NULL, NULL), arg[0]);
}

static void op_udp(struct actor *actor, char **arg)
{
	slot_add(actor, inet_bound(arg, SOCK_DGRAM, 0), arg[0]);
}

static void op_udp_connect(struct actor *actor, char **arg)
{
	union address address;
	socklen_t size = inet_address(arg[0], arg[1], &address);
	int fd = make(address.any.sa_family, SOCK_DGRAM, 0);

	check(connect(fd, &address.any, size), "cannot connect to", arg[0]);
	slot_add(actor, fd, arg[0]);
}

static void op_unix_listen(struct actor *actor, char **arg)
{
	slot_add(actor, listening(unix_bound(arg[0], SOCK_STREAM), arg[0]), arg[0]);
}

static void op_unix_dgram(struct actor *actor, char **arg)
{
	slot_add(actor, unix_bound(arg[0], SOCK_DGRAM), arg[0]);
}

static void op_unix_connect(struct actor *actor, char **arg)
{
	union address address;
	socklen_t size = unix_address(arg[0], &address);
	int fd = make(AF_UNIX, SOCK_STREAM, 0);

	check(connect(fd, &address.any, size), "cannot connect to", arg[0]);
	slot_add(actor, fd, arg[0]);
}

static void op_unix_pair(struct actor *actor, char **arg)
{
	int ends[2];

	(void)arg;
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "cannot make", "a pair");
	slot_add(actor, ends[0], "a pair");
	slot_add(actor, ends[1], "a pair");
}

static void op_packet(struct actor *actor, char **arg)
{
	uint16_t protocol = htons((uint16_t)strtoul(arg[0], NULL, 0));
	union address address = { .ll = { .sll_family = AF_PACKET, .sll_protocol = protocol } };

	if (strcmp(arg[1], "*") != 0)
		address.ll.sll_ifindex = (int)if_nametoindex(arg[1]);
	int fd = make(AF_PACKET, SOCK_RAW, 0);
	slot_add(actor, bound(fd, &address, sizeof(address.ll), arg[1]), arg[1]);
}

static void op_netlink(struct actor *actor, char **arg)
{
	uint32_t groups = (uint32_t)strtoul(arg[1], NULL, 0);
	union address address = { .nl = { .nl_family = AF_NETLINK, .nl_groups = groups } };
	int fd = make(AF_NETLINK, SOCK_RAW, (int)size_parse(arg[0]));

	slot_add(actor, bound(fd, &address, sizeof(address.nl), arg[0]), arg[0]);
}

static void op_raw(struct actor *actor, char **arg)
{
	slot_add(actor, make(AF_INET, SOCK_RAW, (int)size_parse(arg[0])), arg[0]);
}

/** Who may is set by net.ipv4.ping_group_range: all here who can. */
static void op_ping(struct actor *actor, char **arg)
{
	union address address;
	socklen_t size = inet_address(arg[0], "0", &address);
	int protocol = address.any.sa_family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, protocol);

	if (fd < 0 && errno == EACCES)
		errno = ENOSYS;
	check(fd, "cannot make", "a ping socket");
	slot_add(actor, bound(fd, &address, size, arg[0]), arg[0]);
}

static void op_vsock(struct actor *actor, char **arg)
{
	union address address = { .vm = { .svm_family = AF_VSOCK,
					  .svm_port = (unsigned int)size_parse(arg[0]),
					  .svm_cid = VMADDR_CID_ANY } };
	int fd = make(AF_VSOCK, SOCK_STREAM, 0);

	slot_add(actor, listening(bound(fd, &address, sizeof(address.vm), arg[0]), arg[0]), arg[0]);
}

static void op_socket(struct actor *actor, char **arg)
{
	slot_add(actor,
		 make((int)size_parse(arg[0]), (int)size_parse(arg[1]), (int)size_parse(arg[2])),
		 "a socket");
}

/* clang-format off */
const struct op socket_ops[] = {
	{ "loopback-up",  0, 0, op_loopback_up },
	{ "tcp-listen",   2, 2, op_tcp_listen },
	{ "tcp-bind",     2, 2, op_tcp_bind },
	{ "tcp-connect",  1, 1, op_tcp_connect },
	{ "tcp-accept",   1, 1, op_accept },
	{ "mptcp-listen", 2, 2, op_mptcp_listen },
	{ "udp",          2, 2, op_udp },
	{ "udp-connect",  2, 2, op_udp_connect },
	{ "unix-listen",  1, 1, op_unix_listen },
	{ "unix-dgram",   1, 1, op_unix_dgram },
	{ "unix-connect", 1, 1, op_unix_connect },
	{ "unix-accept",  1, 1, op_accept },
	{ "unix-pair",    0, 0, op_unix_pair },
	{ "packet",       2, 2, op_packet },
	{ "netlink",      2, 2, op_netlink },
	{ "raw",          1, 1, op_raw },
	{ "ping",         1, 1, op_ping },
	{ "vsock",        1, 1, op_vsock },
	{ "socket",       3, 3, op_socket },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
