/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ps_sample.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

static void found(void *context, const struct process_facts *facts)
{
	struct ps_sample *sample = context;

	if (facts->rc)
		return;
	memory_grow(&sample->all, sample->count, sizeof(*sample->all));
	sample->all[sample->count++] =
		(struct ps_past){ .pid = facts->pid,
				  .tid = facts->tid,
				  .start = facts->stat.start,
				  .at_ns = facts->at_ns,
				  .ticks = facts->stat.utime + facts->stat.stime,
				  .has_io = facts_have(facts, PROCESS_IO),
				  .read = facts->io.read_bytes,
				  .write = facts->io.write_bytes };
}

static int by_number(const void *left, const void *right)
{
	const struct ps_past *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->tid > b->tid) - (a->tid < b->tid);
}

static void wait_until(int64_t moment_ns)
{
	struct timespec until = { .tv_sec = moment_ns / CLOCK_SECOND_NS,
				  .tv_nsec = moment_ns % CLOCK_SECOND_NS };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

int ps_sample_begin(const struct source *source, const struct processes_look *look,
		    int64_t interval_ns, struct ps_sample *sample, struct error *err)
{
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
	struct processes_look first = *look;
	struct tally tally = { 0 };

	first.needs &= PROCESS_NEED(PROCESS_IO);
	first.found = found;
	first.context = sample;
	int rc = processes_look(source, &first, &tally, err);
	if (rc)
		return rc;
	/* Nearly always they are in order already. */
	if (sample->count)
		qsort(sample->all, sample->count, sizeof(*sample->all), by_number);
	wait_until(begun_ns + interval_ns);
	return 0;
}

void ps_sample_end(struct ps_sample *sample)
{
	free(sample->all);
}

const struct ps_past *ps_sample_find(const struct ps_sample *sample,
				     const struct process_facts *facts)
{
	struct ps_past key = { .pid = facts->pid, .tid = facts->tid };
	const struct ps_past *past =
		sample->count ? bsearch(&key, sample->all, sample->count, sizeof(key), by_number) :
				NULL;

	return past && past->start == facts->stat.start ? past : NULL;
}
