/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/sockets.h, socket_index.h, owners.h: sockets of all namespaces, their other ends, who has them. */
#include "scan/sockets.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "kernel/procfile.h"
#include "scan/owners.h"
#include "scan/socket_index.h"
#include "scratch.h"

enum { NOBODY = 65534, SKIPPED = 77 };

static uint64_t ino_of(int fd)
{
	struct stat stat;

	assert_int_equal(fstat(fd, &stat), 0);
	return stat.st_ino;
}

static struct source source_of_proc(void)
{
	struct source source;
	struct error err;

	assert_int_equal(source_procfs(NULL, &source, &err), 0);
	return source;
}

/** The sockets of one process's namespace. */
static struct sockets *sockets_of(const struct source *source, pid_t pid, unsigned int kinds)
{
	struct sockets *sockets = sockets_begin(source, kinds);

	assert_int_equal(sockets_add(sockets, (unsigned int)pid), 0);
	return sockets;
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/** A TCP socket that listens on 127.0.0.1; -1 when it cannot be. */
static int listen_on(uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, 5))
		return fd;
	return -1;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void both_ends_of_a_loopback_connection_find_each_other(void **state)
{
	struct source source = source_of_proc();
	int listener = listen_on(0), client = connect_to(port_of(listener));
	int server = accept(listener, NULL, NULL);
	struct sockets *sockets = sockets_of(&source, getpid(), 1 << SOCKET_TCP);
	const struct socket *one = sockets_find(sockets, ino_of(client)),
			    *other = sockets_find(sockets, ino_of(server));

	(void)state;
	assert_non_null(one);
	assert_non_null(other);
	assert_int_equal(sockets_peer(sockets, one), ino_of(server));
	assert_int_equal(sockets_peer(sockets, other), ino_of(client));
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(listener))), 0);
	assert_null(sockets_find(sockets, 0));
	assert_null(sockets_find(sockets, UINT64_MAX));
	sockets_end(sockets);
	close(server);
	close(client);
	close(listener);
	source_close(&source);
}

static void until_it_is_accepted_the_listener_is_the_other_end(void **state)
{
	struct source source = source_of_proc();
	int listener = listen_on(0), client = connect_to(port_of(listener));
	struct sockets *sockets = sockets_of(&source, getpid(), 1 << SOCKET_TCP);

	(void)state;
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(client))),
			 ino_of(listener));
	sockets_end(sockets);
	close(client);
	close(listener);
	source_close(&source);
}

static int unix_socket(const char *path, bool listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (listens)
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
					 listen(fd, 5),
				 0);
	else
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void unix_sockets_find_their_other_end(void **state)
{
	struct source source = source_of_proc();
	int listener = unix_socket("s", true), client = unix_socket("s", false);
	int server = accept(listener, NULL, NULL), waits = unix_socket("s", false);
	struct sockets *sockets = sockets_of(&source, getpid(), 1 << SOCKET_UNIX);

	(void)state;
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(client))),
			 ino_of(server));
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(server))),
			 ino_of(client));
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(waits))),
			 ino_of(listener));
	sockets_end(sockets);
	close(waits);
	close(server);
	close(client);
	close(listener);
	source_close(&source);
}

static void a_unix_socket_is_found_by_its_file_whatever_its_name(void **state)
{
	struct source source = source_of_proc();
	int listener = unix_socket("s", true);
	const struct socket **found;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_int_equal(rename("s", "t"), 0);
	struct sockets *sockets = sockets_of(&source, getpid(), 1 << SOCKET_UNIX);
	const struct socket *socket = sockets_find(sockets, ino_of(listener));
	assert_int_equal(sockets_by_file(sockets, socket->un.vfs_dev, socket->un.vfs_ino, &arena,
					 &found),
			 1);
	assert_ptr_equal(found[0], socket);
	assert_int_equal(sockets_by_file(sockets, socket->un.vfs_dev + 1, socket->un.vfs_ino,
					 &arena, &found),
			 0);
	sockets_end(sockets);
	arena_end(&arena);
	close(listener);
	source_close(&source);
}

static void a_port_is_found_by_its_protocol(void **state)
{
	struct source source = source_of_proc();
	int listener = listen_on(0), client = connect_to(port_of(listener));
	struct sockets *sockets = sockets_of(&source, getpid(), SOCKETS_ALL);
	const struct socket **found;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	/* The listening one, and the one that waits; the client has another port. */
	size_t count = sockets_by_port(sockets, false, port_of(listener), &arena, &found);
	assert_int_equal(count, 2);
	assert_true(found[0]->ino == ino_of(listener) || found[1]->ino == ino_of(listener));
	assert_int_equal(sockets_by_port(sockets, true, port_of(listener), &arena, &found), 0);
	sockets_end(sockets);
	arena_end(&arena);
	close(client);
	close(listener);
	source_close(&source);
}

enum { THESE_MAX = 128 };

/** Descriptors of ours, as a look finds them. */
struct these {
	struct open_file files[THESE_MAX];
	const struct open_file *pointers[THESE_MAX];
	char links[THESE_MAX][64];
	size_t count;
};

static void add_this(struct these *these, int fd)
{
	struct open_file *file = &these->files[these->count];
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	file->handle = (struct handle){ .pid = (unsigned int)getpid(), .fd = (unsigned int)fd };
	assert_int_equal(procfile_link(AT_FDCWD, name, these->links[these->count],
				       sizeof(these->links[0]), &file->link),
			 0);
	these->pointers[these->count++] = file;
}

/** Only these: what else there is stays out of it. */
static struct sockets *sockets_of_these(const struct source *source, const struct these *these,
					bool ends)
{
	struct sockets *sockets = sockets_begin(source, 0);

	assert_int_equal(sockets_add_these(sockets, these->pointers, these->count, ends, false), 0);
	return sockets;
}

static void a_few_unix_sockets_are_found_alone_with_their_other_ends(void **state)
{
	struct source source = source_of_proc();
	int listener = unix_socket("s", true), client = unix_socket("s", false);
	int server = accept(listener, NULL, NULL), waits = unix_socket("s", false), alone[2];
	struct these these = { 0 };

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, alone), 0);
	add_this(&these, client);
	add_this(&these, waits);
	struct sockets *sockets = sockets_of_these(&source, &these, false);
	const struct socket *socket = sockets_find(sockets, ino_of(client));
	assert_int_equal(sockets_peer(sockets, socket), ino_of(server));
	assert_true(text_is(sockets_find(sockets, ino_of(server))->un.name, "s"));
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(waits))),
			 ino_of(listener));
	assert_true(text_is(sockets_find(sockets, ino_of(listener))->un.name, "s"));
	assert_null(sockets_find(sockets, ino_of(alone[0])));
	/* The table has them, too, and has them once. */
	const struct socket **found;
	struct arena arena;
	arena_init(&arena);
	sockets_want(sockets, 1 << SOCKET_UNIX);
	assert_int_equal(sockets_add(sockets, (unsigned int)getpid()), 0);
	assert_non_null(sockets_find(sockets, ino_of(alone[0])));
	socket = sockets_find(sockets, ino_of(listener));
	assert_int_equal(sockets_by_file(sockets, socket->un.vfs_dev, socket->un.vfs_ino, &arena,
					 &found),
			 2); /* who listens, and whom it accepted */
	arena_end(&arena);
	sockets_end(sockets);
	close(alone[0]);
	close(alone[1]);
	close(waits);
	close(server);
	close(client);
	close(listener);
	source_close(&source);
}

static void many_unix_sockets_are_found_in_their_table(void **state)
{
	struct source source = source_of_proc();
	struct these these = { 0 };
	int pairs[THESE_MAX / 2];

	(void)state;
	for (size_t i = 0; i + 2 <= COUNT_OF(pairs); i += 2) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, &pairs[i]), 0);
		add_this(&these, pairs[i]);
	}
	struct sockets *sockets = sockets_of_these(&source, &these, false);
	for (size_t i = 0; i + 2 <= COUNT_OF(pairs); i += 2) {
		const struct socket *socket = sockets_find(sockets, ino_of(pairs[i]));
		assert_int_equal(sockets_peer(sockets, socket), ino_of(pairs[i + 1]));
	}
	sockets_end(sockets);
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		close(pairs[i]);
	source_close(&source);
}

static void only_the_tables_of_these_are_read(void **state)
{
	struct source source = source_of_proc();
	int listener = listen_on(0), client = connect_to(port_of(listener));
	int server = accept(listener, NULL, NULL);
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = loopback(0);
	struct these these = { 0 };

	(void)state;
	assert_int_equal(bind(udp, (struct sockaddr *)&address, sizeof(address)), 0);
	add_this(&these, client);
	struct sockets *sockets = sockets_of_these(&source, &these, true);
	assert_int_equal(sockets_peer(sockets, sockets_find(sockets, ino_of(client))),
			 ino_of(server));
	assert_null(sockets_find(sockets, ino_of(udp)));
	add_this(&these, udp);
	assert_int_equal(sockets_add_these(sockets, these.pointers, these.count, true, false), 0);
	assert_int_equal(sockets_find(sockets, ino_of(udp))->kind, SOCKET_UDP);
	sockets_end(sockets);
	close(udp);
	close(server);
	close(client);
	close(listener);
	source_close(&source);
}

static void a_number_that_is_another_socket_by_now_is_looked_for_everywhere(void **state)
{
	struct source source = source_of_proc();
	int listener = listen_on(0), other = unix_socket("s", true);
	uint64_t ino = ino_of(listener);
	struct these these = { 0 };

	(void)state;
	add_this(&these, listener);
	int kept = dup(listener);
	assert_int_equal(dup2(other, listener), listener);
	struct sockets *sockets = sockets_of_these(&source, &these, false);
	assert_non_null(sockets_find(sockets, ino));
	sockets_end(sockets);
	close(kept);
	close(other);
	close(listener);
	source_close(&source);
}

/** A child in a network namespace of its own, where it listens on 127.0.0.1:80. */
struct child {
	pid_t pid;
	int end; /**< closing it ends the child */
	uint64_t ino;
};

static _Noreturn void child_run(uid_t uid, int in, int out)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int flags = uid ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET;
	struct stat stat;
	char byte;

	if (uid && (setresuid(uid, uid, uid) || prctl(PR_SET_DUMPABLE, 1)))
		_exit(SKIPPED);
	if (unshare(flags))
		_exit(SKIPPED);
	int listener = listen_on(80);
	if (listener < 0 || ioctl(listener, SIOCSIFFLAGS, &request) || fstat(listener, &stat))
		_exit(1);
	uint64_t ino = stat.st_ino;
	if (write(out, &ino, sizeof(ino)) != sizeof(ino))
		_exit(1);
	_exit(read(in, &byte, 1) != 0);
}

static struct child child_start(uid_t uid)
{
	int in[2], out[2], status;
	struct child child = { 0 };

	assert_int_equal(pipe2(in, O_CLOEXEC) + pipe2(out, O_CLOEXEC), 0);
	child.pid = fork();
	if (!child.pid) {
		close(in[1]);
		child_run(uid, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	ssize_t got = read(out[0], &child.ino, sizeof(child.ino));
	close(out[0]);
	child.end = in[1];
	if (got == sizeof(child.ino))
		return child;
	close(in[1]);
	waitpid(child.pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		skip_because("cannot have a network namespace");
	fail();
	return child;
}

static void child_end(const struct child *child)
{
	int status;

	close(child->end);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_int_equal(status, 0);
}

static void the_sockets_of_another_namespace_are_found_without_going_there(void **state)
{
	struct source source = source_of_proc();
	struct child child = child_start(0);
	uint64_t before = procfile_namespace(AT_FDCWD, "/proc/thread-self/ns/net"), other;
	struct sockets *sockets = sockets_begin(&source, SOCKETS_ALL);
	char name[48];

	(void)state;
	assert_int_equal(sockets_add(sockets, (unsigned int)getpid()), 0);
	assert_null(sockets_find(sockets, child.ino));
	assert_int_equal(sockets_add(sockets, (unsigned int)child.pid), 0);
	const struct socket *socket = sockets_find(sockets, child.ino);
	assert_non_null(socket);
	assert_int_equal(socket->inet.local.port, 80);
	snprintf(name, sizeof(name), "/proc/%d/ns/net", child.pid);
	other = procfile_namespace(AT_FDCWD, name);
	assert_int_equal(sockets_namespace(sockets, socket), other);
	assert_int_not_equal(other, before);
	assert_int_equal(procfile_namespace(AT_FDCWD, "/proc/thread-self/ns/net"), before);
	assert_int_equal(sockets_unread(sockets), 0);
	assert_int_equal(sockets_partly_read(sockets), 0);
	sockets_end(sockets);
	child_end(&child);
	source_close(&source);
}

static void all_processes_bring_all_namespaces(void **state)
{
	struct source source = source_of_proc();
	struct child one = child_start(0), other = child_start(0);
	struct sockets *sockets = sockets_begin(&source, 1 << SOCKET_TCP);
	const struct socket **found;
	struct arena arena;
	bool seen_one = false, seen_other = false;

	(void)state;
	arena_init(&arena);
	assert_int_equal(sockets_add_all(sockets), 0);
	size_t count = sockets_by_port(sockets, false, 80, &arena, &found);
	for (size_t i = 0; i < count; i++) {
		seen_one |= found[i]->ino == one.ino;
		seen_other |= found[i]->ino == other.ino;
	}
	assert_true(seen_one && seen_other);
	sockets_end(sockets);
	arena_end(&arena);
	child_end(&other);
	child_end(&one);
	source_close(&source);
}

/** As nobody: 0 when the socket was found from /proc/PID/net, and that is known to be less. */
static int look_as_nobody(const struct child *child)
{
	struct source source;
	struct error err;

	if (setresuid(NOBODY, NOBODY, NOBODY) || source_procfs(NULL, &source, &err))
		return 1;
	struct sockets *sockets = sockets_begin(&source, SOCKETS_ALL);
	int rc = sockets_add(sockets, (unsigned int)child->pid);
	const struct socket *socket = sockets_find(sockets, child->ino);
	if (rc)
		rc = 2;
	else if (!socket || socket->inet.local.port != 80)
		rc = 3;
	else if (sockets_unread(sockets) != 0 || sockets_partly_read(sockets) != 1)
		rc = 4;
	else if (sockets_namespace(sockets, socket) == 0)
		rc = 5;
	sockets_end(sockets);
	source_close(&source);
	return rc;
}

static void without_the_right_to_enter_the_text_files_must_do(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0)
		skip_because("needs root, to be somebody else");
	struct child child = child_start(NOBODY);
	pid_t pid = fork();
	if (!pid)
		_exit(look_as_nobody(&child));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child_end(&child);
	assert_int_equal(status, 0);
}

/** As nobody, who may not look into the child: what is told to everybody. */
static int look_from_outside(const struct child *child)
{
	struct source source;
	struct error err;

	if (setresuid(NOBODY, NOBODY, NOBODY) || source_procfs(NULL, &source, &err))
		return 1;
	struct sockets *sockets = sockets_begin(&source, SOCKETS_ALL);
	/* Our own namespace is read well, whoever in it comes first. */
	int rc = sockets_add(sockets, (unsigned int)getppid()) |
		 sockets_add(sockets, (unsigned int)child->pid) |
		 sockets_add(sockets, (unsigned int)getpid());
	const struct socket *socket = sockets_find(sockets, child->ino);
	if (!rc && (!socket || socket->inet.local.port != 80))
		rc = 2;
	else if (!rc && sockets_namespace(sockets, socket) != 0)
		rc = 3;
	else if (!rc && (sockets_partly_read(sockets) != 1 || sockets_unread(sockets)))
		rc = 4;
	sockets_end(sockets);
	source_close(&source);
	return rc;
}

static void what_is_not_ours_to_look_into_has_sockets_too(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0)
		skip_because("needs root, to be somebody else");
	struct child child = child_start(0);
	pid_t pid = fork();
	if (!pid)
		_exit(look_from_outside(&child));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child_end(&child);
	assert_int_equal(status, 0);
}

static void a_process_that_is_gone_is_no_namespace(void **state)
{
	struct source source = source_of_proc();
	struct sockets *sockets = sockets_begin(&source, SOCKETS_ALL);
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	/* A zombie is in no namespace any more. */
	assert_int_equal(sockets_add(sockets, (unsigned int)pid), -ENOENT);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(sockets_add(sockets, (unsigned int)pid), -ENOENT);
	assert_int_equal(sockets_unread(sockets), 0);
	sockets_end(sockets);
	source_close(&source);
}

static void who_holds_a_socket_is_found_by_its_links(void **state)
{
	struct source source = source_of_proc();
	struct child child = child_start(0);
	struct tally tally = { 0 };
	struct arena arena;
	struct owners owners;
	struct error err;
	int other = listen_on(0);
	uint64_t inos[] = { child.ino, 1, 2 };

	(void)state;
	arena_init(&arena);
	/* We ourselves are no part of the answer, and nothing else of the child is. */
	assert_int_equal(owners_find(&source, inos, 3, &tally, &arena, &owners, &err), 0);
	assert_int_equal(owners.count, 1);
	assert_int_equal(owners.items[0].handle.pid, child.pid);
	assert_int_equal(owners.items[0].ino, child.ino);
	assert_true(tally.looked > 0);
	inos[0] = ino_of(other);
	assert_int_equal(owners_find(&source, inos, 1, &tally, &arena, &owners, &err), 0);
	assert_int_equal(owners.count, 0);
	assert_int_equal(owners_find(&source, inos, 0, &tally, &arena, &owners, &err), 0);
	assert_int_equal(owners.count, 0);
	arena_end(&arena);
	close(other);
	child_end(&child);
	source_close(&source);
}

/** A connection 10.0.0.LOCAL:1000 to 10.0.0.REMOTE:80, in this namespace. */
static struct socket connection(uint64_t ino, unsigned int space, uint8_t local, uint8_t remote)
{
	struct socket socket = { .ino = ino,
				 .kind = SOCKET_TCP,
				 .family = AF_INET,
				 .state = SOCKET_ESTABLISHED,
				 .space = space };

	endpoint_set_v4(&socket.inet.local, (uint8_t[]){ 10, 0, 0, local });
	endpoint_set_v4(&socket.inet.remote, (uint8_t[]){ 10, 0, 0, remote });
	socket.inet.local.port = local == 1 ? 1000 : 80;
	socket.inet.remote.port = local == 1 ? 80 : 1000;
	return socket;
}

/** The peer of the first of them. */
static uint64_t peer_among(struct socket *sockets, size_t count)
{
	struct socket_index index = { 0 };

	for (size_t i = 0; i < count; i++)
		socket_index_add(&index, &sockets[i]);
	socket_index_sort(&index);
	uint64_t ino = socket_index_peer(&index, &sockets[0]);
	socket_index_end(&index);
	return ino;
}

static void a_connection_between_namespaces_has_its_ends_when_there_is_no_doubt(void **state)
{
	struct socket one = connection(101, 0, 1, 2), other = connection(102, 1, 2, 1);

	(void)state;
	assert_int_equal(peer_among((struct socket[]){ one, other }, 2), 102);
	assert_int_equal(peer_among((struct socket[]){ other, one }, 2), 101);
}

static void private_addresses_that_repeat_name_nobody(void **state)
{
	struct socket one = connection(101, 0, 1, 2), other = connection(102, 1, 2, 1);
	struct socket twin = connection(103, 2, 2, 1), rival = connection(104, 3, 1, 2);
	struct socket near = connection(105, 0, 2, 1);

	(void)state;
	assert_int_equal(peer_among((struct socket[]){ one, other, twin }, 3), 0);
	assert_int_equal(peer_among((struct socket[]){ one, other, rival }, 3), 0);
	assert_int_equal(peer_among((struct socket[]){ one, other, twin, rival, near }, 5), 105);
}

static void the_loopback_of_another_namespace_is_not_ours(void **state)
{
	struct socket one = connection(101, 0, 1, 2), other = connection(102, 1, 2, 1);

	(void)state;
	one.inet.local.address[12] = one.inet.remote.address[12] = 127;
	other.inet.local.address[12] = other.inet.remote.address[12] = 127;
	assert_int_equal(peer_among((struct socket[]){ one, other }, 2), 0);
	other.space = 0;
	assert_int_equal(peer_among((struct socket[]){ one, other }, 2), 102);
}

static void of_mptcp_the_socket_that_is_held_is_the_peer(void **state)
{
	struct socket one = connection(101, 0, 1, 2), below = connection(102, 0, 2, 1),
		      held = connection(103, 0, 2, 1);

	(void)state;
	held.kind = SOCKET_MPTCP;
	assert_int_equal(peer_among((struct socket[]){ one, below, held }, 3), 103);
	assert_int_equal(peer_among((struct socket[]){ one, held, below }, 3), 103);
}

static void an_mptcp_socket_is_found_before_the_one_below_it(void **state)
{
	struct socket below = connection(101, 0, 1, 2), held = below,
		      before = connection(7, 0, 1, 2);
	struct socket_index index = { 0 };

	(void)state;
	held.kind = SOCKET_MPTCP;
	socket_index_add(&index, &below);
	socket_index_add(&index, &held);
	socket_index_add(&index, &before);
	socket_index_sort(&index);
	assert_ptr_equal(socket_index_find(&index, 101), &held);
	assert_ptr_equal(socket_index_find(&index, 7), &before);
	assert_null(socket_index_find(&index, 8));
	socket_index_end(&index);
}

static void who_was_closed_is_nobodys_peer(void **state)
{
	struct socket one = connection(101, 0, 1, 2), closed = connection(0, 0, 2, 1);
	struct socket listener = connection(103, 0, 2, 1);

	(void)state;
	listener.state = SOCKET_LISTEN;
	listener.inet.remote = (struct endpoint){ 0 };
	assert_int_equal(peer_among((struct socket[]){ one, closed, listener }, 3), 103);
	closed.state = SOCKET_FIN_WAIT2;
	assert_int_equal(peer_among((struct socket[]){ one, closed, listener }, 3), 0);
	/* Nor is who listens elsewhere, or is one of several. */
	closed.state = SOCKET_ESTABLISHED;
	listener.space = 1;
	assert_int_equal(peer_among((struct socket[]){ one, closed, listener }, 3), 0);
	listener.space = 0;
	endpoint_set_v4(&listener.inet.local, (uint8_t[4]){ 0 });
	struct socket twin = listener;
	twin.ino = 104;
	assert_int_equal(peer_among((struct socket[]){ one, closed, listener }, 3), 103);
	assert_int_equal(peer_among((struct socket[]){ one, closed, listener, twin }, 4), 0);
}

static void two_lines_about_one_unix_socket_are_not_believed(void **state)
{
	struct socket real = { .ino = 7, .kind = SOCKET_UNIX, .un.name = text_of("/run/mine") };
	struct socket made_up = { .ino = 7, .kind = SOCKET_UNIX, .un.name = text_of("/run/x") };
	struct socket packet = { .ino = 8, .kind = SOCKET_PACKET };
	struct socket also = { .ino = 8, .kind = SOCKET_UNIX, .un.name = text_of("/run/y") };
	struct socket_index index = { 0 };

	(void)state;
	socket_index_add(&index, &made_up);
	socket_index_add(&index, &real);
	socket_index_add(&index, &also);
	socket_index_add(&index, &packet);
	socket_index_sort(&index);
	assert_int_equal(socket_index_find(&index, 7)->un.name.len, 0);
	assert_ptr_equal(socket_index_find(&index, 8), &packet);
	socket_index_end(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_a_loopback_connection_find_each_other),
		cmocka_unit_test(until_it_is_accepted_the_listener_is_the_other_end),
		scratch_test(unix_sockets_find_their_other_end),
		scratch_test(a_unix_socket_is_found_by_its_file_whatever_its_name),
		scratch_test(a_few_unix_sockets_are_found_alone_with_their_other_ends),
		cmocka_unit_test(many_unix_sockets_are_found_in_their_table),
		cmocka_unit_test(only_the_tables_of_these_are_read),
		scratch_test(a_number_that_is_another_socket_by_now_is_looked_for_everywhere),
		cmocka_unit_test(a_port_is_found_by_its_protocol),
		cmocka_unit_test(the_sockets_of_another_namespace_are_found_without_going_there),
		cmocka_unit_test(all_processes_bring_all_namespaces),
		cmocka_unit_test(without_the_right_to_enter_the_text_files_must_do),
		cmocka_unit_test(what_is_not_ours_to_look_into_has_sockets_too),
		cmocka_unit_test(a_process_that_is_gone_is_no_namespace),
		cmocka_unit_test(who_holds_a_socket_is_found_by_its_links),
		cmocka_unit_test(
			a_connection_between_namespaces_has_its_ends_when_there_is_no_doubt),
		cmocka_unit_test(private_addresses_that_repeat_name_nobody),
		cmocka_unit_test(the_loopback_of_another_namespace_is_not_ours),
		cmocka_unit_test(of_mptcp_the_socket_that_is_held_is_the_peer),
		cmocka_unit_test(an_mptcp_socket_is_found_before_the_one_below_it),
		cmocka_unit_test(who_was_closed_is_nobodys_peer),
		cmocka_unit_test(two_lines_about_one_unix_socket_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
