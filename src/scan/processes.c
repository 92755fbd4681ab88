/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The walk over the processes. Where the kernel tells them itself (tasks.h), /proc is asked only for
 * what that does not tell; else for all. Workers take them a batch at a time.
 */
#include "scan/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/batch.h"
#include "scan/tasks.h"

enum {
	BATCH_MIN = 16,
	BATCH_MAX = 512,
	BATCHES_A_WORKER = 3,
	/* Of what was told so many are kept until it is known whether they are still there. */
	HELD_MAX = 8192,
	/* For texts that find no room at first, of one batch. */
	ROOM_TOGETHER = 1 << 28,
};

struct walk {
	struct facts_reading reading; /**< but for its room */
	size_t room_together;
	bool threads;
	const unsigned int *pids;
	struct question *questions; /**< instead of `pids`, when somebody told who there is */
	size_t count, batch_size;
	/* The caller's, for `consume`. */
	const struct source *source;
	const struct processes_look *look;
	struct tally *tally;
	struct held *held;
};

/** Batches whose processes may have ended, and their numbers be others', since they were told. */
struct held {
	const struct tasks *tasks;
	bool matters; /**< /proc is asked too: what is told is of two moments */
	size_t next;  /**< else of `tasks` the first that was not told on yet */
	struct batch *batches;
	size_t count, questions, left; /**< jobs to come */
	bool lost;                     /**< a worker was given up */
};

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
		batch_add(batch, &(struct question){ .pid = pid, .tid = tids[i] });
	/* What cannot be listed is told as a whole, with its reason. */
	if (rc)
		batch_add(batch, &(struct question){ .pid = pid });
}

static void work(const void *context, struct job *job)
{
	const struct walk *walk = context;
	struct batch *batch = arena_zero(&job->arena, 1, sizeof(*batch));
	size_t from = job->index * walk->batch_size;

	for (size_t i = from; i < from + walk->batch_size && i < walk->count; i++) {
		struct question question = walk->questions ?
						   walk->questions[i] :
						   (struct question){ .pid = walk->pids[i] };

		if (walk->threads && !question.tid)
			add_threads(walk, batch, question.pid, &job->arena);
		else
			batch_add(batch, &question);
	}
	batch_ask(batch, &walk->reading, walk->room_together, job);
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
	if (blocked)
		tally_add_blocked(tally, facts->pid);
	return true;
}

static void tell(const struct walk *walk, const struct process_facts *facts)
{
	if (tally_facts(walk->tally, facts))
		walk->look->found(walk->look->context, facts);
}

/** True when who has this number now is who was told. */
static bool is_still_there(const struct walk *walk, const struct tasks *now,
			   const struct wire_task *told)
{
	char name[32], buffer[PIDSTAT_MAX];
	struct process_facts then;
	struct pidstat stat;

	if (now) {
		const struct wire_task *task = tasks_find(now, told->pid, told->tid);
		return task && task->start == told->start;
	}
	tasks_tell(told, &then);
	snprintf(name, sizeof(name), "%u/task/%u", told->pid, told->tid);
	scope_fd dir = openat(walk->reading.proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && pidstat_read(dir, buffer, &stat) == 0 && stat.start == then.stat.start;
}

/** Of who was told and is gone nothing is told; what of the others was not to be found was hidden. */
static void settle(const struct walk *walk, const struct tasks *now, struct facts_answer *answer)
{
	struct process_facts *facts = &answer->facts;

	if (!answer->told)
		return;
	if (!is_still_there(walk, now, answer->told)) {
		facts->rc = -ESRCH;
		return;
	}
	for (unsigned int i = 0; i < PROCESS_FILE_COUNT; i++) {
		if (facts->rcs[i] == -ESRCH)
			facts->rcs[i] = -EACCES;
	}
}

static bool is_named(const struct processes_look *look, unsigned int pid)
{
	for (size_t i = 0; look->pids && i < look->pid_count; i++) {
		if (look->pids[i] == pid)
			return true;
	}
	return !look->pids;
}

/** What the kernel has told of it is all that is wanted: no worker is asked. */
static bool is_all_told(const struct walk *walk, const struct wire_task *task)
{
	return walk->held && !walk->held->matters && tasks_suffices(task);
}

/** Tell on who is told whole, before the process or thread with these numbers. */
static void tell_on(const struct walk *walk, unsigned int pid, unsigned int tid)
{
	const struct tasks *tasks = walk->held->tasks;
	const bool *enough = walk->look->enough;

	for (size_t *next = &walk->held->next; *next < tasks->count; ++*next) {
		const struct wire_task *task = &tasks->all[*next];
		struct facts_answer answer = { .told = task };

		if (task->pid > pid || (task->pid == pid && task->tid >= tid) ||
		    (enough && *enough))
			return;
		if (!is_all_told(walk, task) || !is_named(walk->look, task->pid))
			continue;
		answer.facts.pid = task->pid;
		answer.facts.tid = tasks->of_threads ? task->tid : 0;
		facts_read(&walk->reading, &answer);
		tell(walk, &answer.facts);
	}
}

static void tell_batch(const struct walk *walk, const struct tasks *now, struct batch *batch)
{
	struct batch_walk answers = { .batch = batch };
	struct facts_answer *answer;

	while ((answer = batch_next(&answers))) {
		if (walk->held)
			tell_on(walk, answer->facts.pid, answer->facts.tid);
		if (walk->held && walk->held->matters)
			settle(walk, now, answer);
		tell(walk, &answer->facts);
	}
	batch_end(batch);
}

static void tell_held(const struct walk *walk, struct held *held)
{
	struct tasks now = { 0 };
	int rc = held->questions && held->matters ? tasks_again(walk->source, held->tasks, &now) :
						    0;

	for (size_t i = 0; i < held->count; i++)
		tell_batch(walk, rc ? NULL : &now, &held->batches[i]);
	tasks_end(&now);
	held->count = held->questions = 0;
}

static void hold(const struct walk *walk, struct held *held, const struct batch *batch)
{
	if (batch) {
		memory_grow(&held->batches, held->count, sizeof(*held->batches));
		held->batches[held->count++] = *batch;
		held->questions += batch->count;
	}
	held->lost |= !batch;
	held->left--;
	if (!held->matters || !held->left || held->questions >= HELD_MAX ||
	    (batch && batch_is_large(batch)))
		tell_held(walk, held);
}

static void consume(void *context, size_t index, const struct job *job)
{
	const struct walk *walk = context;
	struct batch *batch = job ? job->result : NULL;

	(void)index;
	if (!batch)
		tally_add_blocked(walk->tally, 0);
	if (walk->held)
		hold(walk, walk->held, batch);
	else if (batch)
		tell_batch(walk, NULL, batch);
}

/** Small enough for all processors to have work, large enough that a helper is worth its making. */
static size_t batch_size(size_t count)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t size = count / ((size_t)(processors < 2 ? 2 : processors) * BATCHES_A_WORKER) + 1;

	return size < BATCH_MIN ? BATCH_MIN : size > BATCH_MAX ? BATCH_MAX : size;
}

static void run(struct walk *walk)
{
	walk->batch_size = batch_size(walk->count);
	size_t batches = (walk->count + walk->batch_size - 1) / walk->batch_size;
	if (walk->held)
		walk->held->left = batches;
	worker_run(
		&(struct jobs){ batches, work, consume, walk, sizeof(*walk), walk->look->enough });
	/* What was begun when no more was wanted. */
	if (walk->held && walk->held->count)
		tell_held(walk, walk->held);
	if (walk->held)
		tell_on(walk, UINT_MAX, 0);
}

static void add(struct walk *walk, const struct question *question)
{
	memory_grow(&walk->questions, walk->count, sizeof(*walk->questions));
	walk->questions[walk->count++] = *question;
}

/** Of whom the kernel was silent /proc is asked for all, his threads too. */
static void add_listed(struct walk *walk, unsigned int from, unsigned int to,
		       const unsigned int *pids, size_t count, size_t *next)
{
	for (; *next < count && pids[*next] < to; (*next)++) {
		if (pids[*next] > from)
			add(walk, &(struct question){ .pid = pids[*next] });
	}
}

/** Who was told and who is listed, by number. */
static void ask_both(struct walk *walk, const struct tasks *tasks, const unsigned int *pids,
		     size_t count)
{
	unsigned int before = 0;
	size_t next = 0;

	for (size_t i = 0; i < tasks->count; i++) {
		const struct wire_task *task = &tasks->all[i];

		add_listed(walk, before, task->pid, pids, count, &next);
		before = task->pid;
		if (!is_all_told(walk, task) && is_named(walk->look, task->pid))
			add(walk, &(struct question){ .pid = task->pid,
						      .tid = tasks->of_threads ? task->tid : 0,
						      .told = tasks_suffices(task) ? task : NULL });
	}
	add_listed(walk, before, UINT_MAX, pids, count, &next);
}

/** There is always a first process: a kernel that is silent of it may be so of others. */
static int list_silenced(const struct source *source, struct walk *walk, const struct tasks *tasks,
			 struct arena *arena, struct error *err)
{
	bool is_silent = !walk->look->pids && !tasks_find(tasks, 1, 1);
	unsigned int *pids = is_silent ? tasks->roll.listed : NULL;
	size_t count = is_silent ? tasks->roll.listed_count : 0;
	int rc = 0;

	if (is_silent && !pids)
		rc = source_pids(source, arena, &pids, &count, walk->tally, err);
	if (!rc)
		ask_both(walk, tasks, pids, count);
	return rc;
}

/** The kernel has told who there is. */
static int look_told(const struct source *source, struct walk *walk, struct tasks *tasks,
		     struct error *err)
{
	static const uint64_t tellable = PROCESS_NEED(PROCESS_STAT) | PROCESS_NEED(PROCESS_OWNER);
	struct held held = { .tasks = tasks, .matters = walk->reading.needs & ~tellable };
	struct arena arena;

	arena_init(&arena);
	walk->held = &held;
	int rc = list_silenced(source, walk, tasks, &arena, err);
	arena_end(&arena);
	if (!rc)
		run(walk);
	walk->held = NULL;
	free(held.batches);
	/* A worker that was given up may still look into them, whenever it wakes. */
	if (held.lost)
		return rc;
	free(walk->questions);
	tasks_end(tasks);
	return rc;
}

static int look_listed(const struct source *source, struct walk *walk, struct error *err)
{
	struct arena arena;
	unsigned int *pids = NULL;
	size_t count = walk->look->pid_count;

	arena_init(&arena);
	int rc = walk->look->pids ? 0 :
				    source_pids(source, &arena, &pids, &count, walk->tally, err);
	walk->pids = walk->look->pids ? walk->look->pids : pids;
	walk->count = count;
	if (!rc)
		run(walk);
	arena_end(&arena);
	return rc;
}

int processes_look(const struct source *source, const struct processes_look *look,
		   struct tally *tally, struct error *err)
{
	struct tasks tasks;
	struct walk walk = {
		.reading = { .proc = source->proc,
			     .needs = look->needs | PROCESS_NEED(PROCESS_STAT),
			     .rollup_limit = look->rollup_limit,
			     .counts_files = facts_counts_files() },
		.room_together = look->room_together ? look->room_together : ROOM_TOGETHER,
		.threads = look->threads,
		.source = source,
		.look = look,
		.tally = tally,
	};

	if (tasks_begin(source, look, &tasks) == 0)
		return look_told(source, &walk, &tasks, err);
	if (source->bpf && source->bpf->forced && source->bpf->failed)
		return error_set(err, -EOPNOTSUPP, "cannot go on with --source bpf: %s",
				 source->bpf->why.message);
	return look_listed(source, &walk, err);
}
