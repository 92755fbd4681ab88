/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The other end of the pipes and sockets in a census: thirty services whose sockets all lead to the
 * journal write to one place, not to thirty.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/peers.h"
#include "ask/where.h"
#include "model/kind.h"
#include "scan/sockets.h"

struct naming {
	struct census *census;
	struct peers *peers;
	struct sockets *sockets;
	const struct source *source;
};

/** The other end, if it is one process: which. NULL: nobody, or several; `*others` says how many. */
static const struct end *other_end(const struct open_file *file, const struct end_key *key,
				   const struct peers *peers, unsigned int *others)
{
	const struct end *first = NULL;

	*others = 0;
	for (const struct end *end = peers_with(peers, key); end; end = end->next) {
		if (!peers_is_opposite(file, key, end))
			continue;
		if (!first)
			first = end;
		else
			*others += end->handle.pid != first->handle.pid;
	}
	return first;
}

static struct text in_words(struct arena *arena, const char *what, const struct end *end,
			    unsigned int others)
{
	char handle[HANDLE_MAX];
	struct text text = arena_format(arena, "%s%.*s (%s)", what, (int)end->comm.len,
					end->comm.bytes, handle_format(handle, &end->handle));

	return others ? arena_format(arena, "%.*s +%u", (int)text.len, text.bytes, others) : text;
}

static struct text name_pipe(struct naming *naming, const struct open_file *file)
{
	struct arena *arena = &naming->census->arena;
	bool writes = file->writable;
	struct end_key key;
	unsigned int others;

	if (!peers_key(file, &key))
		return (struct text){ 0 };
	const struct end *end = other_end(file, &key, naming->peers, &others);
	if (!end)
		return text_of(writes ? "a pipe that nobody reads" : "a pipe that nobody writes");
	return in_words(arena, writes ? "a pipe to " : "a pipe from ", end, others);
}

static bool is_journal(struct text path)
{
	return text_is(path, "/run/systemd/journal/stdout");
}

/** Of a unix socket whose other end is known: the process there, and the name it is bound to. */
static struct text name_socket(struct naming *naming, const struct open_file *file)
{
	struct arena *arena = &naming->census->arena;
	const struct socket *socket = sockets_find(naming->sockets, file->inode.ino);
	struct end_key key = { .kind = END_SOCKET };
	unsigned int others = 0;

	key.number = socket ? sockets_peer(naming->sockets, socket) : 0;
	const struct socket *peer = key.number ? sockets_find(naming->sockets, key.number) : NULL;
	const struct end *end = key.number ? other_end(file, &key, naming->peers, &others) : NULL;
	if (!end)
		return socket ? arena_format(arena, "a %s socket", socket_kind_word(socket->kind)) :
				text_of("a socket");
	if (peer && peer->kind == SOCKET_UNIX && is_journal(peer->un.name))
		return arena_format(arena, "the journal (%.*s %u)", (int)end->comm.len,
				    end->comm.bytes, end->handle.pid);
	return arena_format(arena, "a %s socket to %.*s (%u)", socket_kind_word(socket->kind),
			    (int)end->comm.len, end->comm.bytes, end->handle.pid);
}

/** What was taken for different places, and has one name now, is one. */
static void merge_into(struct census *census, struct census_place *into,
		       const struct census_place *from)
{
	for (size_t i = 0; i < from->pid_count; i++) {
		memory_grow(&into->pids, into->pid_count, sizeof(*into->pids));
		into->pids[into->pid_count++] = from->pids[i];
	}
	for (size_t i = 0; i < from->comm_count; i++)
		census_count(census, into, from->comms[i].name, from->comms[i].count);
	free(from->pids);
	free(from->comms);
}

static struct census_place *place_called(struct census *census, size_t count,
					 const struct census_place *place)
{
	if (!S_ISSOCK(place->file.inode.mode))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (text_equal(census->places[i].target, place->target))
			return &census->places[i];
	}
	return NULL;
}

static void merge(struct census *census)
{
	size_t kept = 0;

	for (size_t i = 0; i < census->count; i++) {
		struct census_place *same = place_called(census, kept, &census->places[i]);

		if (same)
			merge_into(census, same, &census->places[i]);
		else
			census->places[kept++] = census->places[i];
	}
	census->count = kept;
}

static bool has_ends(const struct census *census)
{
	for (size_t i = 0; i < census->count; i++) {
		uint32_t mode = census->places[i].file.inode.mode;

		if (S_ISSOCK(mode) || S_ISFIFO(mode))
			return true;
	}
	return false;
}

static void name(struct naming *naming, struct census_place *place)
{
	const struct open_file *file = &place->file;
	const struct socket *socket;

	place->kind = kind_word(file->link, file->inode.mode, place->fate.class == CLASS_MEMORY);
	if (!naming->peers || file->inode_rc)
		return;
	if (S_ISFIFO(file->inode.mode) && text_starts(file->link, "pipe:["))
		place->target = name_pipe(naming, file);
	if (!S_ISSOCK(file->inode.mode))
		return;
	sockets_add(naming->sockets, file->handle.pid);
	socket = sockets_find(naming->sockets, file->inode.ino);
	if (socket)
		place->kind = text_of(socket_kind_word(socket->kind));
	place->target = name_socket(naming, file);
}

int census_name_ends(const struct inquiry *inquiry, struct census *census, struct error *err)
{
	struct naming naming = { .census = census, .source = inquiry->source };
	int rc = 0;

	if (has_ends(census)) {
		rc = peers_look(inquiry->source, false, &naming.peers, err);
		if (rc)
			return rc;
		naming.sockets = sockets_begin(inquiry->source, SOCKETS_ALL);
	}
	for (size_t i = 0; i < census->count; i++)
		name(&naming, &census->places[i]);
	merge(census);
	if (naming.sockets)
		sockets_end(naming.sockets);
	peers_end(naming.peers);
	return 0;
}
