/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/roll.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/clock.h"
#include "scan/crew.h"
#include "scan/iterator_tasks.h"
#include "scan/procfs.h"

/** Fewer are read about as fast as a second reader comes; the number is chosen, not measured. */
enum { SHARE_FROM = 1000, WAIT_NS = 100000000 };

struct roll_call {
	bool of_threads, lost; /**< lost: a reader was given up, and may still be at it */
	pthread_mutex_t lock;
	bool is_loaded; /**< or could not be: `rc` */
	int rc;
	struct error reason;
	struct iterator_tasks tasks;
	unsigned int readers;
};

/** What came of one job. */
struct part {
	int rc;
	struct text records;
	unsigned int *listed;
	size_t listed_count;
	int64_t load_ns, walk_ns;
};

/** The list comes second: while the program is loaded, the others can only wait. */
enum { JOB_LIST = 1, PARTS_MAX = WIRE_WALKERS + 1 };

struct calling {
	struct roll_call *call;
	struct source source;
	bool lists;
	struct part *parts; /**< the caller's */
};

struct roll_call *roll_call_new(bool of_threads)
{
	struct roll_call *call = memory_resize(NULL, 1, sizeof(*call));

	*call = (struct roll_call){ .of_threads = of_threads };
	pthread_mutex_init(&call->lock, NULL);
	return call;
}

void roll_call_free(struct roll_call *call)
{
	if (!call || call->lost)
		return;
	iterator_end_tasks(&call->tasks);
	pthread_mutex_destroy(&call->lock);
	free(call);
}

/** On a busy machine loading takes its time: who waits for it is not stuck. */
static void wait_for_turn(struct roll_call *call, struct job *job)
{
	struct timespec until;

	do {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += (until.tv_nsec + WAIT_NS) / CLOCK_SECOND_NS;
		until.tv_nsec = (until.tv_nsec + WAIT_NS) % CLOCK_SECOND_NS;
		if (job)
			job_beat(job);
	} while (pthread_mutex_clocklock(&call->lock, CLOCK_MONOTONIC, &until));
}

/** Whoever comes first loads it, and the others wait for him. */
static int load(struct roll_call *call, struct job *job, struct part *part)
{
	wait_for_turn(call, job);
	if (!call->is_loaded) {
		int64_t begun = clock_ns(CLOCK_MONOTONIC);

		call->rc = iterator_begin_tasks(call->of_threads, &call->tasks, &call->reason);
		if (!call->rc)
			iterator_share_tasks(&call->tasks, call->readers);
		call->is_loaded = true;
		part->load_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	}
	int rc = call->rc;
	pthread_mutex_unlock(&call->lock);
	return rc;
}

static void read_share(struct roll_call *call, unsigned int reader, struct job *job,
		       struct part *part)
{
	part->rc = load(call, job, part);
	if (part->rc)
		return;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	part->rc = iterator_walk_tasks(&call->tasks, reader, &part->records);
	part->walk_ns = clock_ns(CLOCK_MONOTONIC) - begun;
}

/** Should it fail, it is done again when somebody needs it. */
static void list(const struct source *source, struct arena *arena, struct part *part)
{
	struct tally tally = { 0 };
	struct error err;
	unsigned int *pids;
	size_t count;

	if (source_pids(source, arena, &pids, &count, &tally, &err))
		return;
	part->listed = memory_resize(NULL, count + 1, sizeof(*pids));
	memcpy(part->listed, pids, count * sizeof(*pids));
	part->listed_count = count;
}

static void work(const void *context, struct job *job)
{
	const struct calling *calling = context;
	struct part *part = arena_zero(&job->arena, 1, sizeof(*part));
	unsigned int reader = (unsigned int)job->index;

	if (calling->lists && job->index == JOB_LIST)
		list(&calling->source, &job->arena, part);
	else
		read_share(calling->call, reader - (calling->lists && reader > JOB_LIST), job,
			   part);
	job->result = part;
}

static void consume(void *context, size_t index, const struct job *job)
{
	const struct calling *calling = context;

	if (job)
		calling->parts[index] = *(const struct part *)job->result;
	else
		calling->parts[index].rc = -ETIMEDOUT;
	calling->call->lost |= !job;
}

/**
 * The first process is there always. Whom even root may not look into, the kernel may keep out of its
 * walks as well, and then nobody knows whom else.
 */
static bool will_be_silent(const struct source *source)
{
	char link[8];

	return geteuid() == 0 && readlinkat(source->proc, "1/ns/pid", link, sizeof(link)) < 0 &&
	       errno == EACCES;
}

static unsigned int readers_wanted(void)
{
	struct sysinfo info;

	return sysinfo(&info) || info.procs < SHARE_FROM ? 1 : (unsigned int)crew_size();
}

/** Make one of all shares, by number. */
static void merge(const struct part *parts, size_t count, struct roll *ret)
{
	const struct wire_task *next[PARTS_MAX], *end[PARTS_MAX];
	size_t all = 0;

	for (size_t i = 0; i < count; i++) {
		/* Allocated for us, and aligned as any memory. */
		next[i] = (const void *)parts[i].records.bytes;
		end[i] = next[i] + parts[i].records.len / sizeof(*next[i]);
		all += (size_t)(end[i] - next[i]);
	}
	ret->all = memory_resize(NULL, all + 1, sizeof(*ret->all));
	while (ret->count < all) {
		size_t first = count;

		for (size_t i = 0; i < count; i++) {
			if (next[i] < end[i] && (first == count || next[i]->tid < next[first]->tid))
				first = i;
		}
		ret->all[ret->count++] = *next[first]++;
	}
}

/** The only share is the whole already. */
static void take_whole(struct part *part, struct roll *ret)
{
	ret->all = (void *)part->records.bytes;
	ret->count = part->records.len / sizeof(*ret->all);
	part->records.bytes = NULL;
}

/** Of what is told nothing, when any share is missing. */
static int gather(struct part *parts, size_t count, struct source_bpf *bpf, struct roll *ret)
{
	int64_t walk_ns = 0;
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		struct part *part = &parts[i];

		rc = rc ? rc : part->rc;
		bpf->load_ns += part->load_ns;
		walk_ns = part->walk_ns > walk_ns ? part->walk_ns : walk_ns;
		if (!part->listed)
			continue;
		ret->listed = part->listed;
		ret->listed_count = part->listed_count;
	}
	bpf->tasks_ns += walk_ns;
	if (!rc && count == 1)
		take_whole(parts, ret);
	else if (!rc)
		merge(parts, count, ret);
	for (size_t i = 0; i < count; i++)
		free((void *)parts[i].records.bytes);
	return rc;
}

static void explain(const struct roll_call *call, int rc, struct error *why)
{
	if (call->rc)
		*why = call->reason;
	else if (rc == -ETIMEDOUT)
		error_set(why, rc, "the kernel's walk came to a stop");
	else
		error_set(why, rc, "the kernel's walk ended early: %s", strerror(-rc));
}

int roll_call_take(struct roll_call *call, const struct source *source, bool lists,
		   struct roll *ret)
{
	struct part parts[PARTS_MAX] = { 0 };
	struct calling calling = { call, *source, lists && will_be_silent(source), parts };

	*ret = (struct roll){ 0 };
	if (!call->readers)
		call->readers = readers_wanted();
	size_t count = call->readers + calling.lists;
	if (count == 1)
		read_share(call, 0, NULL, &parts[0]);
	else
		worker_run(&(struct jobs){ count, work, consume, &calling, sizeof(calling), NULL });
	int rc = gather(parts, count, source->bpf, ret);
	if (!rc)
		return 0;
	explain(call, rc, &source->bpf->why);
	roll_end(ret);
	return rc;
}

void roll_end(struct roll *roll)
{
	free(roll->all);
	free(roll->listed);
	*roll = (struct roll){ 0 };
}
