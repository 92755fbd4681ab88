/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What one message of a dump says: a fixed head for each kind, and attributes behind it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "kernel/sockdiag.h"

static uint32_t attribute_u32(const struct nlattr *attribute)
{
	uint32_t number = 0;

	if (mnl_attr_get_payload_len(attribute) >= sizeof(number))
		memcpy(&number, mnl_attr_get_payload(attribute), sizeof(number));
	return number;
}

static bool attribute_true(const struct nlattr *attribute)
{
	const char *byte = mnl_attr_get_payload(attribute);

	return mnl_attr_get_payload_len(attribute) && *byte;
}

static struct text attribute_text(const struct nlattr *attribute)
{
	return (struct text){ mnl_attr_get_payload(attribute),
			      mnl_attr_get_payload_len(attribute) };
}

/** How many bytes of `message` the fixed part of `size` takes; copies it. 0 when it is too short. */
static size_t take_head(struct text message, void *head, size_t size)
{
	if (message.len < size)
		return 0;
	memcpy(head, message.bytes, size);
	return NLMSG_ALIGN(size) < message.len ? NLMSG_ALIGN(size) : message.len;
}

/** Call `take` for each attribute behind the first `head` bytes. */
static void take_attributes(struct text message, size_t head,
			    void (*take)(struct socket *, const struct nlattr *),
			    struct socket *out)
{
	const char *end = message.bytes + message.len;
	const struct nlattr *attribute = (const void *)(message.bytes + head);

	while (mnl_attr_ok(attribute, (int)(end - (const char *)attribute))) {
		take(out, attribute);
		attribute = mnl_attr_next(attribute);
	}
}

static void set_endpoint(struct endpoint *out, uint8_t family, const __be32 address[4], __be16 port)
{
	out->port = ntohs(port);
	if (family == AF_INET)
		endpoint_set_v4(out, address);
	else
		memcpy(out->address, address, sizeof(out->address));
}

static void take_inet(struct socket *out, const struct nlattr *attribute)
{
	switch (mnl_attr_get_type(attribute)) {
	case INET_DIAG_SKV6ONLY:
		out->inet.only_v6 = attribute_true(attribute);
		return;
	case INET_DIAG_PROTOCOL:
		if (out->kind == SOCKET_RAW && mnl_attr_get_payload_len(attribute))
			out->protocol = mnl_attr_get_u8(attribute);
		return;
	}
}

static int parse_inet(struct text message, struct socket *out)
{
	struct inet_diag_msg msg;
	size_t head = take_head(message, &msg, sizeof(msg));

	if (!head || (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6))
		return -EINVAL;
	out->family = msg.idiag_family;
	out->state = msg.idiag_state;
	out->ino = msg.idiag_inode;
	out->uid = msg.idiag_uid;
	out->uid_known = true;
	out->interface = msg.id.idiag_if;
	out->received = msg.idiag_rqueue;
	out->unsent = msg.idiag_wqueue;
	out->queues_known = true;
	set_endpoint(&out->inet.local, msg.idiag_family, msg.id.idiag_src, msg.id.idiag_sport);
	set_endpoint(&out->inet.remote, msg.idiag_family, msg.id.idiag_dst, msg.id.idiag_dport);
	if (out->kind ==
	    SOCKET_RAW) { /* where others have a port: inet_create of net/ipv4/af_inet.c */
		out->protocol = out->inet.local.port;
		out->inet.local.port = out->inet.remote.port = 0;
	}
	take_attributes(message, head, take_inet, out);
	return 0;
}

/** A path comes with the NUL that ends it, an abstract name begins with one. */
static void set_unix_name(struct socket_unix *out, struct text name)
{
	out->abstract = name.len && !name.bytes[0];
	out->name = out->abstract ? text_from(name, 1) :
				    text_first(name, name.len ? strnlen(name.bytes, name.len) : 0);
}

static void take_unix(struct socket *out, const struct nlattr *attribute)
{
	struct unix_diag_vfs vfs;
	struct unix_diag_rqlen queues;

	switch (mnl_attr_get_type(attribute)) {
	case UNIX_DIAG_NAME:
		set_unix_name(&out->un, attribute_text(attribute));
		return;
	case UNIX_DIAG_VFS: /* the kernel's own dev_t: 12 bits and 20, net/unix/diag.c */
		if (take_head(attribute_text(attribute), &vfs, sizeof(vfs))) {
			out->un.vfs_ino = vfs.udiag_vfs_ino;
			out->un.vfs_dev =
				makedev(vfs.udiag_vfs_dev >> 20, vfs.udiag_vfs_dev & 0xfffff);
		}
		return;
	case UNIX_DIAG_PEER:
		out->un.peer = attribute_u32(attribute);
		return;
	case UNIX_DIAG_ICONS:
		out->un.pending = attribute_text(attribute);
		return;
	case UNIX_DIAG_RQLEN:
		if (take_head(attribute_text(attribute), &queues, sizeof(queues))) {
			out->received = queues.udiag_rqueue;
			out->unsent = queues.udiag_wqueue;
			out->queues_known = true;
		}
		return;
	case UNIX_DIAG_UID: /* Linux 5.3 */
		out->uid = attribute_u32(attribute);
		out->uid_known = true;
		return;
	}
}

static int parse_unix(struct text message, struct socket *out)
{
	struct unix_diag_msg msg;
	size_t head = take_head(message, &msg, sizeof(msg));

	if (!head || msg.udiag_family != AF_UNIX)
		return -EINVAL;
	out->family = AF_UNIX;
	out->type = msg.udiag_type;
	out->state = msg.udiag_state;
	out->ino = msg.udiag_ino;
	out->un.peer_known = true;
	take_attributes(message, head, take_unix, out);
	return 0;
}

static void take_packet(struct socket *out, const struct nlattr *attribute)
{
	struct packet_diag_info info;

	switch (mnl_attr_get_type(attribute)) {
	case PACKET_DIAG_INFO:
		if (take_head(attribute_text(attribute), &info, sizeof(info)))
			out->interface = info.pdi_index;
		return;
	case PACKET_DIAG_UID:
		out->uid = attribute_u32(attribute);
		out->uid_known = true;
		return;
	}
}

static int parse_packet(struct text message, struct socket *out)
{
	struct packet_diag_msg msg;
	size_t head = take_head(message, &msg, sizeof(msg));

	if (!head || msg.pdiag_family != AF_PACKET)
		return -EINVAL;
	out->family = AF_PACKET;
	out->type = msg.pdiag_type;
	out->ino = msg.pdiag_ino;
	out->protocol = msg.pdiag_num; /* host order: net/packet/diag.c */
	take_attributes(message, head, take_packet, out);
	return 0;
}

static void take_netlink(struct socket *out, const struct nlattr *attribute)
{
	if (mnl_attr_get_type(attribute) == NETLINK_DIAG_GROUPS)
		out->netlink.groups = attribute_text(attribute);
}

static int parse_netlink(struct text message, struct socket *out)
{
	struct netlink_diag_msg msg;
	size_t head = take_head(message, &msg, sizeof(msg));

	if (!head || msg.ndiag_family != AF_NETLINK)
		return -EINVAL;
	out->family = AF_NETLINK;
	out->type = msg.ndiag_type;
	out->ino = msg.ndiag_ino;
	out->protocol = msg.ndiag_protocol;
	out->netlink.portid = msg.ndiag_portid;
	out->netlink.remote_portid = msg.ndiag_dst_portid;
	take_attributes(message, head, take_netlink, out);
	return 0;
}

static int parse_vsock(struct text message, struct socket *out)
{
	struct vsock_diag_msg msg;

	if (!take_head(message, &msg, sizeof(msg)) || msg.vdiag_family != AF_VSOCK)
		return -EINVAL;
	out->family = AF_VSOCK;
	out->type = msg.vdiag_type;
	out->state = msg.vdiag_state;
	out->ino = msg.vdiag_ino;
	out->vsock = (struct socket_vsock){
		msg.vdiag_src_cid,
		msg.vdiag_src_port,
		msg.vdiag_dst_cid,
		msg.vdiag_dst_port,
	};
	return 0;
}

int sockdiag_parse(enum socket_kind kind, struct text message, struct socket *out)
{
	struct socket socket = { .kind = kind };
	int rc = -EINVAL;

	switch (kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_MPTCP:
		rc = parse_inet(message, &socket);
		break;
	case SOCKET_UNIX:
		rc = parse_unix(message, &socket);
		break;
	case SOCKET_PACKET:
		rc = parse_packet(message, &socket);
		break;
	case SOCKET_NETLINK:
		rc = parse_netlink(message, &socket);
		break;
	case SOCKET_VSOCK:
		rc = parse_vsock(message, &socket);
		break;
	case SOCKET_PING:
	case SOCKET_KINDS:
		break;
	}
	if (rc)
		return rc;
	*out = socket;
	return 0;
}
