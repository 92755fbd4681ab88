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

int peers_look(const struct source *source, bool named, struct peers **ret, struct error *err)
{
	struct peers *peers = memory_resize(NULL, 1, sizeof(*peers));
	struct tally tally = { 0 };
	struct look look = { .filter = LOOK_ENDS,
			     .needs = LOOK_ACCESS | LOOK_DETAILS | (named ? LOOK_IDENTITY : 0),
			     .found = found,
			     .context = peers };

	*peers = (struct peers){ 0 };
	arena_init(&peers->arena);
	int rc = source->look(source, &look, &tally, err);
	if (rc)
		peers_end(peers);
	else
		*ret = peers;
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
