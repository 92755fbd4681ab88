/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/files_name.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "ask/detail.h"
#include "ask/locks.h"
#include "ask/socket_detail.h"
#include "model/kind.h"

/** So many at the other end are named to a person. */
enum { PEERS_NAMED = 1 };

struct naming {
	struct files_ask *ask;
	const struct files_process *process;
	const struct open_file *file;
	const struct fate *fate;
	const struct socket *socket; /**< NULL: none, or not in a table */
	size_t index;
	char word
		[SOCKET_WORD_MAX]; /**< a socket in no table: its protocol; empty: it did not tell */
	struct end_key key;        /**< of the other end */
	bool has_key;
	struct files_name *out;
};

static bool is_socket(const struct naming *naming)
{
	return text_starts(naming->file->link, "socket:[");
}

static bool is_memory(struct naming *naming)
{
	const struct open_file *file = naming->file;

	return !file->inode_rc && memory_is(&naming->ask->memory, file->link, file->inode.dev);
}

/** A socket that no table lists still has the name of its protocol. */
static struct text socket_word(struct naming *naming)
{
	if (naming->socket)
		return text_of(socket_kind_word(naming->socket->kind));
	return *naming->word ? arena_text(naming->ask->arena, text_of(naming->word)) :
			       text_of("socket");
}

static struct text kind_of(struct naming *naming)
{
	const struct open_file *file = naming->file;

	if (!(naming->ask->needs & FILE_NEED_KIND))
		return (struct text){ 0 };
	if (is_socket(naming))
		return socket_word(naming);
	if (naming->process->queues[naming->index])
		return text_of("mqueue");
	return kind_word(file->link, file->inode_rc ? 0 : file->inode.mode, is_memory(naming));
}

/** Its own path: not the kernel's word for what has none. */
static struct text path_of(struct naming *naming)
{
	if (!text_starts(naming->file->link, "/") || naming->process->queues[naming->index] ||
	    (naming->fate->class == CLASS_MEMORY && is_memory(naming)) ||
	    (!naming->file->inode_rc && !(naming->file->inode.mode & S_IFMT)))
		return (struct text){ 0 };
	return naming->fate->path;
}

/** It stays in the namespace where it was made, whichever its process has entered since. */
static void find_elsewhere(struct naming *naming, uint64_t ino)
{
	struct files_ask *ask = naming->ask;
	char path[OPEN_FILE_PATH_MAX];
	unsigned int tables = SOCKETS_ALL;

	open_file_path(path, naming->file);
	if (socket_kind_read(ask->inquiry->source->proc, path, naming->file->link, naming->word))
		*naming->word = '\0';
	else
		tables = socket_tables_of(naming->word);
	/* A file of an io_uring is in no table of descriptors, which is what was walked. */
	if (!(tables & ~ask->everywhere) ||
	    (naming->file->handle.use == USE_FD && sockets_are_walked(ask->sockets)))
		return;
	ask->everywhere |= tables;
	sockets_want(ask->sockets, tables);
	if (sockets_add_all(ask->sockets) == 0)
		naming->socket = sockets_find(ask->sockets, ino);
	if (!naming->socket && sockets_add_lost(ask->sockets, naming->file))
		naming->socket = sockets_find(ask->sockets, ino);
}

static void find_socket(struct naming *naming)
{
	struct end_key key;

	if (!is_socket(naming) || !naming->ask->sockets || !peers_key(naming->file, &key))
		return;
	naming->socket = sockets_find(naming->ask->sockets, key.number);
	if (!naming->socket)
		find_elsewhere(naming, key.number);
}

/** What leads to the other end: of a socket that of its peer, of all else its own. */
static void find_key(struct naming *naming)
{
	naming->has_key = peers_key(naming->file, &naming->key);
	if (naming->has_key && naming->key.kind == END_MQUEUE)
		naming->has_key = naming->process->queues[naming->index] != NULL;
	if (!naming->has_key || naming->key.kind != END_SOCKET)
		return;
	naming->key.number = naming->socket ? sockets_peer(naming->ask->sockets, naming->socket) :
					      0;
	naming->has_key = naming->key.number != 0;
}

/** The ends of all processes, looked for when the first of them is needed; NULL: nobody asked. */
static const struct peers *peers_of(struct files_ask *ask)
{
	if (!ask->peers && (ask->needs & FILE_NEED_PEERS) && !ask->rc)
		ask->rc = peers_look(ask->inquiry->source, true, &ask->peers, ask->err);
	return ask->peers;
}

static struct texts list_peers(const struct naming *naming)
{
	struct arena *arena = naming->ask->arena;
	const struct end *first = peers_with(naming->ask->peers, &naming->key), *end;
	size_t count = 0;

	for (end = first; end; end = end->next)
		count += peers_is_opposite(naming->file, &naming->key, end);
	struct text *items = arena_zero(arena, count + 1, sizeof(*items));
	count = 0;
	for (end = first; end; end = end->next) {
		if (peers_is_opposite(naming->file, &naming->key, end))
			items[count++] = handle_text(arena, &end->handle);
	}
	return (struct texts){ items, count };
}

/** "dbus-daemon (1730:41) +2" */
static struct text peer_word(const struct naming *naming)
{
	struct arena *arena = naming->ask->arena;
	char handle[HANDLE_MAX];
	const struct end *named = NULL;
	size_t others = 0;

	for (const struct end *end = peers_with(naming->ask->peers, &naming->key); end;
	     end = end->next) {
		if (!peers_is_opposite(naming->file, &naming->key, end))
			continue;
		if (named)
			others++;
		else
			named = end;
	}
	if (!named)
		return (struct text){ 0 };
	struct text word = arena_format(arena, "%.*s (%s)", (int)named->comm.len, named->comm.bytes,
					handle_format(handle, &named->handle));
	return others ? arena_format(arena, "%.*s +%zu", (int)word.len, word.bytes, others) : word;
}

static struct text socket_text(const struct naming *naming, struct text peer)
{
	struct sockets *sockets = naming->ask->sockets;
	const struct socket *socket = naming->socket;
	uint64_t other = sockets_peer(sockets, socket);
	struct socket_view view = {
		.socket = socket,
		.interface = sockets_interface(sockets, socket),
		.peer = other ? sockets_find(sockets, other) : NULL,
		.peer_word = peer,
		.utf8 = naming->ask->arrows,
	};

	return socket_detail(naming->ask->arena, &view);
}

static bool is_one_of(struct text word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (text_is(word, words[i]))
			return true;
	}
	return false;
}

/**
 * What is in no table of any namespace that has a process: of the internet families what has no address
 * yet; of all what was made after the tables were read, or in a namespace that we cannot see.
 */
static struct text unlisted_word(const struct naming *naming)
{
	static const char *const inet[] = { "tcp", "mptcp", "udp", "udplite", "raw", "ping" };
	static const char *const others[] = { "unix", "netlink", "packet" };

	if (is_one_of(naming->out->kind, inet, sizeof(inet) / sizeof(inet[0])))
		return text_of("not listed: unbound, new or out of sight");
	if (is_one_of(naming->out->kind, others, sizeof(others) / sizeof(others[0])))
		return text_of("not listed: new or out of sight");
	return (struct text){ 0 };
}

static struct text detail_of(struct naming *naming)
{
	struct files_ask *ask = naming->ask;
	struct detail_context context = { ask->inquiry->source, ask->mounts, &ask->memory };
	const struct fdinfo_answer *answer = naming->process->fdinfos[naming->index];
	struct detailed detailed = {
		.file = naming->file,
		.kind = naming->out->kind,
		.fdinfo = answer ? answer->text : naming->file->fdinfo,
		.watched = answer ? answer->watched : 0,
		.queue = naming->process->queues[naming->index],
	};
	struct neighbours neighbours = naming->process->neighbours;

	if (!(ask->needs & FILE_NEED_DETAIL))
		return (struct text){ 0 };
	if (is_socket(naming))
		return naming->socket ? socket_text(naming, (struct text){ 0 }) :
					unlisted_word(naming);
	return detail_text(&context, &neighbours, &detailed, ask->arena);
}

static struct text join(const struct naming *naming, struct text left, const char *between,
			struct text right)
{
	return arena_format(naming->ask->arena, "%.*s%s%.*s", (int)left.len, left.bytes, between,
			    (int)right.len, right.bytes);
}

/** "→ cat (4101:0)"; of a pipe the arrow says which way it goes. */
static struct text arrow_to(const struct naming *naming, struct text peer)
{
	const struct open_file *file = naming->file;
	bool out = file->writable, in = file->readable;
	const char *arrow = naming->ask->arrows ? (out && in ? "↔" :
						   out       ? "→" :
							       "←") :
						  (out && in ? "<->" :
						   out       ? "->" :
							       "<-");

	return arena_format(naming->ask->arena, "%s %.*s", arrow, (int)peer.len, peer.bytes);
}

/** For people: with who is at the other end. */
static struct text name_with_peer(struct naming *naming, struct text name)
{
	struct text peer = peer_word(naming);

	if (!peer.len)
		return name;
	if (naming->socket && naming->socket->kind == SOCKET_UNIX)
		return socket_text(naming, peer);
	if (naming->key.kind == END_PIPE)
		return arrow_to(naming, peer);
	if (naming->key.kind == END_FIFO)
		return join(naming, name, " ", arrow_to(naming, peer));
	if (naming->key.kind == END_PTY || naming->key.kind == END_EVENTFD)
		return name;
	return join(naming, name, ", ", peer);
}

static struct text name_of(struct naming *naming)
{
	const struct files_name *out = naming->out;
	enum deleted_class class = naming->fate->class;
	struct text name = out->path.len ? out->path : out->detail;

	if (!(naming->ask->needs & FILE_NEED_DETAIL))
		return (struct text){ 0 };
	/* The kernel's own word is better than nothing. */
	if (!name.len)
		name = naming->file->link;
	if (out->path.len && class != CLASS_LIVE && class != CLASS_SILLY)
		name = arena_format(naming->ask->arena, "%.*s (deleted)", (int)name.len,
				    name.bytes);
	/* A device whose path says less than it could: /dev/ptmx, /dev/net/tun. */
	if (naming->ask->for_people && out->path.len && out->detail.len)
		name = join(naming, name, ", ", out->detail);
	if (naming->ask->for_people && naming->has_key && naming->ask->peers)
		name = name_with_peer(naming, name);
	return name;
}

void files_name(struct files_ask *ask, const struct files_process *process, size_t index,
		struct files_name *ret)
{
	struct naming naming = {
		.ask = ask,
		.process = process,
		.file = process->files[index],
		.fate = &process->fates[index],
		.index = index,
		.out = ret,
	};

	*ret = (struct files_name){ 0 };
	find_socket(&naming);
	ret->kind = kind_of(&naming);
	ret->path = path_of(&naming);
	ret->detail = detail_of(&naming);
	if (ask->needs & FILE_NEED_PEERS)
		find_key(&naming);
	if (naming.has_key && peers_of(ask))
		ret->peers = list_peers(&naming);
	ret->name = name_of(&naming);
	if (ask->needs & FILE_NEED_LOCKS)
		ret->locks = locks_text(naming.file->fdinfo, ask->arena);
}
