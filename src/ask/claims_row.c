/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Locks as rows: one a lock and process.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ask/claims.h"
#include "ask/unmatched.h"
#include "kernel/procfile.h"
#include "model/lock.h"

enum { COMM_MAX = 64 };

static const char *state_word(const struct filelock *lock)
{
	static const char *const words[] = {
		[FILELOCK_HELD] = "held",
		[FILELOCK_BREAKING] = "breaking",
		[FILELOCK_BREAKER] = "breaker",
	};

	return lock->blocked ? "waiting" : words[lock->state];
}

static void tell_range(const struct filelock *lock, struct lock_row *row)
{
	row->start = lock->start;
	row->end = lock->end;
	facts_know(&row->facts, LOCK_START);
	if (!lock->to_end)
		facts_know(&row->facts, LOCK_END);
}

static struct lock_row *make_row(struct claims *claims, const struct claim *claim)
{
	static const enum lock_column known[] = { LOCK_ID,    LOCK_KIND,   LOCK_ACCESS,
						  LOCK_STATE, LOCK_DEVICE, LOCK_INODE };
	const struct filelock *lock = &claim->lock;
	struct lock_row *row = arena_zero(&claims->arena, 1, sizeof(*row));

	row->id = claim->id;
	row->kind = text_of(filelock_word(lock->type));
	row->access = text_of(lock->unlock ? "none" : lock->write ? "write" : "read");
	row->state = text_of(state_word(lock));
	row->device = lock->dev;
	row->inode = lock->ino;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		facts_know(&row->facts, known[i]);
	tell_range(lock, row);
	row->blocker = claim->blocker;
	if (claim->blocker)
		facts_know(&row->facts, LOCK_BLOCKER);
	row->path = claim->path;
	if (claim->path.len)
		facts_know(&row->facts, LOCK_PATH);
	return row;
}

static void tell_process(struct lock_row *row, unsigned int pid, struct text command)
{
	row->pid = pid;
	row->command = command;
	facts_know(&row->facts, LOCK_PID);
	if (command.len)
		facts_know(&row->facts, LOCK_COMMAND);
}

static struct text comm_of(struct claims *claims, unsigned int pid)
{
	char name[32], comm[COMM_MAX];

	snprintf(name, sizeof(name), "%u/comm", pid);
	ssize_t len = procfile_read(claims->inquiry->source->proc, name, comm, sizeof(comm));
	struct text text = { comm, len > 0 ? (size_t)len : 0 };
	text.len -= text_ends(text, "\n");
	return arena_text(&claims->arena, text);
}

static int compare_pids(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static bool is_meant(const struct claims *claims, unsigned int pid)
{
	const struct scope *scope = &claims->scope;

	return !scope->pids || (scope->pid_count && bsearch(&pid, scope->pids, scope->pid_count,
							    sizeof(*scope->pids), compare_pids));
}

static bool push(struct claims *claims, const struct lock_row *row)
{
	claims->outcome->rows++;
	return sink_push(claims->inquiry->sink, row);
}

/**
 * Nobody was seen to have it. Who made the lock need not be who has it now: that is told of those who
 * wait, and of those who could not be looked at.
 */
static bool push_unclaimed(struct claims *claims, const struct claim *claim)
{
	unsigned int pid = claim->lock.pid;
	bool by_kernel = pid && (claim->lock.blocked || claim->lock.state == FILELOCK_BREAKER ||
				 !tally_is_complete(&claims->outcome->tally));

	if (claims->scope.pids && !(by_kernel && is_meant(claims, pid)))
		return true;
	struct lock_row *row = make_row(claims, claim);
	if (by_kernel)
		tell_process(row, pid, comm_of(claims, pid));
	return push(claims, row);
}

static bool push_claim(struct claims *claims, const struct claim *claim)
{
	for (size_t i = 0; i < claim->count; i++) {
		const struct claimant *claimant = &claim->claimants[i];
		struct lock_row *row = make_row(claims, claim);

		tell_process(row, claimant->pid, claimant->command);
		row->handles = claimant->handles;
		facts_know(&row->facts, LOCK_HANDLES);
		if (!push(claims, row))
			return false;
	}
	return claim->count || push_unclaimed(claims, claim);
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct claims claims = { .inquiry = inquiry, .outcome = outcome };
	int rc = crowd_scope(inquiry, outcome, &claims.scope, err);

	arena_init(&claims.arena);
	if (!rc)
		rc = claims_read(&claims, err);
	if (!rc)
		rc = claims_look(&claims, err);
	for (size_t i = 0; i < claims.count && !rc; i++) {
		if (!push_claim(&claims, &claims.items[i]))
			break;
	}
	if (!rc)
		unmatched_explain(inquiry, &claims.scope, outcome);
	sink_finish(inquiry->sink);
	for (size_t i = 0; i < claims.count; i++)
		free(claims.items[i].claimants);
	free(claims.items);
	scope_end(&claims.scope);
	arena_end(&claims.arena);
	return rc;
}

const struct question question_locks = {
	.name = "locks",
	.asks = "which locks are there, who has them, and who waits?",
	.table = &lock_table,
	.words_are_processes = true,
	.ask = ask,
};
