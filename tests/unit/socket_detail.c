/* SPDX-License-Identifier: GPL-2.0-or-later */
/** ask/socket_detail.h: sockets in one line. */
#include "ask/socket_detail.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"

static void reads(const struct socket_view *view, const char *wanted)
{
	struct arena arena;

	arena_init(&arena);
	check_string(socket_detail(&arena, view), wanted);
	arena_end(&arena);
}

static void is(const struct socket *socket, const char *wanted)
{
	reads(&(struct socket_view){ .socket = socket, .utf8 = true }, wanted);
}

static struct endpoint v4(const char *address, uint16_t port)
{
	struct endpoint endpoint = { .port = port };
	uint8_t bytes[4];

	assert_int_equal(inet_pton(AF_INET, address, bytes), 1);
	endpoint_set_v4(&endpoint, bytes);
	return endpoint;
}

static struct endpoint v6(const char *address, uint16_t port)
{
	struct endpoint endpoint = { .port = port };

	assert_int_equal(inet_pton(AF_INET6, address, endpoint.address), 1);
	return endpoint;
}

static struct socket tcp(int family, struct endpoint local, struct endpoint remote, uint8_t state)
{
	return (struct socket){ .kind = SOCKET_TCP,
				.family = (uint8_t)family,
				.state = state,
				.inet = { local, remote, false } };
}

static void a_connection_has_two_ends_and_a_state(void **state)
{
	struct socket socket = tcp(AF_INET, v4("192.168.1.7", 51022), v4("142.250.74.46", 443),
				   SOCKET_ESTABLISHED);

	(void)state;
	is(&socket, "192.168.1.7:51022 → 142.250.74.46:443 ESTABLISHED");
	reads(&(struct socket_view){ .socket = &socket },
	      "192.168.1.7:51022 -> 142.250.74.46:443 ESTABLISHED");
	socket = tcp(AF_INET6, v6("2001:db8::2", 40000), v6("2001:db8::1", 443), SOCKET_SYN_SENT);
	is(&socket, "[2001:db8::2]:40000 → [2001:db8::1]:443 SYN_SENT");
	socket = tcp(AF_INET6, v6("::ffff:127.0.0.1", 80), v6("::ffff:127.0.0.1", 9),
		     SOCKET_CLOSE_WAIT);
	is(&socket, "[::ffff:127.0.0.1]:80 → [::ffff:127.0.0.1]:9 CLOSE_WAIT");
}

static void who_listens_has_one(void **state)
{
	struct socket socket = tcp(AF_INET, v4("0.0.0.0", 8080), v4("0.0.0.0", 0), SOCKET_LISTEN);

	(void)state;
	is(&socket, "0.0.0.0:8080 LISTEN");
	socket = tcp(AF_INET6, v6("::", 8080), v6("::", 0), SOCKET_LISTEN);
	is(&socket, "*:8080 LISTEN");
	socket.inet.only_v6 = true;
	is(&socket, "[::]:8080 LISTEN");
	socket.inet.local = v6("fe80::1", 22);
	socket.interface = 3;
	is(&socket, "[fe80::1]%if3:22 LISTEN");
	reads(&(struct socket_view){ .socket = &socket, .interface = "eth0" },
	      "[fe80::1]%eth0:22 LISTEN");
}

static void queues_are_told_when_something_is_in_them(void **state)
{
	struct socket socket =
		tcp(AF_INET, v4("10.0.0.1", 1), v4("10.0.0.2", 2), SOCKET_ESTABLISHED);

	(void)state;
	socket.received = 12288;
	is(&socket, "10.0.0.1:1 → 10.0.0.2:2 ESTABLISHED");
	socket.queues_known = true;
	is(&socket, "10.0.0.1:1 → 10.0.0.2:2 ESTABLISHED, 12K waiting to be read");
	socket.unsent = 100;
	is(&socket, "10.0.0.1:1 → 10.0.0.2:2 ESTABLISHED, 12K waiting to be read, 100B not yet "
		    "acknowledged");
	socket = tcp(AF_INET, v4("0.0.0.0", 1), v4("0.0.0.0", 0), SOCKET_LISTEN);
	socket.queues_known = true;
	socket.unsent = 128;
	is(&socket, "0.0.0.0:1 LISTEN");
	socket.received = 3;
	is(&socket, "0.0.0.0:1 LISTEN, 3 of 128 waiting to be accepted");
}

static void datagrams_have_no_state(void **state)
{
	struct socket socket = tcp(AF_INET, v4("0.0.0.0", 53), v4("0.0.0.0", 0), SOCKET_CLOSE);

	(void)state;
	socket.kind = SOCKET_UDP;
	is(&socket, "0.0.0.0:53");
	/* The kernel says how much memory they take, not how much is in them. */
	socket.queues_known = true;
	socket.received = 768;
	is(&socket, "0.0.0.0:53, packets waiting to be read");
	socket.received = 0;
	socket.inet.local = v4("127.0.0.1", 5000);
	socket.inet.remote = v4("127.0.0.53", 53);
	is(&socket, "127.0.0.1:5000 → 127.0.0.53:53");
	socket.inet.remote = v4("0.0.0.0", 0);
	socket.kind = SOCKET_PING;
	is(&socket, "127.0.0.1, id 5000");
	socket.kind = SOCKET_RAW;
	socket.protocol = 1;
	is(&socket, "icmp 127.0.0.1");
	socket.protocol = 253;
	socket.inet.remote = v4("10.0.0.1", 0);
	is(&socket, "protocol 253 127.0.0.1 → 10.0.0.1");
}

static void unix_sockets_have_a_type_a_name_and_somebody(void **state)
{
	struct socket bus = { .kind = SOCKET_UNIX,
			      .type = SOCK_STREAM,
			      .state = SOCKET_LISTEN,
			      .un.name = text_of("/run/user/1000/bus") };
	struct socket client = { .kind = SOCKET_UNIX,
				 .type = SOCK_STREAM,
				 .state = SOCKET_ESTABLISHED };
	struct socket_view view = { .socket = &client, .peer = &bus, .utf8 = true };

	(void)state;
	is(&bus, "stream /run/user/1000/bus LISTEN");
	is(&client, "stream");
	reads(&view, "stream /run/user/1000/bus");
	view.peer_word = text_of("dbus-daemon (1730:41)");
	reads(&view, "stream → dbus-daemon (1730:41) /run/user/1000/bus");
	client.queues_known = true;
	client.received = 3;
	client.unsent = 768;
	reads(&view,
	      "stream → dbus-daemon (1730:41) /run/user/1000/bus, 3B waiting to be read, not "
	      "all read there yet");
	client.queues_known = false;
	client.type = SOCK_SEQPACKET;
	client.un.name = text_of("@a path");
	is(&client, "seqpacket ./@a path");
}

static void an_abstract_name_is_left_as_it_is(void **state)
{
	static const char wanted[] = "dgram @a\0\033[2J";
	struct socket socket = { .kind = SOCKET_UNIX,
				 .type = SOCK_DGRAM,
				 .state = SOCKET_CLOSE,
				 .un = { .name = LITERAL("a\0\033[2J"), .abstract = true } };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	check_text(socket_detail(&arena, &(struct socket_view){ .socket = &socket }),
		   LITERAL(wanted));
	arena_end(&arena);
	socket.un.name = (struct text){ 0 };
	is(&socket, "dgram @");
}

static void netlink_packet_and_vsock_say_what_they_are_for(void **state)
{
	unsigned long groups[] = { 1 | 1 << 4, 1 };
	struct socket netlink = { .kind = SOCKET_NETLINK, .protocol = NETLINK_ROUTE };
	struct socket packet = { .kind = SOCKET_PACKET, .type = SOCK_RAW, .protocol = 3 };
	struct socket vsock = { .kind = SOCKET_VSOCK,
				.state = SOCKET_LISTEN,
				.vsock = { VMADDR_CID_ANY, 5000, VMADDR_CID_ANY,
					   VMADDR_PORT_ANY } };

	(void)state;
	is(&netlink, "route");
	netlink.netlink.portid = 742;
	netlink.netlink.groups = (struct text){ (char *)groups, sizeof(groups) };
	is(&netlink,
	   sizeof(long) == 8 ? "route, port 742, groups 1 5 65" : "route, port 742, groups 1 5 33");
	netlink.protocol = 99;
	netlink.netlink.groups.len = 3;
	is(&netlink, "protocol 99, port 742");
	is(&packet, "raw all on every interface");
	packet.protocol = 0x1234;
	packet.interface = 2;
	reads(&(struct socket_view){ .socket = &packet, .interface = "eth0" },
	      "raw 0x1234 on eth0");
	is(&vsock, "*:5000 LISTEN");
	vsock = (struct socket){ .kind = SOCKET_VSOCK,
				 .state = SOCKET_ESTABLISHED,
				 .vsock = { 3, 40000, 2, 5000 } };
	is(&vsock, "3:40000 → 2:5000 ESTABLISHED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_has_two_ends_and_a_state),
		cmocka_unit_test(who_listens_has_one),
		cmocka_unit_test(queues_are_told_when_something_is_in_them),
		cmocka_unit_test(datagrams_have_no_state),
		cmocka_unit_test(unix_sockets_have_a_type_a_name_and_somebody),
		cmocka_unit_test(an_abstract_name_is_left_as_it_is),
		cmocka_unit_test(netlink_packet_and_vsock_say_what_they_are_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
