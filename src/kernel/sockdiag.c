/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sockdiag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/scope.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262 /* include/uapi/linux/in.h, Linux 5.6 */
#endif

/** The kernel fills messages as large as whoever reads has room for, up to 32 KiB: af_netlink.c. */
enum { MESSAGE_MAX = 32 << 10, REQUEST_MAX = 256 };

static void put_inet(struct nlmsghdr *message, enum socket_kind kind, uint8_t family)
{
	static const uint8_t protocols[SOCKET_KINDS] = {
		[SOCKET_TCP] = IPPROTO_TCP,
		[SOCKET_UDP] = IPPROTO_UDP,
		[SOCKET_UDPLITE] = IPPROTO_UDPLITE,
		[SOCKET_RAW] = IPPROTO_RAW,
	};
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	request->sdiag_family = family;
	request->sdiag_protocol = protocols[kind];
	request->idiag_states = ~(1U << SOCKET_TIME_WAIT);
	/* Its number has no room in eight bits: Linux 5.8. */
	if (kind == SOCKET_MPTCP)
		mnl_attr_put_u32(message, INET_DIAG_REQ_PROTOCOL, IPPROTO_MPTCP);
}

static struct unix_diag_req *put_unix(struct nlmsghdr *message, uint32_t states, uint32_t show)
{
	struct unix_diag_req *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	request->sdiag_family = AF_UNIX;
	request->udiag_states = states;
	request->udiag_show = show;
	return request;
}

/** What is told of every unix socket. */
enum {
	UNIX_FACTS = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN |
		     UDIAG_SHOW_UID,
};

static void put_packet(struct nlmsghdr *message)
{
	struct packet_diag_req *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	request->sdiag_family = AF_PACKET;
	request->pdiag_show = PACKET_SHOW_INFO;
}

static void put_netlink(struct nlmsghdr *message)
{
	struct netlink_diag_req *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	request->sdiag_family = AF_NETLINK;
	request->sdiag_protocol = NDIAG_PROTO_ALL;
	request->ndiag_show = NDIAG_SHOW_GROUPS;
}

static void put_vsock(struct nlmsghdr *message)
{
	struct vsock_diag_req *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	request->sdiag_family = AF_VSOCK;
	request->vdiag_states = ~0U;
}

struct dump {
	enum socket_kind kind;
	sockdiag_found *found;
	void *context;
	unsigned int sequence; /**< what is left of a dump that failed has another */
	bool single;           /**< one answer, which nothing ends */
};

/** One message: 0, or how the dump ended: 1, or -errno. */
static int take_message(const struct nlmsghdr *message, const struct dump *dump)
{
	struct text payload = { mnl_nlmsg_get_payload(message),
				mnl_nlmsg_get_payload_len(message) };
	struct socket socket;
	int rc = 0;

	if (message->nlmsg_seq != dump->sequence)
		return 0;
	if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    sockdiag_parse(dump->kind, payload, &socket) == 0)
		dump->found(dump->context, &socket);
	if (message->nlmsg_type != NLMSG_ERROR && message->nlmsg_type != NLMSG_DONE)
		return dump->single;
	/* Both begin with an int: nlmsgerr.error, and how the dump went (af_netlink.c). */
	if (payload.len >= sizeof(rc))
		memcpy(&rc, payload.bytes, sizeof(rc));
	return rc < 0 ? rc : 1;
}

static int receive(struct mnl_socket *diag, const struct dump *dump)
{
	scope_free char *buffer = memory_resize(NULL, MESSAGE_MAX, 1);
	int rc = 0;

	while (!rc) {
		ssize_t got = mnl_socket_recvfrom(diag, buffer, MESSAGE_MAX);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		const struct nlmsghdr *message = (const void *)buffer;
		for (int len = (int)got; mnl_nlmsg_ok(message, len) && !rc;
		     message = mnl_nlmsg_next(message, &len))
			rc = take_message(message, dump);
	}
	return rc < 0 ? rc : 0;
}

static struct nlmsghdr *request_begin(char *buffer, const struct dump *dump)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = dump->sequence;
	return message;
}

static int ask(struct mnl_socket *diag, const struct nlmsghdr *message, const struct dump *dump)
{
	if (mnl_socket_sendto(diag, message, message->nlmsg_len) < 0)
		return -errno;
	return receive(diag, dump);
}

static int ask_inet(struct mnl_socket *diag, const struct dump *dump, uint8_t family)
{
	char buffer[REQUEST_MAX] __attribute__((aligned(4)));
	struct nlmsghdr *message = request_begin(buffer, dump);

	put_inet(message, dump->kind, family);
	return ask(diag, message, dump);
}

int sockdiag_dump(struct mnl_socket *diag, enum socket_kind kind, sockdiag_found *found,
		  void *context)
{
	char buffer[REQUEST_MAX] __attribute__((aligned(4)));
	struct dump dump = { kind, found, context, kind + 1, false };
	struct nlmsghdr *message = request_begin(buffer, &dump);
	int rc;

	switch (kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_MPTCP:
		rc = ask_inet(diag, &dump, AF_INET);
		return rc ? rc : ask_inet(diag, &dump, AF_INET6);
	case SOCKET_UNIX:
		put_unix(message, ~0U, UNIX_FACTS);
		return ask(diag, message, &dump);
	case SOCKET_PACKET:
		put_packet(message);
		return ask(diag, message, &dump);
	case SOCKET_NETLINK:
		put_netlink(message);
		return ask(diag, message, &dump);
	case SOCKET_VSOCK:
		put_vsock(message);
		return ask(diag, message, &dump);
	case SOCKET_PING:
	case SOCKET_KINDS:
		break;
	}
	return -ENOENT;
}

int sockdiag_find_unix(struct mnl_socket *diag, uint32_t ino, sockdiag_found *found, void *context)
{
	char buffer[REQUEST_MAX] __attribute__((aligned(4)));
	struct dump dump = { SOCKET_UNIX, found, context, ~ino, true };
	struct nlmsghdr *message = request_begin(buffer, &dump);

	message->nlmsg_flags = NLM_F_REQUEST;
	struct unix_diag_req *request = put_unix(message, ~0U, UNIX_FACTS);
	request->udiag_ino = ino;
	memset(request->udiag_cookie, 0xff, sizeof(request->udiag_cookie)); /* INET_DIAG_NOCOOKIE */
	return ask(diag, message, &dump);
}

int sockdiag_dump_pending(struct mnl_socket *diag, sockdiag_found *found, void *context)
{
	char buffer[REQUEST_MAX] __attribute__((aligned(4)));
	struct dump dump = { SOCKET_UNIX, found, context, SOCKET_KINDS + 1, false };
	struct nlmsghdr *message = request_begin(buffer, &dump);

	put_unix(message, 1U << SOCKET_LISTEN, UDIAG_SHOW_ICONS);
	return ask(diag, message, &dump);
}

int sockdiag_dump_queues(struct mnl_socket *diag, sockdiag_found *found, void *context)
{
	char buffer[REQUEST_MAX] __attribute__((aligned(4)));
	struct dump dump = { SOCKET_UNIX, found, context, SOCKET_KINDS + 3, false };
	struct nlmsghdr *message = request_begin(buffer, &dump);

	put_unix(message, ~0U, UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN);
	return ask(diag, message, &dump);
}

int sockdiag_open(struct mnl_socket **ret)
{
	struct mnl_socket *diag = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);

	if (!diag)
		return -errno;
	if (mnl_socket_bind(diag, 0, MNL_SOCKET_AUTOPID) < 0) {
		int rc = -errno;

		mnl_socket_close(diag);
		return rc;
	}
	*ret = diag;
	return 0;
}

int sockdiag_interface(struct mnl_socket *diag, uint32_t index, char *ret)
{
	struct ifreq request = { .ifr_ifindex = (int)index };

	if (ioctl(mnl_socket_get_fd(diag), SIOCGIFNAME, &request))
		return -errno;
	memcpy(ret, request.ifr_name, IF_NAMESIZE);
	ret[IF_NAMESIZE - 1] = '\0';
	return 0;
}
