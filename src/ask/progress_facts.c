/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is cheap to know of everybody: what they read and wrote, whether they run or wait. Where the kernel
 * itself tells the processes it says how long each has run, to the nanosecond: who has not run since the
 * look before did nothing, and is not asked.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "ask/progress.h"
#include "base/clock.h"

struct gathering {
	struct progress *progress;
	struct sample *now;
	const struct sample *before;
	uint64_t page;
	unsigned int *again; /**< who has to be asked more; ascending */
	size_t again_count;
};

static int by_pid(const void *left, const void *right)
{
	const struct seen *a = left, *b = right;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

struct seen *sample_find(const struct sample *sample, unsigned int pid)
{
	struct seen key = { .pid = pid };

	if (!sample->count)
		return NULL;
	return bsearch(&key, sample->items, sample->count, sizeof(key), by_pid);
}

/** Whether the function of the kernel that it sleeps in waits for somebody to take what it writes. */
static bool waits_for_room(struct text wchan)
{
	static const char *const functions[] = { "pipe_write",           "anon_pipe_write",
						 "fifo_pipe_write",      "sk_stream_wait_memory",
						 "sock_alloc_send_pskb", "unix_wait_for_peer" };

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (text_starts(wchan, functions[i]))
			return true;
	}
	return false;
}

/** What can be seen of whom is told once. */
static void count(struct progress *progress, const struct process_facts *facts)
{
	struct tally *tally = &progress->outcome->tally;

	if (progress->round > 1)
		return;
	if (facts->rc == -EACCES || facts->rc == -EPERM)
		tally->hidden = true;
	if (facts->rc)
		return;
	/* Who has a right that root here has not keeps itself from it. */
	if (!facts_were_denied(facts, PROCESS_IO))
		tally->looked++;
	else if (geteuid() == 0)
		tally->guarded++;
	else
		tally->denied++;
}

/** The same process, at the look before. */
static const struct seen *past_of(const struct gathering *gathering, const struct seen *seen)
{
	const struct seen *past = sample_find(gathering->before, seen->pid);

	return past && past->start == seen->start ? past : NULL;
}

static void take_counters(struct seen *seen, const struct process_facts *facts, uint64_t page)
{
	if (facts_have(facts, PROCESS_IO)) {
		seen->has_io = true;
		seen->io = seen->io_late = facts->io;
	}
	if (facts_have(facts, PROCESS_STATM)) {
		seen->has_statm = true;
		seen->file_bytes = facts->statm.shared * page;
	}
}

static bool is_idle(const struct seen *past, const struct seen *seen)
{
	return seen->ran_ns && past->ran_ns == seen->ran_ns && past->state != 'R' &&
	       seen->state != 'R';
}

/** What was not asked is as it was, for who did nothing; the others are asked more. */
static void settle(struct gathering *gathering, struct seen *seen,
		   const struct process_facts *facts)
{
	const struct seen *past = past_of(gathering, seen);
	bool asked = facts->rcs[PROCESS_IO] != -ENODATA;
	bool idle = past && is_idle(past, seen);

	if (idle && !asked) {
		seen->has_io = past->has_io;
		seen->io = seen->io_late = past->io;
	}
	/* What comes into memory was faulted in. */
	bool faulted = past && past->faults != seen->faults;
	if (!seen->has_statm && past && !faulted) {
		seen->has_statm = past->has_statm;
		seen->file_bytes = past->file_bytes;
	}
	if ((asked || idle) && (seen->has_statm || !faulted))
		return;
	memory_grow(&gathering->again, gathering->again_count, sizeof(*gathering->again));
	gathering->again[gathering->again_count++] = seen->pid;
}

static void found(void *context, const struct process_facts *facts)
{
	struct gathering *gathering = context;
	struct sample *now = gathering->now;

	if (facts_are_of_kernel(facts) || facts->stat.state == 'Z' || facts->stat.state == 'X')
		return;
	count(gathering->progress, facts);
	if (facts->rc)
		return;
	struct seen seen = {
		.pid = facts->pid,
		.start = facts->stat.start,
		.pgrp = facts->stat.pgrp,
		.comm = arena_text(&now->arena, facts->stat.comm),
		.state = facts->stat.state,
		.at_ns = clock_ns(CLOCK_MONOTONIC),
		.ticks = facts->stat.utime + facts->stat.stime,
		.ran_ns = facts->ran_ns,
		.faults = facts->stat.minflt + facts->stat.majflt,
		.threads = facts->stat.threads,
		.blocked = facts_have(facts, PROCESS_WCHAN) && waits_for_room(facts->wchan),
	};
	take_counters(&seen, facts, gathering->page);
	settle(gathering, &seen, facts);
	memory_grow(&now->items, now->count, sizeof(*now->items));
	now->items[now->count++] = seen;
}

static void found_again(void *context, const struct process_facts *facts)
{
	struct gathering *gathering = context;
	struct seen *seen = sample_find(gathering->now, facts->pid);

	if (!facts->rc && seen && seen->start == facts->stat.start)
		take_counters(seen, facts, gathering->page);
}

/** More of those that did something. */
static int ask_again(struct gathering *gathering, struct error *err)
{
	struct tally tally = { 0 };
	struct processes_look look = {
		.needs = PROCESS_NEED(PROCESS_IO) | PROCESS_NEED(PROCESS_STATM),
		.pids = gathering->again,
		.pid_count = gathering->again_count,
		.found = found_again,
		.context = gathering,
	};

	if (!gathering->again_count)
		return 0;
	return processes_look(gathering->progress->inquiry->source, &look, &tally, err);
}

/** True when the kernel told the processes of the look before. */
static bool were_told(const struct sample *before)
{
	for (size_t i = 0; i < before->count; i++) {
		if (before->items[i].ran_ns)
			return true;
	}
	return false;
}

static uint64_t needs_of(const struct gathering *gathering, const unsigned int *pids)
{
	const struct progress *progress = gathering->progress;
	uint64_t needs = 0;

	/* Who is kept from going on is found at first, and looked at closely from then on. */
	if (progress->round == 1 || progress->scope.pids)
		needs |= PROCESS_NEED(PROCESS_WCHAN);
	if (pids || !were_told(gathering->before))
		needs |= PROCESS_NEED(PROCESS_IO);
	if (pids)
		needs |= PROCESS_NEED(PROCESS_STATM);
	return needs;
}

static void sort(struct sample *sample)
{
	if (sample->count)
		qsort(sample->items, sample->count, sizeof(*sample->items), by_pid);
}

int progress_facts(struct progress *progress, const unsigned int *pids, size_t count,
		   struct error *err)
{
	struct tally tally = { 0 };
	struct gathering gathering = { .progress = progress,
				       .now = progress_now(progress),
				       .before = progress_before(progress),
				       .page = (uint64_t)sysconf(_SC_PAGESIZE) };
	struct processes_look look = {
		.needs = needs_of(&gathering, pids),
		.pids = pids,
		.pid_count = count,
		.found = found,
		.context = &gathering,
	};
	int rc = processes_look(progress->inquiry->source, &look, &tally, err);

	if (progress->round == 1) {
		progress->outcome->tally.hidden |= tally.hidden;
		progress->outcome->tally.namespaced |= tally.namespaced;
	}
	sort(gathering.now);
	if (!rc)
		rc = ask_again(&gathering, err);
	free(gathering.again);
	return rc;
}

static void found_late(void *context, const struct process_facts *facts)
{
	struct seen *seen = sample_find(context, facts->pid);

	if (!facts->rc && facts_have(facts, PROCESS_IO) && seen && seen->start == facts->stat.start)
		seen->io_late = facts->io;
}

int progress_late(struct progress *progress, const unsigned int *pids, size_t count,
		  struct error *err)
{
	struct tally tally = { 0 };
	struct processes_look look = {
		.needs = PROCESS_NEED(PROCESS_IO),
		.pids = pids,
		.pid_count = count,
		.found = found_late,
		.context = progress_now(progress),
	};

	return count ? processes_look(progress->inquiry->source, &look, &tally, err) : 0;
}
