/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The walk over the processes: workers take them a batch at a time; what may have to wait is read by
 * a helper process of each.
 */
#include "scan/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/facts.h"
#include "scan/probe.h"
#include "scan/worker.h"

enum {
	BATCH_MIN = 16,
	BATCH_MAX = 512,
	BATCHES_A_WORKER = 3,
};

/** Who is asked about. */
struct question {
	unsigned int pid, tid;
};

struct walk {
	struct facts_reading reading; /**< but for its room */
	bool threads;
	const unsigned int *pids;
	size_t pid_count, batch_size;
	/* The caller's, for `consume`. */
	const struct processes_look *look;
	struct tally *tally;
};

/** Answers with one kind of room. */
struct answers {
	struct probe probe;
	struct facts_reading reading;
	const struct question *questions;
	void *all; /**< facts_answer after facts_answer */
	bool probed;
};

/**
 * With more room, for those whose texts did not fit: most are short, and room is memory. Arguments and
 * environment take 6 MiB at most: fs/exec.c, _STK_LIM.
 */
static const size_t more_rooms[] = { 1 << 13, 1 << 18, 1 << 23 };

enum {
	MORE_ROOMS = sizeof(more_rooms) / sizeof(more_rooms[0]),
	/* Of all together: whoever gets none of it keeps what fitted before. */
	ROOM_TOGETHER = 1 << 28,
};

/** What one worker has read. */
struct batch {
	struct question *questions;
	size_t count;
	struct answers first;
	struct answers again[MORE_ROOMS];   /**< of some, in the same order */
	struct question *asked[MORE_ROOMS]; /**< of whom */
};

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
static void ask_again(struct batch *batch, struct job *job)
{
	const struct answers *before = &batch->first;

	for (size_t i = 0; i < MORE_ROOMS; i++) {
		struct answers *again = &batch->again[i];
		size_t count = list_overflowed(before, &batch->asked[i]);

		if (!count)
			return;
		if (count > ROOM_TOGETHER / more_rooms[i])
			count = ROOM_TOGETHER / more_rooms[i];
		again->reading = batch->first.reading;
		ask(again, batch->asked[i], count, more_rooms[i], job);
		before = again;
	}
}

static void add_question(struct batch *batch, unsigned int pid, unsigned int tid)
{
	memory_grow(&batch->questions, batch->count, sizeof(*batch->questions));
	batch->questions[batch->count++] = (struct question){ pid, tid };
}

static void add_threads(const struct walk *walk, struct batch *batch, unsigned int pid,
			struct arena *arena)
{
	unsigned int *tids = NULL;
	char name[32];
	size_t count = 0;

	snprintf(name, sizeof(name), "%u/task", pid);
	scope_fd dir = openat(walk->reading.proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = dir < 0 ? -errno : procfile_numbers(dir, arena, &tids, &count);
	for (size_t i = 0; i < count && !rc; i++)
		add_question(batch, pid, tids[i]);
	/* What cannot be listed is told as a whole, with its reason. */
	if (rc)
		add_question(batch, pid, 0);
}

static void work(const void *context, struct job *job)
{
	const struct walk *walk = context;
	struct batch *batch = arena_zero(&job->arena, 1, sizeof(*batch));
	size_t from = job->index * walk->batch_size;

	batch->first.reading = walk->reading;
	for (size_t i = from; i < from + walk->batch_size && i < walk->pid_count; i++) {
		if (walk->threads)
			add_threads(walk, batch, walk->pids[i], &job->arena);
		else
			add_question(batch, walk->pids[i], 0);
	}
	if (batch->count) {
		ask(&batch->first, batch->questions, batch->count, facts_room(walk->reading.needs),
		    job);
		ask_again(batch, job);
	}
	job->result = batch;
}

/** Add to `tally` what came of it; who is gone is not told of. */
static bool tally_facts(struct tally *tally, const struct process_facts *facts)
{
	bool denied = facts->rc != 0, blocked = false;

	if (facts->rc == -ESRCH) {
		tally->vanished++;
		return false;
	}
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT && !facts->rc; i++) {
		denied |= facts->rcs[i] == -EACCES || facts->rcs[i] == -EPERM;
		blocked |= facts->rcs[i] == -ETIMEDOUT;
	}
	/* That a kernel thread may not be read is no loss. */
	denied &= !facts_are_of_kernel(facts);
	tally->denied += denied;
	tally->looked += !denied;
	tally->blocked += blocked;
	return true;
}

/** The answer with the most room; `next` counts through those that were asked again. */
static const struct facts_answer *best_answer(const struct batch *batch, size_t index,
					      size_t next[MORE_ROOMS])
{
	const struct question *question = &batch->questions[index];
	const struct facts_answer *best = answer_at(&batch->first, index);

	for (size_t i = 0; i < MORE_ROOMS && next[i] < batch->again[i].probe.count; i++) {
		const struct question *asked = &batch->asked[i][next[i]];

		if (asked->pid != question->pid || asked->tid != question->tid)
			break;
		best = answer_at(&batch->again[i], next[i]++);
	}
	return best;
}

static void batch_end(struct batch *batch)
{
	for (size_t i = 0; i < MORE_ROOMS; i++) {
		if (batch->again[i].probe.count)
			answers_end(&batch->again[i]);
		free(batch->asked[i]);
	}
	if (batch->count)
		answers_end(&batch->first);
	free(batch->questions);
}

static void consume(void *context, size_t index, const struct job *job)
{
	const struct walk *walk = context;
	struct batch *batch = job ? job->result : NULL;
	size_t next[MORE_ROOMS] = { 0 };

	(void)index;
	if (!batch) {
		walk->tally->blocked++;
		return;
	}
	for (size_t i = 0; i < batch->count; i++) {
		const struct facts_answer *answer = best_answer(batch, i, next);

		if (tally_facts(walk->tally, &answer->facts))
			walk->look->found(walk->look->context, &answer->facts);
	}
	batch_end(batch);
}

/** Small enough for all processors to have work, large enough that a helper is worth its making. */
static size_t batch_size(size_t count)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t size = count / ((size_t)(processors < 2 ? 2 : processors) * BATCHES_A_WORKER) + 1;

	return size < BATCH_MIN ? BATCH_MIN : size > BATCH_MAX ? BATCH_MAX : size;
}

int processes_look(const struct source *source, const struct processes_look *look,
		   struct tally *tally, struct error *err)
{
	struct arena arena;
	unsigned int *pids = NULL;
	size_t count = look->pid_count;

	arena_init(&arena);
	int rc = look->pids ? 0 : source_pids(source, &arena, &pids, &count, tally, err);
	if (!rc) {
		struct walk walk = {
			.reading = { .proc = source->proc,
				     .needs = look->needs | PROCESS_NEED(PROCESS_STAT),
				     .rollup_limit = look->rollup_limit,
				     .counts_files = facts_counts_files() },
			.threads = look->threads,
			.pids = look->pids ? look->pids : pids,
			.pid_count = count,
			.batch_size = batch_size(count),
			.look = look,
			.tally = tally,
		};
		size_t batches = (count + walk.batch_size - 1) / walk.batch_size;
		worker_run(&(struct jobs){ batches, work, consume, &walk, sizeof(walk),
					   look->enough });
	}
	arena_end(&arena);
	return rc;
}
