/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sockets of the network namespaces that matter, found by the inode number that the link of a
 * descriptor tells: one table for each distinct namespace (network_namespaces(7)), read when its first
 * process comes along. The calling thread never changes its namespace: a thread of its own enters the
 * other with setns(2), leaves a netlink socket there, and ends. Where that is not allowed, the text files
 * of /proc/PID/net must do. Nothing here waits for a process: opening /proc/PID/ns/net is a permission
 * check and a reference (fs/proc/namespaces.c, fs/nsfs.c), and the tables are the kernel's own.
 *
 * Where the source can let the kernel walk its own tables, and that is cheaper, sockets_add has it tell
 * the sockets of all namespaces at once (sockets_walk.h).
 *
 * It is for one thread.
 */
#pragma once
#include "kernel/socket.h"
#include "scan/source.h"

struct sockets;

enum { SOCKETS_ALL = (1 << SOCKET_KINDS) - 1 };

/** No table yet; `kinds`: a bit 1 << SOCKET_… for each kind that will be wanted. sockets_end frees. */
struct sockets *sockets_begin(const struct source *source, unsigned int kinds);
void sockets_end(struct sockets *sockets);

/**
 * Make sure that the namespace of process `pid` is among them, also when that is not ours to look into:
 * /proc/PID/net is everybody's. 0, or -ENOENT or -ESRCH when it has ended.
 */
int sockets_add(struct sockets *sockets, unsigned int pid);

/**
 * Make sure of `count` sockets of one process only, in its namespace: a table is read when one of them
 * may be in it, and unix sockets are asked for one at a time as long as they are few. `ends`: the other
 * ends of internet sockets are wanted too. `copies`: when they are not, unix sockets tell themselves
 * what they are, kernel/unixsocket.h: without who made them, and how many wait to be accepted. As
 * sockets_add.
 */
int sockets_add_these(struct sockets *sockets, const struct open_file *const *files, size_t count,
		      bool ends, bool copies);

/** From now on these kinds too: of a namespace that was added already when it is added again. */
void sockets_want(struct sockets *sockets, unsigned int kinds);

/**
 * sockets_add for every process there is, with those sockets too that nobody has. 0 or -errno when they
 * cannot be listed.
 */
int sockets_add_all(struct sockets *sockets);

/**
 * `file` is in no table: when it is of a namespace that no process is in any more, have those of all such
 * told, where the source can; once. True when there may be some now. The namespace is asked for with
 * SIOCGSKNS (net/socket.c, Linux 4.10) of a copy of the descriptor, which takes CAP_NET_ADMIN there.
 */
bool sockets_add_lost(struct sockets *sockets, const struct open_file *file);

/** True when every socket that a descriptor leads to is known, unless it is younger: sockets_walk.h. */
bool sockets_are_walked(const struct sockets *sockets);

/** How many namespaces could not be read at all, though a process was seen in them. */
unsigned int sockets_unread(const struct sockets *sockets);

/** How many are known from /proc/PID/net only: without peers and files of unix sockets. */
unsigned int sockets_partly_read(const struct sockets *sockets);

/** The socket with this inode number, or NULL. Lives as long as `sockets`. */
const struct socket *sockets_find(struct sockets *sockets, uint64_t ino);

/**
 * The inode of the socket at the other end; 0 when there is none on this machine or it cannot be told.
 * For a connection that was not accepted yet that of the listening socket. TCP and connected UDP: who
 * has the same addresses the other way round, in the same namespace; in another one only when there is
 * no doubt, since private addresses repeat.
 */
uint64_t sockets_peer(struct sockets *sockets, const struct socket *socket);

/** The number of the network namespace it is in, as /proc/PID/ns/net has it; 0: not ours to know. */
uint64_t sockets_namespace(const struct sockets *sockets, const struct socket *socket);

/** The name of the network interface it is bound to; NULL when to none, or not known. */
const char *sockets_interface(const struct sockets *sockets, const struct socket *socket);

/** All that are known. How many; in the arena. */
size_t sockets_all(const struct sockets *sockets, struct arena *arena, const struct socket ***ret);

/** Those with this local port, MPTCP among TCP, UDP-Lite among UDP. How many; in the arena. */
size_t sockets_by_port(const struct sockets *sockets, bool udp, unsigned int port,
		       struct arena *arena, const struct socket ***ret);

/**
 * The inodes of those with this local port that some process has, as the kernel's own walk finds them:
 * only they come out of it. Ascending, each once, in the arena. 0: there are none, or the source cannot
 * do it; then the tables say whether there is one that nobody is seen to have.
 */
size_t sockets_walk_port(const struct source *source, bool udp, unsigned int port,
			 struct arena *arena, uint64_t **ret);

/**
 * Those bound to this file, whatever it is called by now, and in whichever namespaces. `device` is the
 * filesystem's as mountinfo has it (on btrfs not what stat(2) says). The kernel tells only 32 bits of
 * the inode number.
 */
size_t sockets_by_file(const struct sockets *sockets, dev_t device, uint64_t ino,
		       struct arena *arena, const struct socket ***ret);
