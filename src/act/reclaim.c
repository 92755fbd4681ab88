/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/reclaim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/descriptors.h"
#include "act/empty.h"
#include "act/reclaim_refusal.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/extents.h"

/** So long what was seen is taken for true, while one after the other is emptied. */
static const int64_t FRESH_NS = 1000000000;

static const char *hold_path(char buffer[32], const struct reclaimed *reclaimed)
{
	snprintf(buffer, 32, "/proc/self/fd/%d", reclaimed->held.hold);
	return buffer;
}

/** Some classes have no name left, and none may have come back. FUSE's count may be an old one. */
static bool has_name(const struct reclaimed *reclaimed, const struct inode *inode)
{
	enum deleted_class class = reclaimed->file->class;

	return (class == CLASS_GONE || class == CLASS_REPLACED || class == CLASS_TMPFILE) &&
	       inode->nlink > 0 && !mounts_may_hang(reclaimed->file->site->mounted.info);
}

/** What it is. Changes and opens nothing. */
static bool is_right_kind(const struct reclaiming *context, struct reclaimed *out)
{
	enum deleted_class class = out->file->class;

	if (class == CLASS_STALE)
		reclaim_refuse_stale(context, out);
	else if (class == CLASS_LOWER)
		reclaim_refuse_lower(context, out);
	else if (!S_ISREG(out->held.inode.mode))
		reclaim_refuse_kind(context, out);
	else if (class == CLASS_LINKED || has_name(out, &out->held.inode))
		reclaim_refuse_linked(context, out);
	else
		return true;
	return false;
}

/** The same question that open(2) would ask, but nobody notices it. */
static bool may_write(const struct reclaiming *context, struct reclaimed *out)
{
	char path[32];
	enum protection protection = inode_protection(out->held.hold);

	if (protection != PROTECTION_NONE)
		reclaim_refuse_protected(context, out, protection);
	else if (faccessat(AT_FDCWD, hold_path(path, out), W_OK, AT_EACCESS))
		reclaim_refuse_open(context, out, -errno);
	else
		return true;
	return false;
}

/** Memory may be sealed against it. To ask that takes a descriptor; nobody else has one to break. */
static bool is_unsealed(const struct reclaiming *context, struct reclaimed *out)
{
	char path[32];

	if (out->file->class != CLASS_MEMORY)
		return true;
	scope_fd fd = open(hold_path(path, out), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int seals = fd < 0 ? 0 : fcntl(fd, F_GET_SEALS);
	if (seals <= 0 || !(seals & EMPTY_SEALS))
		return true;
	reclaim_refuse_sealed(context, out, seals);
	return false;
}

/** Cutting it short would kill who maps it, and leaves a plain writer writing behind a hole. */
static enum emptying choose(const struct stakes *stakes)
{
	if (stakes->unseen != UNSEEN_NONE)
		return EMPTYING_PUNCH;
	for (size_t i = 0; i < stakes->count; i++) {
		enum stake_kind kind = stakes->items[i].kind;

		if (kind != STAKE_POINTS && kind != STAKE_APPENDS && kind != STAKE_READS)
			return EMPTYING_PUNCH;
	}
	return EMPTYING_TRUNCATE;
}

/** Those whom no option may harm. */
static bool is_at_rest(const struct reclaiming *context, struct reclaimed *out)
{
	const struct stake *worst = stakes_worst(&out->stakes);

	if (out->stakes.backed.len)
		reclaim_refuse_backing(context, out);
	else if (worst && worst->kind == STAKE_RUNS)
		reclaim_refuse_running(context, out, worst);
	else if (!worst && out->stakes.unseen == UNSEEN_NONE)
		reclaim_refuse_bind(context, out, -ESRCH);
	else
		return true;
	return false;
}

/** Those who may still read it, or want it back. */
static bool is_of_no_use(const struct reclaiming *context, struct reclaimed *out)
{
	const struct stake *worst = stakes_worst(&out->stakes);

	if (worst && worst->kind == STAKE_KEEPS)
		reclaim_refuse_kept(context, out, worst);
	else if (worst && !stake_is_harmless(worst->kind))
		reclaim_refuse_read(context, out, worst);
	else if (out->stakes.unseen != UNSEEN_NONE)
		reclaim_refuse_unseen(context, out);
	else
		return true;
	return false;
}

/** Would nobody lose by it, and how can it be done? */
static void judge(const struct reclaiming *context, struct reclaimed *out)
{
	if (is_at_rest(context, out) && (context->options->discard || is_of_no_use(context, out)))
		out->method = choose(&out->stakes);
}

/** Those that still can be emptied. */
static bool is_open(const struct reclaimed *reclaimed)
{
	return reclaimed->result == RECLAIM_PLANNED;
}

/** Who has them? Asked for the plan, and again when it is carried out. */
static void see_stakes(const struct reclaiming *context, struct reclaimed *files, size_t count)
{
	struct staked *staked = arena_zero(context->arena, count + 1, sizeof(*staked));
	size_t open = 0;
	struct error err;

	for (size_t i = 0; i < count; i++) {
		if (is_open(&files[i]))
			staked[open++] = (struct staked){ &files[i].held, &files[i].stakes };
	}
	int rc = open ? stakes_look(context->source, staked, open, context->arena, &err) : 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_open(&files[i]))
			continue;
		if (!rc) {
			judge(context, &files[i]);
			continue;
		}
		files[i].result = RECLAIM_REFUSED;
		files[i].err = err;
	}
}

static bool take_hold(const struct reclaiming *context, struct reclaimed *out)
{
	int rc = held_bind(context->source, out->file, &out->held);

	if (rc)
		reclaim_refuse_bind(context, out, rc);
	return rc == 0;
}

static void fill_row(const struct reclaiming *context, struct reclaimed *out)
{
	struct reclamation *row = &out->row;
	const struct holder *holder = out->held.holder ? out->held.holder : &out->file->holders[0];
	struct text message = text_of(out->err.message), line;
	const struct inode *inode = out->result == RECLAIM_DONE ? &out->before : &out->file->inode;

	*row = (struct reclamation){ .handle = handle_text(context->arena, &holder->handle),
				     .command = deleted_command(out->file),
				     .path = deleted_path(out->file),
				     .size = inode->size,
				     .disk = inode->disk,
				     .method = emptying_word(out->method) };
	facts_know(&row->facts, RECLAMATION_HANDLE);
	facts_know(&row->facts, RECLAMATION_COMMAND);
	if (deleted_path(out->file).len)
		facts_know(&row->facts, RECLAMATION_PATH);
	if (!out->file->inode_rc) {
		facts_know(&row->facts, RECLAMATION_SIZE);
		facts_know(&row->facts, RECLAMATION_DISK);
	}
	if (out->result == RECLAIM_DONE) {
		row->freed = reclaim_freed(out);
		facts_know(&row->facts, RECLAMATION_FREED);
	}
	if (out->result == RECLAIM_DONE || out->result == RECLAIM_PLANNED)
		facts_know(&row->facts, RECLAMATION_METHOD);
	if (out->result == RECLAIM_INTERRUPTED)
		row->error = text_of("interrupted");
	else if (text_next(&message, '\n', &line))
		row->error = arena_text(context->arena, line);
	if (row->error.len)
		facts_know(&row->facts, RECLAMATION_ERROR);
}

static void begin(const struct reclaiming *context, const struct deleted_file *file,
		  struct reclaimed *ret)
{
	*ret = (struct reclaimed){ .result = RECLAIM_PLANNED,
				   .file = file,
				   .held = { .file = file, .hold = -1, .read = -1 },
				   .write = -1 };
	if (take_hold(context, ret) && is_right_kind(context, ret) && may_write(context, ret))
		is_unsealed(context, ret);
}

/** Each is held, and written to. */
static int allow_descriptors(const struct reclaiming *context, size_t count, struct error *err)
{
	uint64_t most;
	int rc = descriptors_allow(context->arena, 2 * count, &most);

	if (rc)
		error_set(err, rc,
			  "cannot empty %zu files at once: one process may have %" PRIu64
			  " open (ulimit -Hn)\n"
			  "  Nothing was changed. Name fewer of them, a directory at a time.",
			  count, most);
	return rc;
}

int reclaim_plan(const struct reclaiming *context, const struct deleted_file *files, size_t count,
		 struct reclaimed *ret, struct error *err)
{
	int rc = allow_descriptors(context, count, err);

	if (rc)
		return rc;
	/* Nothing is changed by planning: a file that does not answer must not hold us. */
	interrupt_allow();
	for (size_t i = 0; i < count; i++)
		begin(context, &files[i], &ret[i]);
	see_stakes(context, ret, count);
	interrupt_defer();
	for (size_t i = 0; i < count; i++)
		fill_row(context, &ret[i]);
	return 0;
}

/** What stands in the way of opening it is found out without anybody's notice but of its leases. */
static void open_one(const struct reclaiming *context, struct reclaimed *out)
{
	char path[32];

	/* O_NONBLOCK: a lease of somebody else's is an error, not a wait. */
	out->write = open(hold_path(path, out), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (out->write < 0) {
		out->write = -1;
		reclaim_refuse_open(context, out, -errno);
		return;
	}
	out->shared = extents_are_shared(out->write);
}

/** Opened to be written to, and seen by whom: is it still the file? */
static bool is_still_right(const struct reclaiming *context, struct reclaimed *out)
{
	int rc = inode_of(out->write, &out->before);

	if (rc)
		reclaim_refuse_open(context, out, rc);
	else if (!inode_same(&out->before, &out->held.inode))
		reclaim_refuse_bind(context, out, -HELD_OTHER_FILE);
	else if (has_name(out, &out->before))
		reclaim_refuse_linked(context, out);
	else
		return true;
	return false;
}

static void empty_one(const struct reclaiming *context, struct reclaimed *out)
{
	interrupt_allow();
	bool right = is_still_right(context, out);
	interrupt_defer();
	if (!right)
		return;
	if (interrupt_asked(context->interrupt)) {
		out->result = RECLAIM_INTERRUPTED;
		return;
	}
	int rc = empty(out->write, out->method, &out->before);
	if (inode_of(out->write, &out->after))
		out->after = out->before;
	if (rc)
		reclaim_refuse_failed(context, out, rc);
	else
		out->result = RECLAIM_DONE;
}

/** Who came meanwhile is to be seen, however long it takes to empty those before. */
static void empty_all(const struct reclaiming *context, struct reclaimed *files, size_t count)
{
	int64_t seen_ns = clock_ns(CLOCK_MONOTONIC);

	for (size_t i = 0; i < count; i++) {
		if (is_open(&files[i]) && clock_ns(CLOCK_MONOTONIC) - seen_ns > FRESH_NS) {
			see_stakes(context, files + i, count - i);
			seen_ns = clock_ns(CLOCK_MONOTONIC);
		}
		if (is_open(&files[i]))
			empty_one(context, &files[i]);
		if (files[i].result == RECLAIM_INTERRUPTED)
			return;
	}
}

/** How much room the filesystems of those in this state have; asked once, in one go. */
static void look_at_rooms(const struct reclaiming *context, struct reclaimed *files, size_t count,
			  enum reclaim_result state, bool before)
{
	struct text *points = arena_zero(context->arena, count + 1, sizeof(*points));
	struct space *spaces = arena_zero(context->arena, count + 1, sizeof(*spaces));
	struct reclaimed **whose =
		arena_zero(context->arena, count + 1, sizeof(struct reclaimed *));
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		const struct deleted_file *file = files[i].file;

		if (files[i].result != state || !file->site->filesystem ||
		    file->class == CLASS_MEMORY)
			continue;
		points[asked] = deleted_point(file, context->arena);
		whose[asked++] = &files[i];
	}
	if (!asked || paths_space(context->source, points, asked, spaces))
		return;
	for (size_t i = 0; i < asked; i++)
		*(before ? &whose[i]->room_before : &whose[i]->room) = spaces[i];
}

/** Some filesystems count what came free only then. */
static void settle(const struct reclaimed *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct mountinfo *filesystem = files[i].file->site->filesystem;
		bool settled = false;

		if (files[i].result != RECLAIM_DONE || !filesystem ||
		    !empty_needs_sync(filesystem->type))
			continue;
		for (size_t k = 0; k < i && !settled; k++)
			settled = files[k].result == RECLAIM_DONE &&
				  files[k].file->site->filesystem &&
				  files[k].file->site->filesystem->dev == filesystem->dev;
		if (!settled)
			syncfs(files[i].write);
	}
}

void reclaim_carry_out(const struct reclaiming *context, struct reclaimed *files, size_t count)
{
	interrupt_allow();
	look_at_rooms(context, files, count, RECLAIM_PLANNED, true);
	for (size_t i = 0; i < count; i++) {
		if (is_open(&files[i]))
			open_one(context, &files[i]);
	}
	see_stakes(context, files, count);
	interrupt_defer();
	empty_all(context, files, count);
	settle(files, count);
	look_at_rooms(context, files, count, RECLAIM_DONE, false);
	for (size_t i = 0; i < count; i++) {
		if (files[i].write >= 0)
			close(files[i].write);
		files[i].write = -1;
		fill_row(context, &files[i]);
	}
}

uint64_t reclaim_freed(const struct reclaimed *reclaimed)
{
	uint64_t before = reclaimed->before.disk, after = reclaimed->after.disk;

	return before > after ? before - after : 0;
}

void reclaim_end(struct reclaimed *reclaimed)
{
	held_end(&reclaimed->held);
}
