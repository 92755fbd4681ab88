/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/idle.h: whatever may have a descriptor on its way is not idle. */
#include "scan/idle.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ownfd.h"

struct pair {
	int ends[2];
};

static struct pair pair_of(int type)
{
	struct pair pair;

	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair.ends), 0);
	return pair;
}

static void close_pair(struct pair pair)
{
	close(pair.ends[0]);
	close(pair.ends[1]);
}

static bool is_idle(int fd)
{
	struct idle *idle = idle_begin();
	struct stat stat;

	assert_non_null(idle);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(stat.st_dev, idle->device);
	bool is = idle_has(idle, stat.st_ino);
	idle_end(idle);
	return is;
}

/** A descriptor, and `bytes` of data with it. */
static void send_descriptor(int socket, size_t bytes, int flags)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char text[] = "123";
	struct iovec data = { text, bytes };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &socket, sizeof(socket));
	assert_int_equal(sendmsg(socket, &message, flags), bytes);
}

/** What the socket itself says: the word that idle spares us. Linux 5.6. */
static bool in_flight(int fd)
{
	struct text info = ownfd_info(fd), line;

	while (text_next(&info, '\n', &line)) {
		if (text_is(line, "scm_fds: 1"))
			return true;
	}
	return false;
}

static void two_that_are_connected_and_silent_are_idle(void **state)
{
	struct pair stream = pair_of(SOCK_STREAM), packets = pair_of(SOCK_SEQPACKET);

	(void)state;
	if (!is_idle(stream.ends[0]))
		skip_because("the kernel has no table of unix sockets: CONFIG_UNIX_DIAG");
	assert_true(is_idle(stream.ends[1]));
	assert_true(is_idle(packets.ends[0]));
	assert_true(is_idle(packets.ends[1]));
	close_pair(stream);
	close_pair(packets);
}

static void what_waits_to_be_read_is_not_idle_until_then(void **state)
{
	struct pair pair = pair_of(SOCK_STREAM);
	char bytes[3];

	(void)state;
	assert_int_equal(write(pair.ends[0], "123", 3), 3);
	assert_false(is_idle(pair.ends[1]));
	assert_int_equal(read(pair.ends[1], bytes, 1), 1);
	assert_false(is_idle(pair.ends[1]));
	assert_int_equal(read(pair.ends[1], bytes, 3), 2);
	assert_int_equal(is_idle(pair.ends[1]), is_idle(pair.ends[0]));
	close_pair(pair);
}

static void a_descriptor_with_no_byte_beside_it_waits_too(void **state)
{
	struct pair pair = pair_of(SOCK_SEQPACKET);

	(void)state;
	send_descriptor(pair.ends[0], 0, 0);
	assert_true(in_flight(pair.ends[1]));
	assert_false(is_idle(pair.ends[1]));
	close_pair(pair);
}

static void a_descriptor_whose_urgent_byte_was_read_waits_too(void **state)
{
	struct pair pair = pair_of(SOCK_STREAM);
	char byte;

	(void)state;
	send_descriptor(pair.ends[0], 1, MSG_OOB);
	assert_int_equal(recv(pair.ends[1], &byte, 1, MSG_OOB), 1);
	if (!in_flight(pair.ends[1]))
		skip_because("this kernel forgets it with the byte");
	assert_false(is_idle(pair.ends[1]));
	close_pair(pair);
}

static void whom_anybody_may_send_to_is_not_idle(void **state)
{
	struct pair pair = pair_of(SOCK_DGRAM);

	(void)state;
	assert_false(is_idle(pair.ends[0]));
	assert_false(is_idle(pair.ends[1]));
	close_pair(pair);
}

static void of_one_whose_peer_is_gone_nothing_is_known(void **state)
{
	struct pair pair = pair_of(SOCK_SEQPACKET);

	(void)state;
	send_descriptor(pair.ends[0], 0, 0);
	close(pair.ends[0]);
	assert_false(is_idle(pair.ends[1]));
	close(pair.ends[1]);
}

static void nor_of_one_that_was_not_accepted_yet(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	/* A name of the kernel's choice: unix(7), autobind. */
	assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	length = sizeof(address);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, length), 0);
	assert_false(is_idle(client));
	assert_false(is_idle(listener));
	close(client);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_that_are_connected_and_silent_are_idle),
		cmocka_unit_test(what_waits_to_be_read_is_not_idle_until_then),
		cmocka_unit_test(a_descriptor_with_no_byte_beside_it_waits_too),
		cmocka_unit_test(a_descriptor_whose_urgent_byte_was_read_waits_too),
		cmocka_unit_test(whom_anybody_may_send_to_is_not_idle),
		cmocka_unit_test(of_one_whose_peer_is_gone_nothing_is_known),
		cmocka_unit_test(nor_of_one_that_was_not_accepted_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
