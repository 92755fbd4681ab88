/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/progress.h"

#include <errno.h>
#include <stdlib.h>

#include "ask/unmatched.h"
#include "base/clock.h"
#include "scan/sockets.h"

/** Of the interval, after which it is known who moves; the rest of it they are looked at closely. */
enum { FIRST_PART = 4 };

int progress_begin(const struct inquiry *inquiry, struct outcome *outcome, struct progress *ret,
		   struct error *err)
{
	*ret = (struct progress){ .inquiry = inquiry, .outcome = outcome };
	arena_init(&ret->kept);
	arena_init(&ret->far_texts);
	for (size_t i = 0; i < 2; i++)
		arena_init(&ret->samples[i].arena);
	int rc = mounts_begin(inquiry->source, &ret->mounts);
	if (rc)
		return error_set(err, rc, "cannot read the mounts: %s", strerror(-rc));
	rc = scope_begin(inquiry, ret->mounts, outcome, &ret->scope, err);
	if (!rc)
		rc = meant_begin(inquiry, &ret->scope, ret->mounts, &ret->kept, &ret->meant, err);
	return rc;
}

void progress_end(struct progress *progress)
{
	if (progress->meant.scope)
		meant_end(&progress->meant, progress->outcome);
	if (progress->scope.source)
		scope_end(&progress->scope);
	if (progress->mounts)
		mounts_end(progress->mounts);
	for (size_t i = 0; i < 2; i++) {
		arena_end(&progress->samples[i].arena);
		free(progress->samples[i].items);
	}
	arena_end(&progress->kept);
	arena_end(&progress->far_texts);
	free(progress->passages);
	free(progress->followed);
	free(progress->asked);
	free(progress->far_ends);
	if (progress->sockets)
		sockets_end(progress->sockets);
	free(progress->told);
	free(progress->tellers);
	free(progress->joints);
	free(progress->joint_asked);
}

const struct seen *progress_past(const struct progress *progress, const struct seen *now)
{
	const struct seen *past =
		sample_find(&progress->samples[(progress->round + 1) % 2], now->pid);

	return past && past->close && past->start == now->start ? past : NULL;
}

/** What moves most first; what stands last. */
static int by_weight(const void *left, const void *right)
{
	const struct told *a = left, *b = right;

	if (a->moves != b->moves)
		return a->moves ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight < b->weight ? 1 : -1;
	return (a->row.pid > b->row.pid) - (a->row.pid < b->row.pid);
}

static void remember_tellers(struct progress *progress)
{
	if (!progress->told_count)
		return;
	progress->tellers =
		memory_resize(progress->tellers, progress->told_count, sizeof(*progress->tellers));
	progress->teller_count = progress->told_count;
	for (size_t i = 0; i < progress->told_count; i++) {
		unsigned int pid = (unsigned int)progress->told[i].row.pid;
		const struct seen *seen = sample_find(progress_now(progress), pid);

		progress->tellers[i] = (struct teller){ pid, seen ? seen->start : 0 };
	}
}

bool progress_any_lives(const struct progress *progress)
{
	for (size_t i = 0; i < progress->teller_count; i++) {
		const struct teller *teller = &progress->tellers[i];
		const struct seen *seen =
			sample_find(&progress->samples[progress->round % 2], teller->pid);

		if (seen && seen->start == teller->start)
			return true;
	}
	return false;
}

static void tell_all(struct progress *progress)
{
	const struct sample *now = progress_now(progress);

	progress->told_count = 0;
	for (size_t i = 0; i < now->count; i++) {
		struct movement movement;
		struct told told;

		if (!now->items[i].close || !movement_find(progress, &now->items[i], &movement) ||
		    !progress_row(progress, &movement, &told))
			continue;
		memory_grow(&progress->told, progress->told_count, sizeof(*progress->told));
		progress->told[progress->told_count++] = told;
	}
	if (progress->told_count)
		qsort(progress->told, progress->told_count, sizeof(*progress->told), by_weight);
	passage_forget(progress);
	remember_tellers(progress);
}

int progress_look(struct progress *progress, struct error *err)
{
	progress->round++;
	socket_forget(progress);
	int rc = progress_sample(progress, err);
	if (!rc)
		rc = progress_follow(progress, err);
	if (!rc)
		tell_all(progress);
	return rc;
}

static void wait_until(int64_t moment_ns)
{
	struct timespec until = { .tv_sec = moment_ns / CLOCK_SECOND_NS,
				  .tv_nsec = moment_ns % CLOCK_SECOND_NS };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

int progress_look_twice(struct progress *progress, int64_t interval_ns, struct error *err)
{
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
	int rc = progress_look(progress, err);

	/* Who takes part besides may be found only once it is known who moves. */
	if (!rc) {
		wait_until(begun_ns + interval_ns / FIRST_PART);
		rc = progress_look(progress, err);
	}
	if (rc)
		return rc;
	wait_until(begun_ns + interval_ns);
	progress->last = true;
	return progress_look(progress, err);
}

void progress_explain(struct progress *progress)
{
	unmatched_explain(progress->inquiry, &progress->scope, progress->outcome);
	progress->outcome->rows = progress->told_count;
}

static void push(const struct progress *progress)
{
	struct sink *sink = progress->inquiry->sink;

	for (size_t i = 0; i < progress->told_count; i++) {
		if (!sink_push(sink, &progress->told[i].row))
			return;
	}
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct progress progress;
	int64_t interval_ns = inquiry->ps && inquiry->ps->interval_ns ? inquiry->ps->interval_ns :
									CLOCK_SECOND_NS;
	int rc = progress_begin(inquiry, outcome, &progress, err);

	if (!rc)
		rc = progress_look_twice(&progress, interval_ns, err);
	if (!rc) {
		progress_explain(&progress);
		push(&progress);
		progress_tell(&progress, sink_head(inquiry->sink), sink_tail(inquiry->sink));
	}
	sink_finish(inquiry->sink);
	progress_end(&progress);
	return rc;
}

const struct question question_progress = {
	.name = "progress",
	.asks = "how far is it?",
	.table = &progress_table,
	.words_are_processes = true,
	.ask = ask,
};
