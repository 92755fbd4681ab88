/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/descriptors.h"
#include "act/refusal.h"
#include "act/unbound.h"
#include "act/wording.h"
#include "base/scope.h"
#include "kernel/procfile.h"
#include "show/encode.h"

enum { FIRST_DESCRIPTOR = 3 };

/** Room for as many descriptors. */
static int make_room(struct arena *arena, size_t count, struct error *err)
{
	uint64_t most;
	int rc = descriptors_allow(arena, count, &most);

	if (rc)
		error_set(err, rc,
			  "cannot hold %zu files: one process may have %" PRIu64
			  " open (ulimit -Hn)\n"
			  "  Nothing is held. Name fewer of them, a directory at a time.",
			  count, most);
	return rc;
}

/** What stands between us and the file, in words. */
static struct text refuse_bind(const struct holds *holds, const struct deleted_file *file, int rc)
{
	const struct unbound unbound = {
		.file = file,
		.handle = &file->holders[0].handle,
		.arena = holds->arena,
		.program = holds->program,
		.line = holds->line,
		.state = "It is not held.",
	};
	struct error err;

	unbound_explain(&unbound, rc, &err);
	return arena_text(holds->arena, text_of(err.message));
}

static struct text refuse_stale(const struct holds *holds, const struct deleted_file *file)
{
	char handle[HANDLE_MAX];

	return arena_format(holds->arena,
			    "cannot hold %s: it was deleted on the NFS server and is gone there\n"
			    "  It is not held. Ask for a snapshot or backup of the server.",
			    handle_format(handle, &file->holders[0].handle));
}

static struct text refuse_kind(const struct holds *holds, const struct held *held)
{
	char handle[HANDLE_MAX];

	return arena_format(holds->arena,
			    "%s is %s, not a regular file: there is no content to keep\n"
			    "  It is not held.",
			    handle_format(handle, &held->holder->handle),
			    refusal_kind_word(held->inode.mode));
}

/** Its filesystem forgets a deleted file with the last descriptor, and we could not get one. */
static struct text refuse_open(const struct holds *holds, const struct held *held, int rc)
{
	char handle[HANDLE_MAX];

	return arena_format(holds->arena,
			    "cannot hold %s: its filesystem (%s) keeps it only for those who have "
			    "opened it, and that failed: %s\n  It is not held.",
			    handle_format(handle, &held->holder->handle),
			    wording_shown(holds->arena, held->file->site->mounted.info->type),
			    strerror(-rc));
}

/** O_PATH keeps the inode; held_keep knows where that does not keep the file. */
static void take_one(struct holds *holds, struct hold *hold)
{
	struct held held;

	if (hold->file->class == CLASS_STALE) {
		hold->refusal = refuse_stale(holds, hold->file);
		return;
	}
	int rc = held_bind(holds->source, hold->file, &held);
	if (rc) {
		hold->refusal = refuse_bind(holds, hold->file, rc);
		return;
	}
	hold->holder = held.holder;
	if (!S_ISREG(held.inode.mode)) {
		hold->refusal = refuse_kind(holds, &held);
		held_end(&held);
		return;
	}
	rc = held_keep(&held, &hold->unreadable);
	if (rc)
		hold->refusal = refuse_open(holds, &held, rc);
	else
		hold->fd = held_take(&held);
	hold->by_device = held.part.size != 0;
	hold->row.inode = held.inode.ino;
	hold->row.size = held.inode.size;
	held_end(&held);
}

int hold_take(struct holds *holds, const struct deleted_files *files, struct error *err)
{
	holds->items = arena_zero(holds->arena, files->count, sizeof(*holds->items));
	for (size_t i = 0; i < files->count; i++)
		holds->items[i] = (struct hold){ .file = &files->files[i], .fd = -1 };
	int rc = make_room(holds->arena, files->count, err);
	if (rc)
		return rc;
	holds->count = files->count;
	for (size_t i = 0; i < holds->count; i++) {
		take_one(holds, &holds->items[i]);
		holds->held += holds->items[i].fd >= 0;
	}
	return 0;
}

static int by_fd(const void *left, const void *right)
{
	const struct hold *const *a = left, *const *b = right;

	return ((*a)->fd > (*b)->fd) - ((*a)->fd < (*b)->fd);
}

int hold_settle(struct holds *holds)
{
	struct hold **order = arena_zero(holds->arena, holds->held, sizeof(struct hold *));
	size_t count = 0;
	int next = FIRST_DESCRIPTOR;

	for (size_t i = 0; i < holds->count; i++) {
		if (holds->items[i].fd >= 0)
			order[count++] = &holds->items[i];
	}
	qsort(order, count, sizeof(struct hold *), by_fd);
	/* The nth of them in order is 3 + n or higher: what is overwritten is none of the others. */
	for (size_t i = 0; i < count; i++, next++) {
		if (order[i]->fd != next && dup3(order[i]->fd, next, O_CLOEXEC) < 0)
			return -errno;
		order[i]->fd = next;
	}
	return close_range((unsigned int)next, ~0U, 0) ? -errno : 0;
}

static void fill_row(const struct holds *holds, struct hold *hold, unsigned int pid)
{
	struct holding *row = &hold->row;
	const struct holder *holder = hold->holder ? hold->holder : &hold->file->holders[0];
	struct text message = hold->refusal, line;

	row->from = handle_text(holds->arena, &holder->handle);
	row->command = deleted_comm(hold->file, holder - hold->file->holders);
	facts_know(&row->facts, HOLDING_FROM);
	facts_know(&row->facts, HOLDING_COMMAND);
	row->path = deleted_path(hold->file);
	if (deleted_path(hold->file).len)
		facts_know(&row->facts, HOLDING_PATH);
	if (text_next(&message, '\n', &line)) {
		row->error = line;
		facts_know(&row->facts, HOLDING_ERROR);
	}
	if (hold->fd < 0)
		return;
	struct handle handle = { .pid = pid, .fd = (unsigned int)hold->fd };
	/* Our descriptor leads to the device, which is no file to recover; its own handle still does. */
	if (hold->by_device)
		handle = holder->handle;
	row->handle = handle_text(holds->arena, &handle);
	facts_know(&row->facts, HOLDING_HANDLE);
	facts_know(&row->facts, HOLDING_SIZE);
	facts_know(&row->facts, HOLDING_INODE);
}

void hold_rows(struct holds *holds, unsigned int pid)
{
	for (size_t i = 0; i < holds->count; i++)
		fill_row(holds, &holds->items[i], pid);
}
