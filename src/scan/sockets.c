/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/inode.h"
#include "kernel/procfile.h"
#include "kernel/socktext.h"
#include "kernel/task.h"
#include "kernel/unixsocket.h"
#include "scan/socket_told.h"
#include "scan/sockets_walk.h"

/** More sockets of a process than this are not asked for one by one what they are. */
enum { SOCKETS_TOLD = 64 };

/**
 * So many namespaces are read one after the other, and so many sockets of our own: a table of few comes
 * cheaper than a walk over all descriptors, whatever they are.
 */
enum { SPACES_FEW = 3, SOCKETS_FEW = 4096 };

/** So many are asked what they are by copies of their descriptors: each takes 10 µs. */
enum { SOCKETS_COPIED = 1024 };

/** The inode number of a file net/dev. 0 or -errno. */
static int find_table(int dir, const char *name, uint64_t *ret)
{
	struct inode inode;
	int rc = inode_look(dir, name, &inode);

	*ret = rc ? 0 : inode.ino;
	return rc;
}

struct sockets *sockets_begin(const struct source *source, unsigned int kinds)
{
	struct sockets *sockets = memory_resize(NULL, 1, sizeof(*sockets));

	*sockets = (struct sockets){
		.source = source,
		.kinds = kinds,
		.own = procfile_namespace(AT_FDCWD, "/proc/thread-self/ns/net"),
	};
	find_table(AT_FDCWD, "/proc/thread-self/net/dev", &sockets->own_table);
	arena_init(&sockets->arena);
	return sockets;
}

void sockets_end(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->space_count; i++)
		free(sockets->spaces[i].interfaces);
	free(sockets->spaces);
	socket_index_end(&sockets->index);
	arena_end(&sockets->arena);
	free(sockets);
}

/** Mostly it is that of the process before. */
static struct space *find_space(const struct sockets *sockets, uint64_t ino, uint64_t table)
{
	for (size_t i = sockets->space_count; i > 0; i--) {
		struct space *space = &sockets->spaces[i - 1];

		if ((ino && space->ino == ino) || (table && space->table == table))
			return space;
	}
	return NULL;
}

/** The namespace of the process with this directory, a new one if need be. 0 or -errno. */
static int find_or_begin(struct sockets *sockets, int dir, struct space **ret)
{
	uint64_t ino = procfile_namespace(dir, "ns/net"), table;

	*ret = ino ? find_space(sockets, ino, 0) : NULL;
	if (*ret)
		return 0;
	/* Not ours to look into, or at its end: its tables may be read all the same, or not. */
	int rc = find_table(dir, "net/dev", &table);
	if (rc)
		return rc;
	if (table == sockets->own_table)
		ino = sockets->own;
	*ret = find_space(sockets, ino, table);
	if (*ret)
		return 0;
	memory_grow(&sockets->spaces, sockets->space_count, sizeof(*sockets->spaces));
	*ret = &sockets->spaces[sockets->space_count++];
	**ret = (struct space){ .ino = ino, .table = table };
	return 0;
}

/** It ended before all was read: the next process in it may live longer. */
static void forget(struct sockets *sockets, struct space *space, const struct space *before,
		   size_t pending)
{
	bool is_new = !before->kinds && space == &sockets->spaces[sockets->space_count - 1];

	space_forget(sockets, space, is_new ? SOCKETS_ALL : space->kinds & ~before->kinds);
	socket_index_cut(&sockets->index, sockets->index.all.count, pending);
	space->kinds = before->kinds;
	space->unread = before->unread;
	space->partly = before->partly;
	if (is_new)
		free(sockets->spaces[--sockets->space_count].interfaces);
}

/** Of our own network namespace. */
static uint64_t count_sockets(void)
{
	uint64_t count = 0;

	socktext_count(AT_FDCWD, "/proc/thread-self/net/sockstat", &count);
	return count;
}

/** Does it pay from the start to let the kernel walk over all descriptors? See SPACES_FEW. */
static bool wants_walk(struct sockets *sockets)
{
	if (sockets->decided || !socket_told_possible(sockets->source))
		return false;
	if (sockets->source->bpf->forced)
		return true;
	if (!sockets->counted)
		sockets->many = count_sockets() >= SOCKETS_FEW;
	sockets->counted = true;
	return sockets->many;
}

/** True when all that processes have is known. It is tried once. */
static bool walk(struct sockets *sockets)
{
	if (wants_walk(sockets)) {
		sockets->decided = true;
		sockets_walk(sockets);
	}
	return sockets->walked;
}

/** With the namespace that was begun last they are many: true when the walk has told of it, too. */
static bool walk_on(struct sockets *sockets)
{
	if (sockets->space_count <= SPACES_FEW || sockets->decided ||
	    !socket_told_possible(sockets->source))
		return false;
	sockets->decided = true;
	struct space begun = sockets->spaces[--sockets->space_count];
	if (sockets_walk(sockets) == 0)
		return true;
	sockets->spaces[sockets->space_count++] = begun;
	return false;
}

/** Have what is wished for of the namespace of process `pid`. 0 or -errno. */
static int add(struct sockets *sockets, unsigned int pid, const struct space_wish *wish,
	       bool may_walk)
{
	char name[16];
	struct space *space;
	uint64_t now;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(sockets->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	size_t spaces = sockets->space_count;
	int rc = find_or_begin(sockets, dir, &space);
	if (!rc && may_walk && sockets->space_count > spaces && walk_on(sockets))
		return 0;
	if (!rc && space->walked)
		space_renew(sockets, space);
	if (rc || space_has(sockets, space, wish))
		return rc;
	const struct space before = *space;
	size_t pending = sockets->index.pending_count;
	space_read(sockets, space, dir, wish);
	if ((space->unread || space->partly) &&
	    (find_table(dir, "net/dev", &now) || now != space->table)) {
		forget(sockets, space, &before, pending);
		return -ESRCH;
	}
	return 0;
}

int sockets_add(struct sockets *sockets, unsigned int pid)
{
	if (walk(sockets))
		return 0;
	return add(sockets, pid, &(struct space_wish){ .kinds = sockets->kinds }, true);
}

void sockets_want(struct sockets *sockets, unsigned int kinds)
{
	sockets->kinds |= kinds;
}

/** The tables that may list it: all of them when it does not tell. */
static unsigned int tables_of(const struct sockets *sockets, const struct open_file *file)
{
	char path[OPEN_FILE_PATH_MAX], word[SOCKET_WORD_MAX];

	open_file_path(path, file);
	if (socket_kind_read(sockets->source->proc, path, file->link, word))
		return SOCKETS_ALL;
	return socket_tables_of(word);
}

/** "socket:[1234]" */
static bool take_ino(struct text link, uint64_t *ret)
{
	struct text number;

	return text_next(&link, '[', &number) && text_next(&link, ']', &number) &&
	       text_number(number, 10, ret) == 0;
}

/** Who speaks TCP with somebody, may speak it with somebody who has MPTCP, and the other way round. */
static unsigned int with_ends(unsigned int kinds)
{
	const unsigned int tcp = 1U << SOCKET_TCP | 1U << SOCKET_MPTCP;

	return kinds & tcp ? kinds | tcp : kinds;
}

/** By a copy of its descriptor. False when it cannot be had like this. */
static bool add_copy(struct sockets *sockets, const struct open_file *file, int pidfd,
		     struct space *space)
{
	struct unixsocket_names names;
	struct socket socket;
	uint64_t ino;

	if (file->handle.tid || !take_ino(file->link, &ino))
		return false;
	scope_fd copy = task_getfd(pidfd, file->handle.fd);
	if (copy < 0 || unixsocket_look(copy, ino, &names, &socket))
		return false;
	space_keep(sockets, space, &socket);
	return true;
}

/** Those of `files` that are unix sockets and tell themselves what they are; their number is ours to ask. */
static void add_copies(struct sockets *sockets, const struct open_file *const *files, size_t count)
{
	char name[16], path[OPEN_FILE_PATH_MAX], word[SOCKET_WORD_MAX];
	unsigned int pid = files[0]->handle.pid;
	struct space *space;

	if (sockets->source->foreign)
		return;
	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(sockets->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	scope_fd pidfd = task_pidfd(pid);
	if (dir < 0 || pidfd < 0 || find_or_begin(sockets, dir, &space))
		return;
	for (size_t i = 0; i < count && i < SOCKETS_COPIED; i++) {
		open_file_path(path, files[i]);
		if (socket_kind_read(sockets->source->proc, path, files[i]->link, word) == 0 &&
		    socket_tables_of(word) == 1U << SOCKET_UNIX &&
		    !add_copy(sockets, files[i], pidfd, space))
			return;
	}
}

int sockets_add_these(struct sockets *sockets, const struct open_file *const *files, size_t count,
		      bool ends, bool copies)
{
	uint64_t inos[SOCKETS_ALONE];
	struct space_wish wish = { .inos = inos };

	if (sockets->walked || (socket_told_is_forced(sockets->source) && walk(sockets)))
		return 0;
	if (copies && !ends && count)
		add_copies(sockets, files, count);
	for (size_t i = 0; i < count && count <= SOCKETS_TOLD; i++) {
		uint64_t ino = 0;
		bool numbered = take_ino(files[i]->link, &ino);
		const struct socket *known = sockets_find(sockets, ino);
		unsigned int kinds = known ? 1U << known->kind : tables_of(sockets, files[i]);

		if (known && known->kind == SOCKET_UNIX)
			continue;
		if (kinds == 1U << SOCKET_UNIX && numbered && sockets->alone < SOCKETS_ALONE) {
			sockets->alone++;
			inos[wish.count++] = ino;
			continue;
		}
		wish.kinds |= ends ? with_ends(kinds) : kinds;
	}
	if (count > SOCKETS_TOLD)
		wish.kinds = SOCKETS_ALL;
	sockets_want(sockets, wish.kinds);
	return count && (wish.kinds || wish.count) ?
		       add(sockets, files[0]->handle.pid, &wish, false) :
		       0;
}

int sockets_add_all(struct sockets *sockets)
{
	struct arena arena;
	unsigned int *pids;
	size_t count;
	scope_fd dir = openat(sockets->source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	arena_init(&arena);
	/* What nobody has the walk does not tell. */
	sockets->walked = false;
	sockets->decided = true;
	int rc = procfile_numbers(dir, &arena, &pids, &count);
	for (size_t i = 0; i < count && !rc; i++)
		add(sockets, pids[i], &(struct space_wish){ .kinds = sockets->kinds }, false);
	arena_end(&arena);
	return rc;
}

/** The number of the network namespace a socket is in, by a copy of it: socket_get_ns. 0: not told. */
static uint64_t namespace_of(const struct open_file *file)
{
	const struct handle *handle = &file->handle;
	struct stat stat;

	if (handle->use != USE_FD)
		return 0;
	scope_fd task = handle->tid ? task_pidfd_thread(handle->tid) : task_pidfd(handle->pid);
	scope_fd copy = task < 0 ? -1 : task_getfd(task, handle->fd);
	scope_fd space = copy < 0 ? -1 : ioctl(copy, SIOCGSKNS);
	return space < 0 || fstat(space, &stat) ? 0 : stat.st_ino;
}

bool sockets_add_lost(struct sockets *sockets, const struct open_file *file)
{
	if (sockets->walked || sockets->lost || sockets->source->foreign ||
	    !socket_told_possible(sockets->source))
		return false;
	uint64_t ino = namespace_of(file);
	if (!ino || find_space(sockets, ino, 0))
		return false;
	sockets->lost = true;
	return sockets_walk(sockets) == 0;
}
