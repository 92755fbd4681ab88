/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/idle.h"

#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "kernel/inode.h"
#include "kernel/sockdiag.h"

struct queue {
	uint64_t ino, peer;
	bool paired; /**< only its peer can send to it, and the table knows all of it */
	bool unread, unsent;
};

struct queues_seen {
	struct queue *items;
	size_t count;
};

static void found(void *context, const struct socket *socket)
{
	struct queues_seen *seen = context;

	memory_grow(&seen->items, seen->count, sizeof(*seen->items));
	seen->items[seen->count++] = (struct queue){
		.ino = socket->ino,
		.peer = socket->un.peer,
		.paired = (socket->type == SOCK_STREAM || socket->type == SOCK_SEQPACKET) &&
			  socket->state == SOCKET_ESTABLISHED && socket->queues_known,
		.unread = socket->received > 0,
		.unsent = socket->unsent > 0,
	};
}

static int by_ino(const void *left, const void *right)
{
	const struct queue *a = left, *b = right;

	return (a->ino > b->ino) - (a->ino < b->ino);
}

/** NULL when nothing, or more than one, has this number: they are of 32 bits, and come around. */
static const struct queue *find(const struct queues_seen *seen, uint64_t ino)
{
	const struct queue *end = seen->items + seen->count;
	const struct queue key = { .ino = ino };
	const struct queue *at =
		bsearch(&key, seen->items, seen->count, sizeof(*seen->items), by_ino);

	if (!ino || !at || (at > seen->items && at[-1].ino == ino) ||
	    (at + 1 < end && at[1].ino == ino))
		return NULL;
	return at;
}

static bool is_idle(const struct queues_seen *seen, const struct queue *queue)
{
	const struct queue *peer = queue->paired && !queue->unread ? find(seen, queue->peer) : NULL;

	return peer && !peer->unsent && find(seen, queue->ino);
}

static void keep_idle(struct queues_seen *seen, struct idle *out)
{
	if (!seen->count)
		return;
	qsort(seen->items, seen->count, sizeof(*seen->items), by_ino);
	out->inos = memory_resize(NULL, seen->count, sizeof(*out->inos));
	for (size_t i = 0; i < seen->count; i++) {
		if (is_idle(seen, &seen->items[i]))
			out->inos[out->count++] = seen->items[i].ino;
	}
}

struct idle *idle_begin(void)
{
	struct queues_seen seen = { 0 };
	struct mnl_socket *diag;
	struct inode inode;
	struct idle *idle = NULL;

	if (sockdiag_open(&diag))
		return NULL;
	/* What ended early has told the truth of those it told of. */
	sockdiag_dump_queues(diag, found, &seen);
	if (inode_look(mnl_socket_get_fd(diag), "", &inode) == 0) {
		idle = memory_resize(NULL, 1, sizeof(*idle));
		*idle = (struct idle){ .device = inode.dev };
		keep_idle(&seen, idle);
	}
	mnl_socket_close(diag);
	free(seen.items);
	return idle;
}

void idle_end(struct idle *idle)
{
	if (idle)
		free(idle->inos);
	free(idle);
}

static int compare_numbers(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

bool idle_has(const struct idle *idle, uint64_t ino)
{
	return idle->count &&
	       bsearch(&ino, idle->inos, idle->count, sizeof(*idle->inos), compare_numbers);
}
