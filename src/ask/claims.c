/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/claims.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/fdline.h"
#include "kernel/procfile.h"

enum { LOCKS_MAX = 16 << 20 };

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static bool is_same(const struct filelock *a, const struct filelock *b)
{
	return a->type == b->type && a->state == b->state && a->write == b->write &&
	       a->unlock == b->unlock && a->to_end == b->to_end && a->pid == b->pid &&
	       a->dev == b->dev && a->ino == b->ino && a->start == b->start &&
	       (a->to_end || a->end == b->end);
}

static bool take_id(struct text line, uint64_t *ret)
{
	struct text word, number;

	return fdline_word(&line, &word) && text_next(&word, ':', &number) &&
	       text_number(number, 10, ret) == 0;
}

static void add(struct claims *claims, uint64_t id, const struct filelock *lock)
{
	struct claim claim = { .id = id, .lock = *lock, .like = claims->count, .likes = 1 };

	for (size_t i = claims->count; i > 0 && lock->blocked && !claim.blocker; i--) {
		const struct claim *before = &claims->items[i - 1];

		if (before->id == id && !before->lock.blocked)
			claim.blocker = before->lock.pid;
	}
	for (size_t i = 0; i < claims->count && !lock->blocked; i++) {
		struct claim *before = &claims->items[i];

		if (before->lock.blocked || !is_same(&before->lock, lock))
			continue;
		claim.like = before->like;
		claims->items[claim.like].likes++;
		break;
	}
	memory_grow(&claims->items, claims->count, sizeof(claim));
	claims->items[claims->count++] = claim;
}

int claims_read(struct claims *claims, struct error *err)
{
	struct text text, line;
	int rc = procfile_load(claims->inquiry->source->proc, "locks", LOCKS_MAX, &claims->arena,
			       &text);

	/* A kernel without them has none. */
	if (rc == -ENOENT)
		return 0;
	if (rc)
		return error_set(err, rc, "cannot read /proc/locks: %s", strerror(-rc));
	while (text_next(&text, '\n', &line)) {
		struct filelock lock;
		uint64_t id;

		if (take_id(line, &id) && filelock_parse(line, &lock) == 0)
			add(claims, id, &lock);
	}
	claims->inos = arena_zero(&claims->arena, claims->count + 1, sizeof(*claims->inos));
	for (size_t i = 0; i < claims->count; i++)
		claims->inos[i] = claims->items[i].lock.ino;
	qsort(claims->inos, claims->count, sizeof(*claims->inos), ascending);
	return 0;
}

/** What has no name left is called as it was; else the text cannot be told from a name that ends so. */
static struct text path_of(struct claims *claims, const struct open_file *file)
{
	static const char mark[] = " (deleted)";
	struct text link = file->link;

	if (!file->inode_rc && !file->inode.nlink && text_ends(link, mark))
		link.len -= sizeof(mark) - 1;
	return arena_text(&claims->arena, link);
}

static void add_handle(struct claims *claims, struct claimant *claimant,
		       const struct handle *handle)
{
	size_t count = claimant->handles.count;
	struct text *handles = arena_zero(&claims->arena, count + 1, sizeof(*handles));

	if (count)
		memcpy(handles, claimant->handles.items, count * sizeof(*handles));
	handles[count] = handle_text(&claims->arena, handle);
	claimant->handles = (struct texts){ handles, count + 1 };
}

static void add_claimant(struct claims *claims, struct claim *claim, const struct process *process,
			 const struct handle *handle)
{
	struct claimant *last = claim->count ? &claim->claimants[claim->count - 1] : NULL;

	/* The locks of a process (posix) show at each of its descriptors of the file. */
	if (!last || last->pid != process->pid) {
		memory_grow(&claim->claimants, claim->count, sizeof(*last));
		last = &claim->claimants[claim->count++];
		*last = (struct claimant){ .pid = process->pid,
					   .command = arena_text(&claims->arena, process->comm) };
	}
	add_handle(claims, last, handle);
}

/** Two ofd locks for reading may look the same: which is whose nobody tells, so each gets its share. */
static void deal(struct claims *claims, const struct filelock *lock, const struct process *process,
		 const struct open_file *file)
{
	for (size_t i = 0; i < claims->count; i++) {
		struct claim *first = &claims->items[i];

		if (first->lock.blocked || !is_same(&first->lock, lock))
			continue;
		size_t turn = first->likes > 1 ? first->taken++ % first->likes : 0;
		for (size_t k = i; k < claims->count; k++) {
			if (claims->items[k].lock.blocked || claims->items[k].like != i || turn--)
				continue;
			add_claimant(claims, &claims->items[k], process, &file->handle);
			claims->items[k].path = path_of(claims, file);
			break;
		}
		return;
	}
}

static void name(struct claims *claims, const struct open_file *file)
{
	uint64_t ino = file->inode.ino;

	if (file->inode_rc || !bsearch(&ino, claims->inos, claims->count, sizeof(ino), ascending))
		return;
	for (size_t i = 0; i < claims->count; i++) {
		struct claim *claim = &claims->items[i];

		if (claim->lock.ino == ino && claim->lock.dev == file->inode.dev &&
		    !claim->path.len)
			claim->path = path_of(claims, file);
	}
}

static void found(void *context, const struct process *process)
{
	struct claims *claims = context;

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];
		struct text fdinfo = file->fdinfo;
		struct filelock lock;

		if (file->handle.use != USE_FD)
			continue;
		while (filelock_next(&fdinfo, &lock))
			deal(claims, &lock, process, file);
		name(claims, file);
	}
}

/** Who waits has the file open as well as who has the lock, but maybe by another name. */
static void share_names(struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++) {
		struct claim *claim = &claims->items[i];

		for (size_t k = 0; k < claims->count && !claim->path.len; k++) {
			const struct claim *other = &claims->items[k];

			if (other->lock.ino == claim->lock.ino &&
			    other->lock.dev == claim->lock.dev)
				claim->path = other->path;
		}
	}
}

int claims_look(struct claims *claims, struct error *err)
{
	const struct source *source = claims->inquiry->source;
	struct look look = { .filter = LOOK_ALL,
			     .needs = LOOK_NAMED | LOOK_NAMED_IDENTITY | LOOK_LOCKS,
			     .pids = claims->scope.pids,
			     .pid_count = claims->scope.pid_count,
			     .found = found,
			     .context = claims };

	/* Where nothing is locked there is nobody to be found. */
	if (!claims->count)
		return 0;
	int rc = source->look(source, &look, &claims->outcome->tally, err);
	if (!rc)
		share_names(claims);
	return rc;
}
