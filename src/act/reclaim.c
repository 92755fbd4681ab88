/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/reclaim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/empty.h"
#include "act/reclaim_refusal.h"
#include "base/scope.h"
#include "kernel/extents.h"

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
	       inode->nlink > 0 && !mounts_may_hang(reclaimed->file->mounted.info);
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

/** Who would lose by it, and how can it be done? Asked for the plan, and again when it is carried out. */
static bool see_stakes(const struct reclaiming *context, struct reclaimed *out)
{
	int rc = stakes_look(context->source, &out->held, context->arena, &out->stakes, &out->err);

	if (rc) {
		out->result = RECLAIM_REFUSED;
		return false;
	}
	if (!is_at_rest(context, out) ||
	    (!context->options->discard && !is_of_no_use(context, out)))
		return false;
	out->method = choose(&out->stakes);
	return true;
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
	const struct open_file *holder = out->held.holder ? out->held.holder :
							    &out->file->holders[0];
	struct text message = text_of(out->err.message), line;
	const struct inode *inode = out->result == RECLAIM_DONE ? &out->before : &out->file->inode;

	*row = (struct reclamation){ .handle = handle_text(context->arena, &holder->handle),
				     .command = deleted_command(out->file),
				     .path = out->file->path,
				     .size = inode->size,
				     .disk = inode->disk,
				     .method = emptying_word(out->method) };
	facts_know(&row->facts, RECLAMATION_HANDLE);
	facts_know(&row->facts, RECLAMATION_COMMAND);
	if (out->file->path.len)
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

void reclaim_plan(const struct reclaiming *context, const struct deleted_file *file,
		  struct reclaimed *ret)
{
	*ret = (struct reclaimed){ .result = RECLAIM_PLANNED,
				   .file = file,
				   .held = { .file = file, .hold = -1, .read = -1 } };
	/* Nothing is changed by planning: a file that does not answer must not hold us. */
	interrupt_allow();
	if (take_hold(context, ret) && is_right_kind(context, ret) && may_write(context, ret) &&
	    is_unsealed(context, ret))
		see_stakes(context, ret);
	interrupt_defer();
	fill_row(context, ret);
}

static void look_at_room(const struct reclaiming *context, const struct reclaimed *reclaimed,
			 struct space *ret)
{
	if (reclaimed->file->filesystem && reclaimed->file->class != CLASS_MEMORY) {
		struct text point = deleted_point(reclaimed->file, context->arena);

		paths_space(context->source, &point, 1, ret);
	}
}

/** Opened to be written to: is it still the file, and still nobody's loss? */
static bool is_still_right(const struct reclaiming *context, struct reclaimed *out, int fd)
{
	if (!see_stakes(context, out))
		return false;
	int rc = inode_of(fd, &out->before);
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

static void carry_out(const struct reclaiming *context, struct reclaimed *out)
{
	char path[32];
	const struct mountinfo *filesystem = out->file->filesystem;

	look_at_room(context, out, &out->room_before);
	/* O_NONBLOCK: a lease of somebody else's is an error, not a wait. */
	scope_fd fd = open(hold_path(path, out), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		reclaim_refuse_open(context, out, -errno);
		return;
	}
	out->shared = extents_are_shared(fd);
	if (!is_still_right(context, out, fd))
		return;
	interrupt_defer();
	if (interrupt_asked(context->interrupt)) {
		out->result = RECLAIM_INTERRUPTED;
		return;
	}
	int rc = empty(fd, out->method, &out->before);
	if (inode_of(fd, &out->after))
		out->after = out->before;
	if (rc) {
		reclaim_refuse_failed(context, out, rc);
		return;
	}
	out->result = RECLAIM_DONE;
	if (filesystem && empty_needs_sync(filesystem->type))
		syncfs(fd);
	look_at_room(context, out, &out->room);
}

void reclaim_carry_out(const struct reclaiming *context, struct reclaimed *reclaimed)
{
	interrupt_allow();
	carry_out(context, reclaimed);
	interrupt_defer();
	fill_row(context, reclaimed);
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
