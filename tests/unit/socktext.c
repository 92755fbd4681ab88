/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/socktext.h: lines of /proc/PID/net. On real sockets: sockdiag.c. */
#include "kernel/socktext.h"

#include <errno.h>
#include <sys/socket.h>

#include "check.h"

static struct socket parsed(enum socket_kind kind, bool v6, const char *line)
{
	struct socket socket = { 0 };

	assert_int_equal(socktext_parse(kind, v6, text_of(line), &socket), 0);
	return socket;
}

static void refused(enum socket_kind kind, bool v6, const char *line)
{
	struct socket socket = { .ino = 77 };

	assert_int_equal(socktext_parse(kind, v6, text_of(line), &socket), -EINVAL);
	assert_int_equal(socket.ino, 77);
}

static void a_line_of_tcp_is_read(void **state)
{
	struct socket socket = parsed(
		SOCKET_TCP, false,
		"   3: 0100007F:9C40 0200007F:1F90 01 00000010:0000A000 02:00000A00 00000000  1000"
		"        0 123456 2 000000006d15db63 20 4 30 10 -1");
	static const uint8_t local[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1 };

	(void)state;
	assert_int_equal(socket.ino, 123456);
	assert_int_equal(socket.family, AF_INET);
	assert_int_equal(socket.state, SOCKET_ESTABLISHED);
	assert_int_equal(socket.uid, 1000);
	assert_int_equal(socket.unsent, 16);
	assert_int_equal(socket.received, 0xa000);
	assert_int_equal(socket.inet.local.port, 40000);
	assert_int_equal(socket.inet.remote.port, 8080);
	if (htobe32(1) != 1) /* the file has them as this machine does */
		assert_memory_equal(socket.inet.local.address, local, sizeof(local));
}

static void a_line_of_tcp6_is_read(void **state)
{
	struct socket socket = parsed(
		SOCKET_TCP, true,
		"   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A "
		"00000000:00000000 00:00000000 00000000     0        0 42 1 0 100 0 0 10 0");

	(void)state;
	assert_int_equal(socket.family, AF_INET6);
	assert_int_equal(socket.state, SOCKET_LISTEN);
	assert_int_equal(socket.inet.local.port, 22);
	assert_true(endpoint_is_any(&socket.inet.remote));
	if (htobe32(1) != 1)
		assert_int_equal(socket.inet.local.address[15], 1);
}

static void headings_and_scraps_are_no_lines(void **state)
{
	(void)state;
	refused(SOCKET_TCP, false,
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
		"timeout inode");
	refused(SOCKET_TCP, false, "   0: 0100007F:9C40 0100007F:1F90 01 00000000:00000000");
	refused(SOCKET_TCP, true,
		"   3: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 02:00000A00 00000000  1000 0 "
		"123456 2");
	refused(SOCKET_TCP, false, "");
	refused(SOCKET_UNIX, false, "Num       RefCount Protocol Flags    Type St Inode Path");
	refused(SOCKET_PACKET, false, "sk RefCnt Type Proto  Iface R Rmem   User   Inode");
	refused(SOCKET_NETLINK, false,
		"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks Drops Inode");
	refused(SOCKET_VSOCK, false, "1 2 3 4 5 6 7 8 9 10");
}

static void a_line_of_unix_is_read(void **state)
{
	struct socket socket =
		parsed(SOCKET_UNIX, false,
		       "0000000000000000: 00000002 00000000 00010000 0001 01  1666 /run/a b ");

	(void)state;
	assert_int_equal(socket.ino, 1666);
	assert_int_equal(socket.type, SOCK_STREAM);
	assert_int_equal(socket.state, SOCKET_LISTEN);
	assert_false(socket.un.peer_known);
	check_string(socket.un.name, "/run/a b ");
	socket = parsed(SOCKET_UNIX, false,
			"0000000000000000: 00000002 00000000 00000000 0002 03 1667 @x@y");
	assert_true(socket.un.abstract);
	assert_int_equal(socket.state, SOCKET_ESTABLISHED);
	check_string(socket.un.name, "x@y");
	socket = parsed(SOCKET_UNIX, false,
			"0000000000000000: 00000002 00000000 00000000 0005 01 1668");
	assert_false(socket.un.abstract);
	assert_int_equal(socket.un.name.len, 0);
}

static void lines_of_packet_and_netlink_are_read(void **state)
{
	struct socket socket =
		parsed(SOCKET_PACKET, false,
		       "00000000c54f6cc2 3      3    88cc   2     1 0      1000   6117  ");

	(void)state;
	assert_int_equal(socket.ino, 6117);
	assert_int_equal(socket.protocol, 0x88cc);
	assert_int_equal(socket.interface, 2);
	assert_int_equal(socket.type, SOCK_RAW);
	assert_int_equal(socket.uid, 1000);
	socket = parsed(SOCKET_NETLINK, false,
			"00000000c957efdc 15  4294963071 00000002 0        0        0     2        "
			"0        1591    ");
	assert_int_equal(socket.ino, 1591);
	assert_int_equal(socket.protocol, 15);
	assert_int_equal(socket.netlink.portid, 4294963071U);
}

static void the_protocol_of_a_raw_socket_stands_where_others_have_a_port(void **state)
{
	struct socket socket = parsed(
		SOCKET_RAW, false,
		"   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000 "
		"0 0 9 2 0 0");

	(void)state;
	assert_int_equal(socket.protocol, 1);
	assert_int_equal(socket.inet.local.port, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_tcp_is_read),
		cmocka_unit_test(a_line_of_tcp6_is_read),
		cmocka_unit_test(headings_and_scraps_are_no_lines),
		cmocka_unit_test(a_line_of_unix_is_read),
		cmocka_unit_test(lines_of_packet_and_netlink_are_read),
		cmocka_unit_test(the_protocol_of_a_raw_socket_stands_where_others_have_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
