/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/sockdiag.h and socktext.h, on real sockets: both tables tell the same. */
#include "kernel/sockdiag.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "kernel/procfile.h"
#include "kernel/socktext.h"
#include "scratch.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum { NAME_MAX_BYTES = 128 };

/** What is looked for in a table, and what was found; texts are copied. */
struct search {
	uint64_t ino;
	unsigned int seen;
	struct socket socket;
	char name[NAME_MAX_BYTES];
	char groups[NAME_MAX_BYTES];
};

static void copy_text(struct text *text, char *room)
{
	assert_true(text->len <= NAME_MAX_BYTES);
	if (text->len)
		memcpy(room, text->bytes, text->len);
	text->bytes = room;
}

static void look(void *context, const struct socket *socket)
{
	struct search *search = context;

	if (socket->ino != search->ino)
		return;
	search->seen++;
	search->socket = *socket;
	if (socket->kind == SOCKET_UNIX)
		copy_text(&search->socket.un.name, search->name);
	if (socket->kind == SOCKET_NETLINK)
		copy_text(&search->socket.netlink.groups, search->groups);
}

static uint64_t ino_of(int fd)
{
	struct stat stat;

	assert_int_equal(fstat(fd, &stat), 0);
	return stat.st_ino;
}

/** The socket `fd` in the table of sock_diag, or, with `text`, in that of /proc. 0 or -errno. */
static int find_in(int fd, enum socket_kind kind, bool text, struct search *search)
{
	struct mnl_socket *diag;
	int rc;

	*search = (struct search){ .ino = ino_of(fd) };
	if (text) {
		int net = open("/proc/self/net", O_PATH | O_DIRECTORY | O_CLOEXEC);

		rc = socktext_read(net, kind, look, search);
		close(net);
	} else {
		assert_int_equal(sockdiag_open(&diag), 0);
		rc = sockdiag_dump(diag, kind, look, search);
		mnl_socket_close(diag);
	}
	/* A netlink socket with groups is in two lists: net/netlink/diag.c. */
	if (!rc)
		assert_in_range(search->seen, 1, kind == SOCKET_NETLINK ? 2 : 1);
	return rc;
}

/** The same in both tables, as far as this kernel has them; what sock_diag says, if it does. */
static struct search find(int fd, enum socket_kind kind)
{
	struct search diag, text;
	int diag_rc = find_in(fd, kind, false, &diag), text_rc = find_in(fd, kind, true, &text);

	assert_true(diag_rc == 0 || diag_rc == -ENOENT);
	assert_true(text_rc == 0 || text_rc == -ENOENT);
	if (diag_rc && text_rc)
		skip_because("this kernel has no table of %s sockets", socket_kind_word(kind));
	if (diag_rc)
		return text;
	if (text_rc)
		return diag;
	assert_int_equal(diag.socket.kind, text.socket.kind);
	assert_int_equal(diag.socket.family, text.socket.family);
	assert_int_equal(diag.socket.state, text.socket.state);
	assert_int_equal(diag.socket.protocol, text.socket.protocol);
	if (text.socket.uid_known && diag.socket.uid_known)
		assert_int_equal(diag.socket.uid, text.socket.uid);
	if (diag.socket.family == AF_INET || diag.socket.family == AF_INET6) {
		assert_true(endpoint_equal(&diag.socket.inet.local, &text.socket.inet.local));
		assert_true(endpoint_equal(&diag.socket.inet.remote, &text.socket.inet.remote));
		assert_int_equal(diag.socket.received, text.socket.received);
	}
	return diag;
}

/** A socket, or a skipped test where there are none of the kind. */
static int make(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		skip_because("no such socket here: %s", strerror(errno));
	return fd;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

/** The loopback of this family, or, with `any`, every address. */
static socklen_t address_of(int family, bool any, union address *out)
{
	*out = (union address){ 0 };
	out->any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		out->v4.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK);
		return sizeof(out->v4);
	}
	if (!any)
		out->v6.sin6_addr = in6addr_loopback;
	return sizeof(out->v6);
}

/** Bind it there, to any port; which one. */
static uint16_t bind_to(int fd, int family, bool any)
{
	union address address;
	socklen_t size = address_of(family, any, &address);

	if (bind(fd, &address.any, size))
		skip_because("cannot bind here: %s", strerror(errno));
	assert_int_equal(getsockname(fd, &address.any, &size), 0);
	return ntohs(address.v4.sin_port);
}

static void connect_to(int fd, int to)
{
	union address address;
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(to, &address.any, &size), 0);
	assert_int_equal(connect(fd, &address.any, size), 0);
}

static void check_loopback_v4(const struct endpoint *endpoint, uint16_t port)
{
	static const uint8_t bytes[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1 };

	assert_memory_equal(endpoint->address, bytes, sizeof(bytes));
	assert_int_equal(endpoint->port, port);
}

static void a_listening_tcp_socket_tells_its_address(void **state)
{
	int fd = make(AF_INET, SOCK_STREAM, 0);
	uint16_t port = bind_to(fd, AF_INET, false);

	(void)state;
	assert_int_equal(listen(fd, 7), 0);
	struct search found = find(fd, SOCKET_TCP);
	check_loopback_v4(&found.socket.inet.local, port);
	assert_int_equal(found.socket.inet.remote.port, 0);
	assert_int_equal(found.socket.state, SOCKET_LISTEN);
	assert_int_equal(found.socket.uid, geteuid());
	assert_int_equal(found.socket.received, 0);
	assert_int_equal(found.socket.unsent, 7);
	close(fd);
}

static void both_ends_of_a_connection_are_found(void **state)
{
	int listener = make(AF_INET, SOCK_STREAM, 0), client = make(AF_INET, SOCK_STREAM, 0);
	uint16_t port = bind_to(listener, AF_INET, false);

	(void)state;
	assert_int_equal(listen(listener, 7), 0);
	connect_to(client, listener);
	assert_int_equal(find(listener, SOCKET_TCP).socket.received, 1);
	int server = accept(listener, NULL, NULL);
	assert_true(server >= 0);
	assert_int_equal(write(client, "12345", 5), 5);
	/* What waits to be read is there once it can be read. */
	assert_int_equal(recv(server, (char[5]){ 0 }, 5, MSG_PEEK | MSG_WAITALL), 5);
	struct search one = find(client, SOCKET_TCP), other = find(server, SOCKET_TCP);
	assert_int_equal(one.socket.state, SOCKET_ESTABLISHED);
	check_loopback_v4(&one.socket.inet.remote, port);
	assert_true(endpoint_equal(&one.socket.inet.local, &other.socket.inet.remote));
	assert_true(endpoint_equal(&one.socket.inet.remote, &other.socket.inet.local));
	assert_int_equal(other.socket.received, 5);
	close(server);
	close(client);
	close(listener);
}

static void an_ipv6_socket_says_whether_it_takes_ipv4(void **state)
{
	int fd = make(AF_INET6, SOCK_STREAM, 0), only = make(AF_INET6, SOCK_STREAM, 0), on = 1;

	(void)state;
	assert_int_equal(setsockopt(only, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
	bind_to(fd, AF_INET6, true);
	bind_to(only, AF_INET6, true);
	assert_int_equal(listen(fd, 1) + listen(only, 1), 0);
	struct search found = find(fd, SOCKET_TCP), found_only = find(only, SOCKET_TCP);
	assert_true(endpoint_is_any(&found.socket.inet.local));
	assert_false(endpoint_is_v4(&found.socket.inet.local));
	assert_false(found.socket.inet.only_v6);
	assert_true(found_only.socket.inet.only_v6);
	close(only);
	close(fd);
}

static void ipv4_over_an_ipv6_socket_has_the_same_address(void **state)
{
	int listener = make(AF_INET6, SOCK_STREAM, 0), client = make(AF_INET, SOCK_STREAM, 0);
	uint16_t port = bind_to(listener, AF_INET6, true);
	union address address;
	socklen_t size = address_of(AF_INET, false, &address);

	(void)state;
	assert_int_equal(listen(listener, 1), 0);
	address.v4.sin_port = htons(port);
	assert_int_equal(connect(client, &address.any, size), 0);
	int server = accept(listener, NULL, NULL);
	struct search one = find(client, SOCKET_TCP), other = find(server, SOCKET_TCP);
	assert_int_equal(one.socket.family, AF_INET);
	assert_int_equal(other.socket.family, AF_INET6);
	assert_true(endpoint_equal(&one.socket.inet.local, &other.socket.inet.remote));
	assert_true(endpoint_equal(&one.socket.inet.remote, &other.socket.inet.local));
	close(server);
	close(client);
	close(listener);
}

static void a_bound_tcp_socket_that_does_nothing_is_found(void **state)
{
	int fd = make(AF_INET, SOCK_STREAM, 0);
	uint16_t port = bind_to(fd, AF_INET, false);
	struct search found = { .ino = ino_of(fd) };
	struct mnl_socket *diag;

	(void)state;
	assert_int_equal(sockdiag_open(&diag), 0);
	assert_int_equal(sockdiag_dump(diag, SOCKET_TCP, look, &found), 0);
	mnl_socket_close(diag);
	close(fd);
	if (!found.seen)
		skip_because("this kernel does not list what is only bound (Linux 6.8)");
	check_loopback_v4(&found.socket.inet.local, port);
	assert_int_equal(found.socket.state, SOCKET_CLOSE);
}

static void datagram_sockets_are_found(void **state)
{
	int fd = make(AF_INET, SOCK_DGRAM, 0), other = make(AF_INET, SOCK_DGRAM, 0);
	uint16_t port = bind_to(fd, AF_INET, false);

	(void)state;
	connect_to(other, fd);
	struct search found = find(fd, SOCKET_UDP), connected = find(other, SOCKET_UDP);
	check_loopback_v4(&found.socket.inet.local, port);
	assert_int_equal(found.socket.state, SOCKET_CLOSE);
	check_loopback_v4(&connected.socket.inet.remote, port);
	assert_int_equal(connected.socket.state, SOCKET_ESTABLISHED);
	close(other);
	close(fd);
}

static void udplite_sockets_are_found(void **state)
{
	int fd = make(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
	uint16_t port = bind_to(fd, AF_INET, false);
	struct search found = find(fd, SOCKET_UDPLITE);

	(void)state;
	check_loopback_v4(&found.socket.inet.local, port);
	close(fd);
}

static void raw_sockets_tell_their_protocol_and_no_port(void **state)
{
	int fd = make(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	(void)state;
	bind_to(fd, AF_INET, false);
	struct search found = find(fd, SOCKET_RAW);
	assert_int_equal(found.socket.protocol, IPPROTO_ICMP);
	check_loopback_v4(&found.socket.inet.local, 0);
	close(fd);
}

/** The last test: who may ping is a setting of the namespace, so it has one of its own. */
static void ping_sockets_are_found(void **state)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	(void)state;
	if (unshare(CLONE_NEWNET))
		skip_because("cannot have a network namespace: %s", strerror(errno));
	int setting = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY | O_CLOEXEC);
	if (setting < 0 || write(setting, "0 100000", 8) != 8)
		skip_because("cannot set who may ping: %s", strerror(errno));
	close(setting);
	int fd = make(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	uint16_t port = bind_to(fd, AF_INET, false);
	struct search found = find(fd, SOCKET_PING);
	check_loopback_v4(&found.socket.inet.local, port);
	close(fd);
}

static void mptcp_sockets_are_found(void **state)
{
	int fd = make(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	uint16_t port = bind_to(fd, AF_INET, false);

	(void)state;
	assert_int_equal(listen(fd, 1), 0);
	struct search found = find(fd, SOCKET_MPTCP);
	check_loopback_v4(&found.socket.inet.local, port);
	assert_int_equal(found.socket.state, SOCKET_LISTEN);
	close(fd);
}

static socklen_t unix_address(struct text name, union address *out)
{
	*out = (union address){ .un = { .sun_family = AF_UNIX } };
	memcpy(out->un.sun_path, name.bytes, name.len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name.len);
}

static int unix_listening(struct text name)
{
	union address address;
	socklen_t size = unix_address(name, &address);
	int fd = make(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, &address.any, size), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static int unix_connected(struct text name)
{
	union address address;
	socklen_t size = unix_address(name, &address);
	int fd = make(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, &address.any, size), 0);
	return fd;
}

static void a_unix_socket_tells_its_path_and_its_file(void **state)
{
	struct stat stat;
	int fd = unix_listening(LITERAL("a socket\n"));
	struct search found, text;

	(void)state;
	assert_int_equal(find_in(fd, SOCKET_UNIX, false, &found), 0);
	check_string(found.socket.un.name, "a socket\n");
	assert_false(found.socket.un.abstract);
	assert_int_equal(found.socket.state, SOCKET_LISTEN);
	assert_int_equal(found.socket.type, SOCK_STREAM);
	assert_int_equal(lstat("a socket\n", &stat), 0);
	assert_int_equal(found.socket.un.vfs_ino, (uint32_t)stat.st_ino);
	/* On btrfs and overlay a file has another device than its superblock. */
	if (found.socket.un.vfs_dev != stat.st_dev)
		print_message("device %lx of the socket, %lx of its file\n",
			      (unsigned long)found.socket.un.vfs_dev, (unsigned long)stat.st_dev);
	assert_int_equal(find_in(fd, SOCKET_UNIX, true, &text), 0);
	check_string(text.socket.un.name, "a socket");
	assert_int_equal(text.socket.state, SOCKET_LISTEN);
	close(fd);
}

static void the_device_of_a_unix_socket_is_that_of_its_filesystem(void **state)
{
	struct stat stat;
	struct search found;
	char name[] = "/dev/shm/procowl-unit-XXXXXX";

	(void)state;
	/* A tmpfs says the same everywhere. */
	if (!mkdtemp(name) || chdir(name))
		skip_because("cannot write to /dev/shm");
	int fd = unix_listening(LITERAL("s"));
	assert_int_equal(lstat("s", &stat), 0);
	assert_int_equal(find_in(fd, SOCKET_UNIX, false, &found), 0);
	unlink("s");
	rmdir(name);
	close(fd);
	assert_int_equal(found.socket.un.vfs_dev, stat.st_dev);
}

static void an_abstract_name_may_hold_any_byte(void **state)
{
	char name[] = "\0procowl-unit \0\033[2J\n@PID_";
	pid_t pid = getpid();
	struct search found, text;

	(void)state;
	memcpy(name + sizeof(name) - 1 - sizeof(pid), &pid, sizeof(pid));
	int fd = unix_listening((struct text){ name, sizeof(name) - 1 });
	assert_int_equal(find_in(fd, SOCKET_UNIX, false, &found), 0);
	assert_true(found.socket.un.abstract);
	assert_int_equal(found.socket.un.vfs_ino, 0);
	check_text(found.socket.un.name, ((struct text){ name + 1, sizeof(name) - 2 }));
	assert_int_equal(find_in(fd, SOCKET_UNIX, true, &text), 0);
	assert_true(text.socket.un.abstract);
	close(fd);
}

static void look_pending(void *context, const struct socket *socket)
{
	struct search *search = context;

	if (socket->ino != search->ino)
		return;
	search->seen++;
	search->socket = *socket;
	copy_text(&search->socket.un.pending, search->name);
}

static void who_waits_to_be_accepted_is_told_by_the_listener(void **state)
{
	int listener = unix_listening(LITERAL("s")), client = unix_connected(LITERAL("s"));
	struct search found, waiting = { .ino = ino_of(listener) };
	struct mnl_socket *diag;
	uint32_t ino;

	(void)state;
	assert_int_equal(find_in(client, SOCKET_UNIX, false, &found), 0);
	assert_int_equal(found.socket.un.peer, 0);
	assert_int_equal(find_in(listener, SOCKET_UNIX, false, &found), 0);
	assert_int_equal(found.socket.received, 1);
	assert_int_equal(sockdiag_open(&diag), 0);
	assert_int_equal(sockdiag_dump_pending(diag, look_pending, &waiting), 0);
	mnl_socket_close(diag);
	assert_int_equal(waiting.socket.un.pending.len, sizeof(ino));
	memcpy(&ino, waiting.socket.un.pending.bytes, sizeof(ino));
	assert_int_equal(ino, ino_of(client));
	close(client);
	close(listener);
}

static void unix_sockets_know_each_other(void **state)
{
	int ends[2];
	struct search one, other;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(write(ends[0], "123", 3), 3);
	assert_int_equal(find_in(ends[0], SOCKET_UNIX, false, &one), 0);
	assert_int_equal(find_in(ends[1], SOCKET_UNIX, false, &other), 0);
	assert_true(one.socket.un.peer_known);
	assert_int_equal(one.socket.un.peer, ino_of(ends[1]));
	assert_int_equal(other.socket.un.peer, ino_of(ends[0]));
	assert_int_equal(other.socket.type, SOCK_SEQPACKET);
	assert_true(one.socket.unsent > 0);
	close(ends[0]);
	close(ends[1]);
}

static void packet_sockets_tell_protocol_and_interface(void **state)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(0x88cc),
				       .sll_ifindex = (int)if_nametoindex("lo") };
	int fd = make(AF_PACKET, SOCK_RAW, 0);
	struct mnl_socket *diag;
	char name[IF_NAMESIZE];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	struct search found = find(fd, SOCKET_PACKET);
	assert_int_equal(found.socket.protocol, 0x88cc);
	assert_int_equal(found.socket.interface, address.sll_ifindex);
	assert_int_equal(found.socket.type, SOCK_RAW);
	assert_int_equal(sockdiag_open(&diag), 0);
	assert_int_equal(sockdiag_interface(diag, found.socket.interface, name), 0);
	assert_string_equal(name, "lo");
	assert_int_equal(sockdiag_interface(diag, 1000000, name), -ENODEV);
	mnl_socket_close(diag);
	close(fd);
}

static void netlink_sockets_tell_protocol_and_groups(void **state)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 | 1 << 4 };
	socklen_t size = sizeof(address);
	int fd = make(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	unsigned long groups;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	struct search found = find(fd, SOCKET_NETLINK);
	assert_int_equal(found.socket.protocol, NETLINK_ROUTE);
	assert_int_equal(found.socket.netlink.portid, address.nl_pid);
	assert_true(found.socket.netlink.groups.len >= sizeof(groups));
	memcpy(&groups, found.groups, sizeof(groups));
	assert_int_equal(groups, 1 | 1 << 4);
	close(fd);
}

static void vsock_sockets_are_found(void **state)
{
	struct sockaddr_vm address = { .svm_family = AF_VSOCK,
				       .svm_port = VMADDR_PORT_ANY,
				       .svm_cid = VMADDR_CID_ANY };
	socklen_t size = sizeof(address);
	int fd = make(AF_VSOCK, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	struct search found = find(fd, SOCKET_VSOCK);
	assert_int_equal(found.socket.state, SOCKET_LISTEN);
	assert_int_equal(found.socket.vsock.port, address.svm_port);
	close(fd);
}

/** What the word for a descriptor of ours is. */
static int kind_of(int fd, char ret[SOCKET_WORD_MAX])
{
	char name[32], link[PATH_MAX + 1];
	struct text text;

	snprintf(name, sizeof(name), "self/fd/%d", fd);
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = procfile_link(proc, name, link, sizeof(link), &text);
	if (!rc)
		rc = socket_kind_read(proc, name, text, ret);
	if (!rc)
		assert_int_equal(socket_kind_read(proc, name, LITERAL("socket:[1]"), ret), -ESTALE);
	if (!rc)
		rc = socket_kind_read(proc, name, text, ret);
	close(proc);
	return rc;
}

static void what_no_table_lists_has_a_kind_too(void **state)
{
	static const struct {
		int family, type, protocol;
		const char *word;
	} sockets[] = {
		{ AF_INET, SOCK_STREAM, 0, "tcp" },
		{ AF_INET6, SOCK_STREAM, 0, "tcp" },
		{ AF_INET, SOCK_DGRAM, 0, "udp" },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE, "udplite" },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, "raw" },
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP, "ping" },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "mptcp" },
		{ AF_INET, SOCK_STREAM, IPPROTO_SCTP, "sctp" },
		{ AF_UNIX, SOCK_STREAM, 0, "unix" },
		{ AF_UNIX, SOCK_DGRAM, 0, "unix" },
		{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, "netlink" },
		{ AF_PACKET, SOCK_RAW, 0, "packet" },
		{ AF_VSOCK, SOCK_STREAM, 0, "vsock" },
		{ AF_ALG, SOCK_SEQPACKET, 0, "alg" },
		{ AF_XDP, SOCK_RAW, 0, "xdp" },
	};
	unsigned int seen = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sockets); i++) {
		char word[SOCKET_WORD_MAX];
		int fd = socket(sockets[i].family, sockets[i].type | SOCK_CLOEXEC,
				sockets[i].protocol);

		if (fd < 0)
			continue;
		assert_int_equal(kind_of(fd, word), 0);
		assert_string_equal(word, sockets[i].word);
		close(fd);
		seen++;
	}
	assert_true(seen >= 5);
}

static void a_word_says_which_tables_may_list_it(void **state)
{
	(void)state;
	assert_int_equal(socket_tables_of("unix"), 1 << SOCKET_UNIX);
	assert_int_equal(socket_tables_of("udplite"), 1 << SOCKET_UDPLITE);
	assert_int_equal(socket_tables_of("tcp"), 1 << SOCKET_TCP);
	assert_int_equal(socket_tables_of("mptcp"), 1 << SOCKET_MPTCP | 1 << SOCKET_TCP);
	assert_int_equal(socket_tables_of("alg"), 0);
	assert_int_equal(socket_tables_of(""), 0);
}

static void one_unix_socket_is_told_alone(void **state)
{
	int listener = unix_listening(LITERAL("a name")), pair[2];
	struct search search = { .ino = ino_of(listener) }, none = { 0 };
	struct mnl_socket *diag;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(sockdiag_open(&diag), 0);
	assert_int_equal(sockdiag_find_unix(diag, (uint32_t)search.ino, look, &search), 0);
	assert_int_equal(search.seen, 1);
	assert_int_equal(search.socket.state, SOCKET_LISTEN);
	assert_true(text_is(search.socket.un.name, "a name"));
	/* What is not there leaves nothing behind for who asks next. */
	assert_int_equal(sockdiag_find_unix(diag, 1, look, &none), -ENOENT);
	search = (struct search){ .ino = ino_of(pair[0]) };
	assert_int_equal(sockdiag_find_unix(diag, (uint32_t)search.ino, look, &search), 0);
	assert_int_equal(search.socket.un.peer, ino_of(pair[1]));
	assert_int_equal(search.socket.type, SOCK_DGRAM);
	search = (struct search){ .ino = ino_of(pair[1]) };
	assert_int_equal(sockdiag_dump(diag, SOCKET_UNIX, look, &search), 0);
	assert_int_equal(search.seen, 1);
	mnl_socket_close(diag);
	close(pair[0]);
	close(pair[1]);
	close(listener);
}

static void what_is_no_socket_is_not_asked(void **state)
{
	char word[SOCKET_WORD_MAX];
	int listener = unix_listening(LITERAL("socket:[1]"));
	int path = open("socket:[1]", O_PATH | O_CLOEXEC), file = open("f", O_CREAT | O_RDWR, 0644);

	(void)state;
	assert_int_equal(kind_of(file, word), -ENOTSOCK);
	/* The name of a unix socket is a file like others, on a filesystem that may hang. */
	assert_int_equal(kind_of(path, word), -ENOTSOCK);
	assert_int_equal(kind_of(1000000, word), -ENOENT);
	close(file);
	close(path);
	close(listener);
}

static void a_message_that_is_too_short_or_of_another_family_is_none(void **state)
{
	char bytes[256] __attribute__((aligned(8))) = { 0 };
	struct socket socket = { .ino = 77 };

	(void)state;
	for (unsigned int kind = 0; kind < SOCKET_KINDS; kind++) {
		enum socket_kind of = (enum socket_kind)kind;

		assert_int_equal(sockdiag_parse(of, (struct text){ bytes, 0 }, &socket), -EINVAL);
		assert_int_equal(sockdiag_parse(of, (struct text){ bytes, 15 }, &socket), -EINVAL);
		assert_int_equal(sockdiag_parse(of, (struct text){ bytes, 256 }, &socket), -EINVAL);
	}
	assert_int_equal(socket.ino, 77);
}

static void attributes_that_are_too_short_say_nothing(void **state)
{
	struct {
		struct unix_diag_msg head;
		struct {
			uint16_t len, type;
			char bytes[4];
		} attributes[3];
	} message = { .head = { .udiag_family = AF_UNIX, .udiag_ino = 5 },
		      .attributes = { { 6, UNIX_DIAG_PEER, "ab" },
				      { 6, UNIX_DIAG_RQLEN, "cd" },
				      { 60000, UNIX_DIAG_NAME, "no" } } };
	struct socket socket;

	(void)state;
	assert_int_equal(sockdiag_parse(SOCKET_UNIX,
					(struct text){ (char *)&message, sizeof(message) },
					&socket),
			 0);
	assert_int_equal(socket.ino, 5);
	assert_int_equal(socket.un.peer, 0);
	assert_false(socket.queues_known);
	assert_int_equal(socket.un.name.len, 0);
}

static void a_device_has_twelve_bits_and_twenty(void **state)
{
	struct {
		struct unix_diag_msg head;
		uint16_t len, type;
		struct unix_diag_vfs vfs;
	} message = { .head = { .udiag_family = AF_UNIX },
		      .len = 4 + sizeof(message.vfs),
		      .type = UNIX_DIAG_VFS,
		      .vfs = { 7, 259U << 20 | 70000 } };
	struct socket socket;

	(void)state;
	assert_int_equal(sockdiag_parse(SOCKET_UNIX,
					(struct text){ (char *)&message, sizeof(message) },
					&socket),
			 0);
	assert_int_equal(socket.un.vfs_ino, 7);
	assert_int_equal(socket.un.vfs_dev, makedev(259, 70000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listening_tcp_socket_tells_its_address),
		cmocka_unit_test(both_ends_of_a_connection_are_found),
		cmocka_unit_test(an_ipv6_socket_says_whether_it_takes_ipv4),
		cmocka_unit_test(ipv4_over_an_ipv6_socket_has_the_same_address),
		cmocka_unit_test(a_bound_tcp_socket_that_does_nothing_is_found),
		cmocka_unit_test(datagram_sockets_are_found),
		cmocka_unit_test(udplite_sockets_are_found),
		cmocka_unit_test(raw_sockets_tell_their_protocol_and_no_port),
		cmocka_unit_test(mptcp_sockets_are_found),
		scratch_test(a_unix_socket_tells_its_path_and_its_file),
		scratch_test(the_device_of_a_unix_socket_is_that_of_its_filesystem),
		cmocka_unit_test(an_abstract_name_may_hold_any_byte),
		scratch_test(who_waits_to_be_accepted_is_told_by_the_listener),
		cmocka_unit_test(unix_sockets_know_each_other),
		cmocka_unit_test(packet_sockets_tell_protocol_and_interface),
		cmocka_unit_test(netlink_sockets_tell_protocol_and_groups),
		cmocka_unit_test(vsock_sockets_are_found),
		cmocka_unit_test(what_no_table_lists_has_a_kind_too),
		cmocka_unit_test(a_word_says_which_tables_may_list_it),
		scratch_test(one_unix_socket_is_told_alone),
		scratch_test(what_is_no_socket_is_not_asked),
		cmocka_unit_test(a_message_that_is_too_short_or_of_another_family_is_none),
		cmocka_unit_test(attributes_that_are_too_short_say_nothing),
		cmocka_unit_test(a_device_has_twelve_bits_and_twenty),
		cmocka_unit_test(ping_sockets_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
