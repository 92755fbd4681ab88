/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "scan/socket_told.h"

static size_t put(char *bytes, size_t at, const struct wire_socket *socket, const char *tail)
{
	memcpy(bytes + at, socket, sizeof(*socket));
	memcpy(bytes + at + sizeof(*socket), tail, socket->len);
	return at + sizeof(*socket) + socket->len;
}

static void records_come_one_by_one_and_a_cut_one_never(void **state)
{
	const struct wire_socket named = { .ino = 7, .kind = WIRE_UNIX, .len = 5 },
				 bare = { .ino = 8, .kind = WIRE_TCP };
	char bytes[512];
	size_t one = put(bytes, 0, &named, "/sock"), two = put(bytes, one, &bare, "");
	struct text records = { bytes, two }, tail;
	struct wire_socket told;

	(void)state;
	assert_true(socket_told_next(&records, &told, &tail));
	assert_true(told.ino == 7 && text_is(tail, "/sock"));
	assert_true(socket_told_next(&records, &told, &tail));
	assert_true(told.ino == 8 && !tail.len);
	assert_false(socket_told_next(&records, &told, &tail));
	for (size_t len = 0; len < one; len++) {
		records = (struct text){ bytes, len };
		assert_false(socket_told_next(&records, &told, &tail));
	}
}

static void names_of_unix_sockets_are_paths_or_abstract(void **state)
{
	struct wire_socket told = { .kind = WIRE_UNIX,
				    .family = AF_UNIX,
				    .un.vfs_dev = 8 << 20 | 1 };
	struct socket socket;

	(void)state;
	told.un.vfs_ino = 0x100000005;
	socket_told_take(&told, (struct text){ "/a\0", 3 }, &socket);
	assert_true(!socket.un.abstract && text_is(socket.un.name, "/a"));
	assert_true(socket.un.vfs_ino == 5 && socket.un.vfs_dev == 0x801);
	socket_told_take(&told, (struct text){ "\0a\0", 3 }, &socket);
	assert_true(socket.un.abstract && socket.un.name.len == 2);
	socket_told_take(&told, (struct text){ 0 }, &socket);
	assert_true(!socket.un.abstract && !socket.un.name.len);
}

static void addresses_are_kept_alike_whatever_their_family(void **state)
{
	struct wire_socket told = { .kind = WIRE_TCP, .family = AF_INET };
	struct socket v4, v6;

	(void)state;
	inet_pton(AF_INET, "127.0.0.1", told.inet.local);
	told.inet.local_port = 8080;
	socket_told_take(&told, (struct text){ 0 }, &v4);
	told.family = AF_INET6;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", told.inet.local);
	socket_told_take(&told, (struct text){ 0 }, &v6);
	assert_true(endpoint_is_v4(&v4.inet.local));
	assert_true(endpoint_equal(&v4.inet.local, &v6.inet.local));
}

static void a_raw_socket_has_a_protocol_and_no_port(void **state)
{
	const struct wire_socket told = {
		.kind = WIRE_RAW, .family = AF_INET, .protocol = 255, .inet.local_port = 255
	};
	struct socket socket;

	(void)state;
	socket_told_take(&told, (struct text){ 0 }, &socket);
	assert_true(socket.protocol == 255 && !socket.inet.local.port);
}

static void queues_that_are_doubted_are_not_told(void **state)
{
	struct wire_socket told = { .kind = WIRE_UNIX, .is = WIRE_QUEUED, .received = 5 };
	struct socket socket;

	(void)state;
	socket_told_take(&told, (struct text){ 0 }, &socket);
	assert_true(socket.queues_known && socket.received == 5);
	told.is |= WIRE_DOUBTED;
	socket_told_take(&told, (struct text){ 0 }, &socket);
	assert_false(socket.queues_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_one_by_one_and_a_cut_one_never),
		cmocka_unit_test(names_of_unix_sockets_are_paths_or_abstract),
		cmocka_unit_test(addresses_are_kept_alike_whatever_their_family),
		cmocka_unit_test(a_raw_socket_has_a_protocol_and_no_port),
		cmocka_unit_test(queues_that_are_doubted_are_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
