/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/peers.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <uthash.h>

/** Documentation/admin-guide/devices.txt: the slaves of unix98 terminals, 256 each. */
enum { PTS_MAJOR_FIRST = 136, PTS_MAJOR_LAST = 143, PTMX_MAJOR = 5, PTMX_MINOR = 2 };

struct ends {
	struct end_key key;
	struct end *first, *last;
	UT_hash_handle hh;
};

struct peers {
	struct arena arena;
	struct ends *table;
};

/** "pipe:[123]": the number in the brackets. */
static bool bracketed(struct text link, uint64_t *ret)
{
	const char *open = memchr(link.bytes, '[', link.len);

	if (!open)
		return false;
	struct text rest = text_from(link, (size_t)(open - link.bytes) + 1), number;
	return text_next(&rest, ']', &number) && text_number(number, 10, ret) == 0;
}

/** The value of a line of fdinfo, such as "tty-index:\t3". */
static bool fdinfo_number(struct text fdinfo, const char *key, uint64_t *ret)
{
	struct text line, word;

	while (text_next(&fdinfo, '\n', &line)) {
		if (!text_next(&line, ':', &word) || !text_is(word, key))
			continue;
		while (line.len && (line.bytes[0] == ' ' || line.bytes[0] == '\t'))
			line = text_from(line, 1);
		return text_number(line, 10, ret) == 0;
	}
	return false;
}

static bool is_master(const struct open_file *file)
{
	return !file->inode_rc && S_ISCHR(file->inode.mode) &&
	       major(file->inode.rdev) == PTMX_MAJOR && minor(file->inode.rdev) == PTMX_MINOR;
}

/** A terminal is told by its number in its devpts; a master's own node may lie elsewhere: /dev/ptmx. */
static bool terminal_key(const struct open_file *file, struct end_key *ret)
{
	dev_t rdev = file->inode.rdev;

	ret->kind = END_PTY;
	if (is_master(file))
		return fdinfo_number(file->fdinfo, "tty-index", &ret->number);
	if (major(rdev) < PTS_MAJOR_FIRST || major(rdev) > PTS_MAJOR_LAST)
		return false;
	ret->number = (major(rdev) - PTS_MAJOR_FIRST) * 256 + minor(rdev);
	return true;
}

static bool named_key(const struct open_file *file, struct end_key *ret)
{
	if (file->inode_rc)
		return false;
	if (S_ISCHR(file->inode.mode))
		return terminal_key(file, ret);
	ret->kind = S_ISFIFO(file->inode.mode) ? END_FIFO : END_MQUEUE;
	ret->device = file->inode.dev;
	ret->number = file->inode.ino;
	return S_ISFIFO(file->inode.mode) || S_ISREG(file->inode.mode);
}

bool peers_key(const struct open_file *file, struct end_key *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (file->handle.use != USE_FD)
		return false;
	if (text_starts(file->link, "/"))
		return named_key(file, ret);
	if (text_starts(file->link, "pipe:[")) {
		ret->kind = END_PIPE;
		return bracketed(file->link, &ret->number);
	}
	if (text_starts(file->link, "socket:[")) {
		ret->kind = END_SOCKET;
		return bracketed(file->link, &ret->number);
	}
	ret->kind = END_EVENTFD;
	return text_is(file->link, "anon_inode:[eventfd]") &&
	       fdinfo_number(file->fdinfo, "eventfd-id", &ret->number);
}

static void add(struct peers *peers, const struct end_key *key, const struct open_file *file,
		struct text comm)
{
	struct ends *ends;
	struct end *end = arena_zero(&peers->arena, 1, sizeof(*end));

	*end = (struct end){ .handle = file->handle,
			     .comm = comm,
			     .readable = file->readable,
			     .writable = file->writable,
			     .master = key->kind == END_PTY && is_master(file) };
	HASH_FIND(hh, peers->table, key, sizeof(*key), ends);
	if (ends) {
		ends->last->next = end;
		ends->last = end;
		return;
	}
	ends = arena_zero(&peers->arena, 1, sizeof(*ends));
	memcpy(&ends->key, key, sizeof(ends->key)); /* its padding too: it is hashed */
	ends->first = ends->last = end;
	HASH_ADD(hh, peers->table, key, sizeof(ends->key), ends);
}

static void found(void *context, const struct process *process)
{
	struct peers *peers = context;
	struct text comm = arena_text(&peers->arena, process->comm);

	for (size_t i = 0; i < process->count; i++) {
		struct end_key key;

		if (peers_key(&process->files[i], &key))
			add(peers, &key, &process->files[i], comm);
	}
}

/** Look as `wanted` says, for ends. */
static int gather(const struct source *source, const struct look *wanted, struct tally *tally,
		  struct peers **ret, struct error *err)
{
	struct peers *peers = memory_resize(NULL, 1, sizeof(*peers));
	struct look look = *wanted;

	*peers = (struct peers){ 0 };
	arena_init(&peers->arena);
	look.filter = LOOK_ENDS;
	look.found = found;
	look.context = peers;
	int rc = source->look(source, &look, tally, err);
	if (rc)
		peers_end(peers);
	else
		*ret = peers;
	return rc;
}

int peers_look(const struct source *source, bool named, struct peers **ret, struct error *err)
{
	struct tally tally = { 0 };
	const struct look look = { .needs = LOOK_ACCESS | LOOK_DETAILS |
					    (named ? LOOK_IDENTITY : 0) };

	return gather(source, &look, &tally, ret, err);
}

/** What leads to the other ends. */
struct seeking {
	struct sockets *sockets;
	unsigned int ends; /**< enum look_ends */
	bool unlisted;     /**< a socket whose other end is not known by its number */
	uint64_t *inos;
	size_t count;
};

static void seek_number(struct seeking *seeking, uint64_t ino)
{
	memory_grow(&seeking->inos, seeking->count, sizeof(*seeking->inos));
	seeking->inos[seeking->count++] = ino;
}

static void seek_end(struct seeking *seeking, const struct open_file *file)
{
	struct end_key key;

	if (!peers_key(file, &key))
		return;
	switch (key.kind) {
	case END_PIPE:
		seeking->ends |= LOOK_PIPES;
		seek_number(seeking, key.number);
		return;
	case END_EVENTFD:
		seeking->ends |= LOOK_EVENTFDS;
		return;
	case END_PTY:
		seeking->ends |= LOOK_TERMINALS;
		return;
	case END_FIFO:
	case END_MQUEUE:
		seeking->ends |= LOOK_NAMED_ENDS;
		return;
	case END_SOCKET:
		return; /* its own number is not that of the other end */
	}
}

static void seek_sockets(struct seeking *seeking, const struct open_file *const *files,
			 size_t count)
{
	sockets_add_these(seeking->sockets, files, count, true, false);
	for (size_t i = 0; i < count; i++) {
		struct end_key key;
		const struct socket *socket = peers_key(files[i], &key) ?
						      sockets_find(seeking->sockets, key.number) :
						      NULL;
		uint64_t other = socket ? sockets_peer(seeking->sockets, socket) : 0;

		if (other) {
			seeking->ends |= LOOK_SOCKET_ENDS;
			seek_number(seeking, other);
		}
		seeking->unlisted |= !socket;
	}
}

static void seek(void *context, const struct process *process)
{
	const struct open_file **sockets =
		memory_resize(NULL, process->count, sizeof(struct open_file *));
	size_t count = 0;

	for (size_t i = 0; i < process->count; i++) {
		seek_end(context, &process->files[i]);
		if (text_starts(process->files[i].link, "socket:["))
			sockets[count++] = &process->files[i];
	}
	if (count)
		seek_sockets(context, sockets, count);
	free(sockets);
}

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** The look for what is sought. */
static struct look look_of(const struct seeking *seeking)
{
	struct look look = { .needs = LOOK_ACCESS, .ends = seeking->ends };

	if (seeking->ends & LOOK_NAMED_ENDS)
		look.needs |= LOOK_IDENTITY;
	if (seeking->ends & (LOOK_EVENTFDS | LOOK_TERMINALS))
		look.needs |= LOOK_DETAILS;
	/* It will be found in another namespace, or nowhere. */
	if (seeking->unlisted) {
		look.ends |= LOOK_PIPES | LOOK_SOCKET_ENDS;
		return look;
	}
	look.inos = seeking->inos;
	look.ino_count = seeking->count;
	return look;
}

int peers_look_opposite(const struct source *source, const unsigned int *pids, size_t pid_count,
			struct sockets *sockets, struct peers **ret, struct error *err)
{
	struct seeking seeking = { .sockets = sockets };
	struct tally tally = { 0 };
	const struct look own = { .filter = LOOK_ENDS,
				  .needs = LOOK_DETAILS | LOOK_IDENTITY,
				  .pids = pids,
				  .pid_count = pid_count,
				  .found = seek,
				  .context = &seeking };
	int rc = source->look(source, &own, &tally, err);

	if (seeking.count)
		qsort(seeking.inos, seeking.count, sizeof(*seeking.inos), ascending);
	struct look look = look_of(&seeking);
	const unsigned int nobody = 0;
	tally.blocked = 0;
	if (!look.ends)
		look.pids = &nobody;
	if (!rc)
		rc = gather(source, &look, &tally, ret, err);
	/* A worker that was given up may still look into it, whenever it wakes. */
	if (!tally.blocked)
		free(seeking.inos);
	return rc;
}

void peers_end(struct peers *peers)
{
	if (!peers)
		return;
	HASH_CLEAR(hh, peers->table);
	arena_end(&peers->arena);
	free(peers);
}

const struct end *peers_with(const struct peers *peers, const struct end_key *key)
{
	struct ends *ends;

	HASH_FIND(hh, peers->table, key, sizeof(*key), ends);
	return ends ? ends->first : NULL;
}

bool peers_is_opposite(const struct open_file *file, const struct end_key *key,
		       const struct end *end)
{
	if (handle_equal(&file->handle, &end->handle))
		return false;
	switch (key->kind) {
	case END_PIPE:
	case END_FIFO:
		return (file->writable && end->readable) || (file->readable && end->writable);
	case END_PTY:
		return is_master(file) != end->master;
	case END_SOCKET:
	case END_EVENTFD:
	case END_MQUEUE:
		return true;
	}
	return false;
}
