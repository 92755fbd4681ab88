/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/plugs.h"

#include <stdlib.h>

#include "ask/unmatched.h"
#include "scan/socket_index.h"

/** So many processes are asked about their sockets alone. */
enum { PROCESSES_FEW = 16 };

/** A descriptor that is a socket. */
struct end {
	uint64_t ino;
	const struct open_file *file;
};

static bool take_ino(struct text link, uint64_t *ret)
{
	struct text word;

	return text_starts(link, "socket:[") && text_next(&link, '[', &word) &&
	       text_next(&link, ']', &word) && text_number(word, 10, ret) == 0;
}

static int by_ino(const void *left, const void *right)
{
	const struct end *a = left, *b = right;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return a->file < b->file ? -1 : 1;
}

static struct end *find_ends(struct plugs *plugs, const struct process *process, size_t *count)
{
	struct end *ends = arena_zero(&plugs->rows, process->count + 1, sizeof(*ends));

	for (size_t i = 0; i < process->count; i++) {
		ends[*count].file = &process->files[i];
		*count += take_ino(process->files[i].link, &ends[*count].ino);
	}
	qsort(ends, *count, sizeof(*ends), by_ino);
	return ends;
}

/** Of a few processes only their own are asked for; where all are meant, all are there already. */
static void know_sockets(struct plugs *plugs, unsigned int pid, const struct end *ends,
			 size_t count)
{
	const struct open_file **files = arena_zero(&plugs->rows, count, sizeof(*files));

	for (size_t i = 0; i < count; i++)
		files[i] = ends[i].file;
	if (plugs->few)
		sockets_add_these(plugs->sockets, files, count, plugs->needs & SOCKET_NEED_PEER,
				  false);
	else if (plugs->scope.pids)
		sockets_add(plugs->sockets, pid);
}

/** One that is in no table may be of a namespace that no process is in. Else its protocol still has a name. */
static void find_socket(struct plugs *plugs, const struct end *end, struct plug *plug)
{
	char path[OPEN_FILE_PATH_MAX], word[SOCKET_WORD_MAX];

	plug->socket = sockets_find(plugs->sockets, end->ino);
	if (plug->socket ||
	    socket_kind_read(plugs->inquiry->source->proc, open_file_path(path, end->file),
			     end->file->link, word))
		return;
	if (socket_tables_of(word) && sockets_add_lost(plugs->sockets, end->file))
		plug->socket = sockets_find(plugs->sockets, end->ino);
	if (!plug->socket)
		plug->kind = arena_text(&plugs->arena, text_of(word));
}

/** All descriptors of one socket, which stand together. How many. */
static size_t add_plug(struct plugs *plugs, const struct process *process, const struct end *ends,
		       size_t count)
{
	struct plug plug = { .ino = ends->ino, .pid = process->pid };
	size_t same = 1;

	while (same < count && ends[same].ino == ends->ino)
		same++;
	struct text *handles = arena_zero(&plugs->arena, same, sizeof(*handles));
	for (size_t i = 0; i < same; i++)
		handles[i] = handle_text(&plugs->arena, &ends[i].file->handle);
	plug.handles = (struct texts){ handles, same };
	find_socket(plugs, ends, &plug);
	memory_grow(&plugs->items, plugs->count, sizeof(plug));
	plugs->items[plugs->count++] = plug;
	return same;
}

static void found(void *context, const struct process *process)
{
	struct plugs *plugs = context;
	size_t count = 0, first = plugs->count;
	const struct end *ends = find_ends(plugs, process, &count);

	if (count) {
		struct text command = arena_text(&plugs->arena, process->comm);

		know_sockets(plugs, process->pid, ends, count);
		for (size_t i = 0; i < count;)
			i += add_plug(plugs, process, &ends[i], count - i);
		for (size_t i = first; i < plugs->count; i++)
			plugs->items[i].command = command;
	}
	arena_reset(&plugs->rows);
}

static bool has_port(const struct socket *socket, const struct target *target)
{
	return socket && (target->udp ? socket_is_datagram(socket) : socket_is_stream(socket)) &&
	       socket->inet.local.port == target->port;
}

static bool wish_means(const struct wish *wish, const struct socket *socket, unsigned int pid)
{
	if (wish->kind == TARGET_PORT)
		return has_port(socket, wish->target);
	for (size_t i = 0; i < wish->pid_count && pid; i++) {
		if (wish->pids[i] == pid)
			return true;
	}
	return false;
}

static bool is_meant(struct plugs *plugs, const struct socket *socket, unsigned int pid)
{
	bool meant = !plugs->scope.count;

	for (size_t i = 0; i < plugs->scope.count; i++) {
		bool means = wish_means(&plugs->scope.wishes[i], socket, pid);

		plugs->scope.wishes[i].matched += means;
		meant |= means;
	}
	return meant;
}

/** The ports that its row has: 0, where it has none. */
static uint64_t port_of(const struct socket *socket, bool peer)
{
	switch (socket->kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
	case SOCKET_MPTCP:
		return peer ? socket->inet.remote.port : socket->inet.local.port;
	case SOCKET_VSOCK:
		return peer ? socket->vsock.remote_port : socket->vsock.port;
	default:
		return 0;
	}
}

/** May its rows be among those that are wanted? */
static bool is_narrow(const struct narrow *narrow, const struct socket *socket)
{
	return (!narrow->inode || narrow->inode == socket->ino) &&
	       (!narrow->local_port || narrow->local_port == port_of(socket, false)) &&
	       (!narrow->peer_port || narrow->peer_port == port_of(socket, true));
}

static bool is_wanted(const struct plugs *plugs, const struct socket *socket)
{
	const struct narrow *narrow = plugs->inquiry->narrow;

	return !narrow || is_narrow(narrow, socket);
}

static void push(struct plugs *plugs, const struct socket *socket, const struct plug *plug)
{
	if (plugs->enough || !is_meant(plugs, socket, plug ? plug->pid : 0))
		return;
	struct socket_row *row = arena_zero(&plugs->rows, 1, sizeof(*row));
	plugs_row(plugs, socket, plug, row);
	plugs->outcome->rows++;
	plugs->enough = !sink_push(plugs->inquiry->sink, row);
	if (!sink_keeps(plugs->inquiry->sink))
		arena_reset(&plugs->rows);
}

static int by_socket(const void *left, const void *right)
{
	const struct plug *a = left, *b = right;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/** Index of the first plug of this socket, or of where it would be. */
static size_t first_of(const struct plugs *plugs, uint64_t ino)
{
	size_t low = 0, high = plugs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (plugs->items[middle].ino < ino)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/** Those that nobody holds, as far as it can be seen. */
static void push_free(struct plugs *plugs)
{
	const struct socket **all;
	size_t count = sockets_all(plugs->sockets, &plugs->arena, &all);

	for (size_t i = 0; i < count; i++) {
		size_t at = all[i]->ino ? first_of(plugs, all[i]->ino) : plugs->count;

		if (!is_wanted(plugs, all[i]))
			continue;
		if (at == plugs->count || plugs->items[at].ino != all[i]->ino)
			push(plugs, all[i], NULL);
	}
}

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** Of all sockets only few: then who holds these is asked, and not who holds any. */
static void narrow_look(struct plugs *plugs, struct look *look)
{
	const struct narrow *narrow = plugs->inquiry->narrow;
	const struct socket **all;

	if (!narrow || look->pids || !(narrow->inode || narrow->local_port || narrow->peer_port))
		return;
	size_t count = sockets_all(plugs->sockets, &plugs->arena, &all), kept = 0;
	uint64_t *inos = plugs->inos = memory_resize(NULL, count + 1, sizeof(*inos));
	for (size_t i = 0; i < count; i++) {
		if (all[i]->ino && is_narrow(narrow, all[i]))
			inos[kept++] = all[i]->ino;
	}
	/* It may be in no table, and then has no port. */
	if (!kept && narrow->inode && !narrow->local_port && !narrow->peer_port)
		inos[kept++] = narrow->inode;
	qsort(inos, kept, sizeof(*inos), ascending);
	look->filter = LOOK_SOCKETS;
	look->inos = inos;
	look->ino_count = kept;
}

static int look(struct plugs *plugs, struct error *err)
{
	const struct source *source = plugs->inquiry->source;
	struct look look = { .filter = LOOK_ENDS,
			     .ends = LOOK_SOCKET_ENDS,
			     .pids = plugs->scope.pids,
			     .pid_count = plugs->scope.pid_count,
			     .found = found,
			     .context = plugs };

	plugs->few = plugs->scope.pids && plugs->scope.pid_count <= PROCESSES_FEW;
	plugs->sockets = sockets_begin(source, plugs->few ? 0 : SOCKETS_ALL);
	int rc = plugs->scope.pids ? 0 : sockets_add_all(plugs->sockets);
	if (rc)
		return error_set(err, rc, "cannot list the processes: %s", strerror(-rc));
	narrow_look(plugs, &look);
	rc = source->look(source, &look, &plugs->outcome->tally, err);
	if (rc)
		return rc;
	if (plugs->count)
		qsort(plugs->items, plugs->count, sizeof(*plugs->items), by_socket);
	for (size_t i = 0; i < plugs->count; i++)
		push(plugs, plugs->items[i].socket, &plugs->items[i]);
	if (!plugs->scope.pids)
		push_free(plugs);
	plugs->outcome->namespaces_unread = sockets_unread(plugs->sockets);
	return 0;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct plugs plugs = { .inquiry = inquiry,
			       .outcome = outcome,
			       .needs = sink_needs(inquiry->sink) };
	int rc = crowd_scope(inquiry, outcome, &plugs.scope, err);

	arena_init(&plugs.arena);
	arena_init(&plugs.rows);
	if (!rc)
		rc = look(&plugs, err);
	if (!rc)
		unmatched_explain(inquiry, &plugs.scope, outcome);
	sink_finish(inquiry->sink);
	if (plugs.sockets)
		sockets_end(plugs.sockets);
	scope_end(&plugs.scope);
	free(plugs.items);
	/* A worker that was given up may still look into it, whenever it wakes. */
	if (!outcome->tally.blocked)
		free(plugs.inos);
	arena_end(&plugs.rows);
	arena_end(&plugs.arena);
	return rc;
}

const struct question question_sockets = {
	.name = "sockets",
	.asks = "which sockets are there, and who holds them?",
	.table = &socket_table,
	.words_are_processes = true,
	.ports_are_sockets = true,
	.ask = ask,
};
