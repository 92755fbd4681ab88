/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/socket_detail.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>

#include "show/units.h"

static void write_text(FILE *out, struct text text)
{
	if (text.len)
		fwrite(text.bytes, 1, text.len, out);
}

static void write_arrow(FILE *out, const struct socket_view *view)
{
	fputs(view->utf8 ? " → " : " -> ", out);
}

static void write_address(FILE *out, const struct socket *socket, const struct endpoint *endpoint)
{
	bool v4 = socket->family == AF_INET, both = socket->family == AF_INET6 &&
						    !socket->inet.only_v6 &&
						    !socket->inet.remote.port;
	char address[INET6_ADDRSTRLEN];

	if (both && endpoint_is_any(endpoint) && !endpoint_is_v4(endpoint)) {
		putc('*', out);
		return;
	}
	inet_ntop(socket->family, endpoint->address + (v4 ? 12 : 0), address, sizeof(address));
	fprintf(out, v4 ? "%s" : "[%s]", address);
}

/** "%eth0" */
static void write_interface(FILE *out, const struct socket_view *view)
{
	if (!view->socket->interface)
		return;
	if (view->interface)
		fprintf(out, "%%%s", view->interface);
	else
		fprintf(out, "%%if%u", view->socket->interface);
}

static void write_port(FILE *out, const struct endpoint *endpoint)
{
	if (endpoint->port)
		fprintf(out, ":%u", endpoint->port);
	else
		fputs(":*", out);
}

static void write_state(FILE *out, const struct socket *socket)
{
	const char *state = socket_state_word(socket->state);

	if (state)
		fprintf(out, " %s", state);
}

static void write_pending(FILE *out, const struct socket *socket)
{
	if (socket->received && socket->unsent)
		fprintf(out, ", %u of %u waiting to be accepted", socket->received, socket->unsent);
	else if (socket->received)
		fprintf(out, ", %u waiting to be accepted", socket->received);
}

static void write_received(FILE *out, const struct socket *socket)
{
	char size[UNITS_MAX];

	if (!socket->received)
		return;
	switch (socket->kind) {
	case SOCKET_TCP:
	case SOCKET_MPTCP:
	case SOCKET_UNIX:
		fprintf(out, ", %s waiting to be read", units_size(size, socket->received));
		return;
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
		fputs(", packets waiting to be read", out);
		return;
	case SOCKET_PACKET:
	case SOCKET_NETLINK:
	case SOCKET_VSOCK:
	case SOCKET_KINDS:
		return;
	}
}

static void write_unsent(FILE *out, const struct socket *socket)
{
	char size[UNITS_MAX];

	if (!socket->unsent)
		return;
	switch (socket->kind) {
	case SOCKET_TCP:
	case SOCKET_MPTCP:
		fprintf(out, ", %s not yet acknowledged", units_size(size, socket->unsent));
		return;
	case SOCKET_UNIX:
		fputs(", not all read there yet", out);
		return;
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
		fputs(", packets not yet sent", out);
		return;
	case SOCKET_PACKET:
	case SOCKET_NETLINK:
	case SOCKET_VSOCK:
	case SOCKET_KINDS:
		return;
	}
}

/** Only where the kernel counts what was sent are there numbers: elsewhere it counts its own memory. */
static void write_queues(FILE *out, const struct socket *socket)
{
	if (!socket->queues_known)
		return;
	if (socket->state == SOCKET_LISTEN) {
		write_pending(out, socket);
		return;
	}
	write_received(out, socket);
	write_unsent(out, socket);
}

static void write_ports(FILE *out, const struct socket_view *view)
{
	const struct socket *socket = view->socket;
	const struct socket_inet *inet = &socket->inet;

	write_address(out, socket, &inet->local);
	write_interface(out, view);
	write_port(out, &inet->local);
	if (!inet->remote.port)
		return;
	write_arrow(out, view);
	write_address(out, socket, &inet->remote);
	write_port(out, &inet->remote);
}

static void write_raw(FILE *out, const struct socket_view *view)
{
	const struct socket *socket = view->socket;
	const char *word = socket_protocol_word(socket->protocol);

	if (word)
		fprintf(out, "%s ", word);
	else
		fprintf(out, "protocol %u ", socket->protocol);
	write_address(out, socket, &socket->inet.local);
	write_interface(out, view);
	if (endpoint_is_any(&socket->inet.remote))
		return;
	write_arrow(out, view);
	write_address(out, socket, &socket->inet.remote);
}

/** Its port is the identifier of its echo requests: net/ipv4/ping.c. */
static void write_ping(FILE *out, const struct socket_view *view)
{
	const struct socket *socket = view->socket;

	write_address(out, socket, &socket->inet.local);
	write_interface(out, view);
	if (!endpoint_is_any(&socket->inet.remote)) {
		write_arrow(out, view);
		write_address(out, socket, &socket->inet.remote);
	}
	if (socket->inet.local.port)
		fprintf(out, ", id %u", socket->inet.local.port);
}

static bool has_name(const struct socket *socket)
{
	return socket && socket->kind == SOCKET_UNIX &&
	       (socket->un.abstract || socket->un.name.len);
}

/** A path that begins with '@' is written "./@…": an abstract name it is not. */
static void write_unix_name(FILE *out, const struct socket_unix *un)
{
	fputs(un->abstract ? " @" : text_starts(un->name, "@") ? " ./" : " ", out);
	write_text(out, un->name);
}

static void write_unix(FILE *out, const struct socket_view *view)
{
	const struct socket *socket = view->socket;
	const char *type = socket_type_word(socket->type);

	fputs(type ? type : "unix", out);
	if (view->peer_word.len) {
		write_arrow(out, view);
		write_text(out, view->peer_word);
	}
	if (has_name(socket))
		write_unix_name(out, &socket->un);
	else if (has_name(view->peer))
		write_unix_name(out, &view->peer->un);
	else if (socket->un.other_abstract || socket->un.other.len)
		write_unix_name(out,
				&(struct socket_unix){ .name = socket->un.other,
						       .abstract = socket->un.other_abstract });
	if (socket->state == SOCKET_LISTEN)
		write_state(out, socket);
}

static void write_packet(FILE *out, const struct socket_view *view)
{
	static const struct {
		uint32_t protocol;
		const char *word;
	} words[] = {
		{ 0, "nothing" },         { 0x0003, "all" },          { ETHERTYPE_IP, "ip" },
		{ ETHERTYPE_ARP, "arp" }, { ETHERTYPE_IPV6, "ipv6" }, { ETHERTYPE_VLAN, "vlan" },
		{ 0x888e, "eapol" },      { 0x88cc, "lldp" },
	};
	const struct socket *socket = view->socket;
	const char *type = socket_type_word(socket->type), *word = NULL;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !word; i++) {
		if (words[i].protocol == socket->protocol)
			word = words[i].word;
	}
	fputs(type ? type : "packet", out);
	if (word)
		fprintf(out, " %s", word);
	else
		fprintf(out, " 0x%04x", socket->protocol);
	if (!socket->interface)
		fputs(" on every interface", out);
	else if (view->interface)
		fprintf(out, " on %s", view->interface);
	else
		fprintf(out, " on interface %u", socket->interface);
}

static void write_groups(FILE *out, struct text groups)
{
	const char *before = ", groups";

	for (size_t bit = 0; bit < groups.len * CHAR_BIT; bit++) {
		unsigned long word;
		size_t at = bit / (sizeof(word) * CHAR_BIT) * sizeof(word);

		if (at + sizeof(word) > groups.len)
			return;
		memcpy(&word, groups.bytes + at, sizeof(word));
		if (!(word >> bit % (sizeof(word) * CHAR_BIT) & 1))
			continue;
		fprintf(out, "%s %zu", before, bit + 1);
		before = "";
	}
}

static void write_netlink(FILE *out, const struct socket *socket)
{
	const char *word = socket_netlink_word(socket->protocol);

	if (word)
		fputs(word, out);
	else
		fprintf(out, "protocol %u", socket->protocol);
	if (socket->netlink.portid)
		fprintf(out, ", port %u", socket->netlink.portid);
	write_groups(out, socket->netlink.groups);
}

static void write_vsock_end(FILE *out, uint32_t cid, uint32_t port)
{
	if (cid == VMADDR_CID_ANY)
		putc('*', out);
	else
		fprintf(out, "%u", cid);
	if (port == VMADDR_PORT_ANY)
		fputs(":*", out);
	else
		fprintf(out, ":%u", port);
}

static void write_vsock(FILE *out, const struct socket_view *view)
{
	const struct socket *socket = view->socket;
	const struct socket_vsock *vsock = &socket->vsock;

	write_vsock_end(out, vsock->cid, vsock->port);
	if (vsock->remote_cid != VMADDR_CID_ANY && vsock->remote_port != VMADDR_PORT_ANY) {
		write_arrow(out, view);
		write_vsock_end(out, vsock->remote_cid, vsock->remote_port);
	}
	write_state(out, socket);
}

static void write_detail(FILE *out, const struct socket_view *view)
{
	const struct socket *socket = view->socket;

	switch (socket->kind) {
	case SOCKET_TCP:
	case SOCKET_MPTCP:
		write_ports(out, view);
		write_state(out, socket);
		break;
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
		write_ports(out, view);
		break;
	case SOCKET_RAW:
		write_raw(out, view);
		break;
	case SOCKET_PING:
		write_ping(out, view);
		break;
	case SOCKET_UNIX:
		write_unix(out, view);
		break;
	case SOCKET_PACKET:
		write_packet(out, view);
		break;
	case SOCKET_NETLINK:
		write_netlink(out, socket);
		break;
	case SOCKET_VSOCK:
		write_vsock(out, view);
		break;
	case SOCKET_KINDS:
		break;
	}
	write_queues(out, socket);
}

struct text socket_detail(struct arena *arena, const struct socket_view *view)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);

	if (!out)
		memory_out();
	write_detail(out, view);
	if (fclose(out))
		memory_out();
	struct text detail = arena_text(arena, (struct text){ bytes, len });
	free(bytes);
	return detail;
}
