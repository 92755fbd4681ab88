/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/batch.h"

#include <stdlib.h>

/**
 * With more room, for those whose texts did not fit: most are short, and room is memory. Arguments and
 * environment take 6 MiB at most: fs/exec.c, _STK_LIM.
 */
static const size_t more_rooms[BATCH_MORE_ROOMS] = { 1 << 13, 1 << 18, 1 << 23 };

static size_t answer_size(size_t room)
{
	size_t size = sizeof(struct facts_answer) + room, align = _Alignof(struct facts_answer);

	return (size + align - 1) / align * align;
}

static struct facts_answer *answer_at(const struct answers *answers, size_t index)
{
	return (void *)((char *)answers->all + index * answers->probe.answer_size);
}

/** In the helper, or in the worker when nothing may wait. */
static void ask_one(const void *context, size_t index, void *answer)
{
	const struct answers *answers = context;
	struct facts_answer *out = answer;

	out->facts.pid = answers->questions[index].pid;
	out->facts.tid = answers->questions[index].tid;
	out->told = answers->questions[index].told;
	facts_read(&answers->reading, out);
}

static void ask_here(struct answers *answers, struct job *job)
{
	answers->all = calloc(answers->probe.count, answers->probe.answer_size);
	if (!answers->all)
		memory_out();
	for (size_t i = 0; i < answers->probe.count; i++) {
		ask_one(answers, i, answer_at(answers, i));
		job_beat(job);
	}
}

/** Ask all `questions`, with this much room for the texts of each. */
static void ask(struct answers *answers, const struct question *questions, size_t count,
		size_t room, struct job *job)
{
	const bool *missing;

	answers->questions = questions;
	answers->reading.room = room;
	answers->probe = (struct probe){ .count = count,
					 .answer_size = answer_size(room),
					 .ask = ask_one,
					 .context = answers,
					 .keep = answers->reading.proc,
					 .keeps_part = true,
					 .beats = &job->beats };
	answers->probed = facts_may_wait(answers->reading.needs) &&
			  probe_run(&answers->probe, &answers->all, &missing) == 0;
	if (answers->probed)
		return;
	/* Nothing may wait, or no helper could be made: then that stays unread. */
	answers->reading.here = true;
	ask_here(answers, job);
}

static void answers_end(struct answers *answers)
{
	if (answers->probed)
		probe_end(&answers->probe, answers->all);
	else
		free(answers->all);
}

/** Gather the questions of `answers` that need more room. How many. */
static size_t list_overflowed(const struct answers *answers, struct question **ret)
{
	size_t count = 0;

	for (size_t i = 0; i < answers->probe.count; i++) {
		const struct facts_answer *answer = answer_at(answers, i);

		if (!answer->overflowed || answer->facts.rc)
			continue;
		memory_grow(ret, count, sizeof(**ret));
		(*ret)[count++] = answers->questions[i];
	}
	return count;
}

/** All of them at once, for each time a helper is made. */
static void ask_again(struct batch *batch, size_t room_together, struct job *job)
{
	const struct answers *before = &batch->first;

	for (size_t i = 0; i < BATCH_MORE_ROOMS; i++) {
		struct answers *again = &batch->again[i];
		size_t count = list_overflowed(before, &batch->asked[i]);

		if (count > room_together / more_rooms[i])
			count = room_together / more_rooms[i];
		if (!count)
			return;
		again->reading = batch->first.reading;
		ask(again, batch->asked[i], count, more_rooms[i], job);
		before = again;
	}
}

void batch_add(struct batch *batch, const struct question *question)
{
	memory_grow(&batch->questions, batch->count, sizeof(*batch->questions));
	batch->questions[batch->count++] = *question;
}

void batch_ask(struct batch *batch, const struct facts_reading *reading, size_t room_together,
	       struct job *job)
{
	batch->first.reading = *reading;
	if (!batch->count)
		return;
	ask(&batch->first, batch->questions, batch->count, facts_room(reading->needs), job);
	ask_again(batch, room_together, job);
}

struct facts_answer *batch_next(struct batch_walk *walk)
{
	const struct batch *batch = walk->batch;
	const struct question *question = &batch->questions[walk->index];

	if (walk->index >= batch->count)
		return NULL;
	struct facts_answer *best = answer_at(&batch->first, walk->index++);
	for (size_t i = 0; i < BATCH_MORE_ROOMS; i++) {
		const struct answers *again = &batch->again[i];

		if (walk->next[i] >= again->probe.count)
			break;
		const struct question *asked = &batch->asked[i][walk->next[i]];
		if (asked->pid != question->pid || asked->tid != question->tid)
			break;
		best = answer_at(again, walk->next[i]++);
	}
	return best;
}

bool batch_is_large(const struct batch *batch)
{
	return batch->again[1].probe.count > 0;
}

void batch_end(struct batch *batch)
{
	for (size_t i = 0; i < BATCH_MORE_ROOMS; i++) {
		if (batch->again[i].probe.count)
			answers_end(&batch->again[i]);
		free(batch->asked[i]);
	}
	if (batch->count)
		answers_end(&batch->first);
	free(batch->questions);
}
