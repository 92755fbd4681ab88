/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/sockets_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/socket_told.h"

/** A record, as long as it is not known whether others tell of the same socket. */
struct record {
	uint64_t ino;
	size_t at; /**< where it begins */
};

struct walk {
	struct sockets *sockets;
	struct space_gap *gaps; /**< of each space; those that were read before have none */
	size_t gap_count;
	struct space *last; /**< the one of the socket before: mostly that of the next, too */
};

static int by_ino(const void *left, const void *right)
{
	const struct record *a = left, *b = right;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/** Where each record begins, of those that tell of one socket only one. How many. */
static size_t sift(struct text records, struct record **ret)
{
	struct text rest = records, tail;
	struct wire_socket told;
	struct record *items = NULL;
	size_t count = 0, kept = 0;

	for (size_t at = 0; socket_told_next(&rest, &told, &tail); at = records.len - rest.len) {
		memory_grow(&items, count, sizeof(*items));
		items[count++] = (struct record){ told.ino, at };
	}
	if (count)
		qsort(items, count, sizeof(*items), by_ino);
	for (size_t i = 0; i < count; i++) {
		if (!kept || items[kept - 1].ino != items[i].ino)
			items[kept++] = items[i];
	}
	*ret = items;
	return kept;
}

static struct space *find_space(struct walk *walk, uint64_t ino)
{
	struct sockets *sockets = walk->sockets;

	for (size_t i = sockets->space_count; i > 0; i--) {
		if (sockets->spaces[i - 1].ino == ino)
			return &sockets->spaces[i - 1];
	}
	memory_grow(&sockets->spaces, sockets->space_count, sizeof(*sockets->spaces));
	struct space *space = &sockets->spaces[sockets->space_count++];
	*space = (struct space){ .ino = ino, .kinds = SOCKETS_ALL, .walked = true };
	return space;
}

static struct space_gap *gap_of(struct walk *walk, const struct space *space)
{
	size_t number = (size_t)(space - walk->sockets->spaces);

	while (walk->gap_count <= number) {
		memory_grow(&walk->gaps, walk->gap_count, sizeof(*walk->gaps));
		walk->gaps[walk->gap_count++] = (struct space_gap){ 0 };
	}
	return &walk->gaps[number];
}

static void ask_alone(struct space_gap *gap, uint64_t ino)
{
	memory_grow(&gap->inos, gap->count, sizeof(*gap->inos));
	gap->inos[gap->count++] = ino;
}

static bool is_stream(enum wire_socket_kind kind)
{
	return kind == WIRE_TCP || kind == WIRE_MPTCP;
}

/**
 * What is to be asked of its namespace. Where somebody waits to be accepted there are sockets that nobody
 * has; below those of MPTCP as well.
 */
static void note_gap(struct space_gap *gap, const struct wire_socket *told)
{
	bool doubted = told->is & WIRE_DOUBTED,
	     crowded = told->state == SOCKET_LISTEN && is_stream(told->kind) && told->received;

	if (!gap->pid)
		gap->pid = told->pid;
	if (doubted && told->kind == WIRE_UNIX)
		ask_alone(gap, told->ino);
	else if ((doubted && is_stream(told->kind)) || crowded)
		gap->kinds |= 1U << SOCKET_TCP | 1U << SOCKET_MPTCP;
	else if (doubted)
		gap->kinds |= 1U << told->kind;
	gap->waits |= told->is & WIRE_WAITS;
	gap->named |= told->interface != 0;
}

static void take(struct walk *walk, const struct wire_socket *told, struct text tail)
{
	struct socket socket;

	/* What a table has told already stands: of a namespace that was not to be named, say. */
	if (told->kind == WIRE_OTHER || (told->is & WIRE_UNLISTED) ||
	    socket_index_find(&walk->sockets->index, told->ino))
		return;
	if (!walk->last || walk->last->ino != told->space)
		walk->last = find_space(walk, told->space);
	/* Of those that were read already rows may speak. */
	if (!walk->last->walked)
		return;
	note_gap(gap_of(walk, walk->last), told);
	socket_told_take(told, tail, &socket);
	space_keep(walk->sockets, walk->last, &socket);
}

static void take_all(struct walk *walk, struct text records)
{
	struct record *items;
	size_t count = sift(records, &items);

	for (size_t i = 0; i < count; i++) {
		struct text at = text_from(records, items[i].at), tail;
		struct wire_socket told;

		if (socket_told_next(&at, &told, &tail))
			take(walk, &told, tail);
	}
	free(items);
}

/** The other end is held by nobody, but is there: on its way to somebody, say. */
static void seek_ends(struct walk *walk)
{
	struct socket_index *index = &walk->sockets->index;

	socket_index_sort(index);
	for (size_t i = 0; i < index->all.count; i++) {
		const struct socket *socket = index->all.items[i];
		const struct space *space = &walk->sockets->spaces[socket->space];

		if (space->walked && socket->kind == SOCKET_UNIX && socket->un.peer &&
		    !socket_index_find(index, socket->un.peer))
			ask_alone(gap_of(walk, space), socket->un.peer);
	}
}

static bool has_gap(const struct space_gap *gap)
{
	return gap->kinds || gap->count || gap->waits || gap->named;
}

/** Ask by way of process `pid`, if its namespace has a gap. True when that one has none any more. */
static bool mend(struct walk *walk, unsigned int pid)
{
	struct sockets *sockets = walk->sockets;
	char name[16];

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(sockets->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t ino = dir < 0 ? 0 : procfile_namespace(dir, "ns/net");
	for (size_t i = 0; i < walk->gap_count && ino; i++) {
		struct space_gap *gap = &walk->gaps[i];

		if (sockets->spaces[i].ino != ino || !has_gap(gap) ||
		    space_mend(sockets, &sockets->spaces[i], dir, gap))
			continue;
		free(gap->inos);
		*gap = (struct space_gap){ 0 };
		return true;
	}
	return false;
}

/** First by those who have the sockets: mostly they are in the namespace, too. */
static void mend_all(struct walk *walk)
{
	size_t left = 0, count = 0;
	struct arena arena;
	unsigned int *pids;

	for (size_t i = 0; i < walk->gap_count; i++)
		left += has_gap(&walk->gaps[i]) && !mend(walk, walk->gaps[i].pid);
	if (!left)
		return;
	arena_init(&arena);
	scope_fd dir = openat(walk->sockets->source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || procfile_numbers(dir, &arena, &pids, &count))
		count = 0;
	for (size_t i = 0; i < count && left; i++)
		left -= mend(walk, pids[i]);
	arena_end(&arena);
}

int sockets_walk(struct sockets *sockets)
{
	const struct wire_socket_wants wants = { .kinds = SOCKETS_ALL };
	struct walk walk = { .sockets = sockets };
	struct text records;
	int rc = socket_told_read(sockets->source, &wants, &records);

	if (rc)
		return rc;
	socket_index_sort(&sockets->index);
	take_all(&walk, records);
	free((void *)records.bytes);
	seek_ends(&walk);
	mend_all(&walk);
	for (size_t i = 0; i < walk.gap_count; i++)
		free(walk.gaps[i].inos);
	free(walk.gaps);
	sockets->walked = true;
	return 0;
}

size_t sockets_walk_port(const struct source *source, bool udp, unsigned int port,
			 struct arena *arena, uint64_t **ret)
{
	const struct wire_socket_wants wants = {
		.kinds = udp ? 1U << WIRE_UDP | 1U << WIRE_UDPLITE :
			       1U << WIRE_TCP | 1U << WIRE_MPTCP,
		.port = port,
	};
	struct text records;
	struct record *items;

	if (!port || !socket_told_possible(source) || socket_told_read(source, &wants, &records))
		return 0;
	size_t count = sift(records, &items);
	*ret = arena_zero(arena, count + 1, sizeof(**ret));
	for (size_t i = 0; i < count; i++)
		(*ret)[i] = items[i].ino;
	free(items);
	free((void *)records.bytes);
	return count;
}
