/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/task.h"

enum {
	WORKERS_MAX = 8,
	LOOK_MS = 50,
	/* Jobs begun whose turn at the caller has not come: they take memory. Few at first, as he may want
	 * no more than the first has. */
	AHEAD_MIN = 3,
	AHEAD_MAX = 12,
};

static const int64_t PATIENCE_NS = 1000000000, IMPATIENCE_NS = 200000000;

enum job_state { JOB_WAITS, JOB_RUNS, JOB_DONE, JOB_GIVEN_UP };

/** Shared by the caller and its threads; the last of them frees it. */
struct pool {
	struct jobs jobs; /**< with a context of its own */
	struct job **slots;
	unsigned int active; /**< threads that were not given up */
	size_t next;
	size_t awaited; /**< index of the job that the caller waits for */
	unsigned int users;
	pthread_mutex_t lock;
	pthread_cond_t done, room;
};

static unsigned int own_tid(void)
{
	return (unsigned int)syscall(SYS_gettid);
}

static struct job *job_new(size_t index, unsigned int tid)
{
	struct job *job = memory_resize(NULL, 1, sizeof(*job));

	*job = (struct job){ .index = index, .tid = tid, .state = JOB_RUNS };
	arena_init(&job->arena);
	return job;
}

static void job_free(struct job *job)
{
	arena_end(&job->arena);
	free(job);
}

/** Under the lock: one user less. */
static void pool_leave(struct pool *pool)
{
	bool last = --pool->users == 0;

	pthread_mutex_unlock(&pool->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&pool->lock);
	pthread_cond_destroy(&pool->done);
	pthread_cond_destroy(&pool->room);
	free(pool->jobs.context);
	free(pool->slots);
	free(pool);
}

/** So many may be under way once those before `index` are consumed. */
static size_t ahead_at(size_t index)
{
	return index < AHEAD_MAX - AHEAD_MIN ? AHEAD_MIN + index : AHEAD_MAX;
}

/** Under the lock: may another job begin? Waits for the caller where he is slower. */
static bool pool_goes_on(struct pool *pool)
{
	while (pool->next < pool->jobs.count &&
	       pool->next >= pool->awaited + ahead_at(pool->awaited))
		pthread_cond_wait(&pool->room, &pool->lock);
	return pool->next < pool->jobs.count;
}

/** Under the lock. Not for each job, lest threads wake to do one. */
static void pool_await(struct pool *pool, size_t index)
{
	pool->awaited = index;
	if (pool->next <= index + (ahead_at(index) + 1) / 2)
		pthread_cond_broadcast(&pool->room);
}

/**
 * Under the lock: is it worth waking the caller? Not for each job: where they are short, waking takes as
 * long as they do. Should nothing more ever be done, he wakes of himself (LOOK_MS).
 */
static bool pool_is_ripe(const struct pool *pool)
{
	const struct job *job = pool->slots[pool->awaited];

	return job && job->state == JOB_DONE &&
	       (pool->next >= pool->jobs.count ||
		pool->next >= pool->awaited + ahead_at(pool->awaited) / 2);
}

static void *worker(void *argument)
{
	struct pool *pool = argument;
	unsigned int tid = own_tid();

	pthread_mutex_lock(&pool->lock);
	while (pool_goes_on(pool)) {
		struct job *job = job_new(pool->next++, tid);

		pool->slots[job->index] = job;
		pthread_mutex_unlock(&pool->lock);
		pool->jobs.work(pool->jobs.context, job);
		pthread_mutex_lock(&pool->lock);
		if (job->state == JOB_GIVEN_UP) {
			/* Somebody else has taken this thread's place. */
			job_free(job);
			break;
		}
		job->state = JOB_DONE;
		if (pool_is_ripe(pool))
			pthread_cond_signal(&pool->done);
	}
	pool_leave(pool);
	return NULL;
}

/** Under the lock. Signals are the caller's business, not a worker's. */
static bool pool_add_worker(struct pool *pool)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&thread, NULL, worker, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		return false;
	pthread_detach(thread);
	pool->users++;
	pool->active++;
	return true;
}

static void wait_a_little(struct pool *pool)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&pool->done, &pool->lock, &until);
}

/** Under the lock: wait until slot `index` is done; NULL when it had to be given up. */
static struct job *pool_wait(struct pool *pool, size_t index, int64_t *patience_ns)
{
	unsigned int beats = 0;
	int64_t since = clock_ns(CLOCK_MONOTONIC);

	pool->awaited = index;
	for (;;) {
		struct job *job = pool->slots[index];

		if (job && job->state == JOB_DONE)
			return job;
		/* All are stuck, and no other thread can be had: nobody will ever come to this one. */
		if (!job && !pool->active) {
			pool->next = index + 1;
			return NULL;
		}
		if (job && __atomic_load_n(&job->beats, __ATOMIC_RELAXED) != beats) {
			beats = job->beats;
			since = clock_ns(CLOCK_MONOTONIC);
		}
		/* On a busy machine a thread may just not get its turn. */
		if (job && clock_ns(CLOCK_MONOTONIC) - since > *patience_ns &&
		    !task_waits(job->tid))
			since = clock_ns(CLOCK_MONOTONIC);
		if (job && clock_ns(CLOCK_MONOTONIC) - since > *patience_ns) {
			job->state = JOB_GIVEN_UP;
			pool->slots[index] = NULL;
			pool->active--;
			*patience_ns = IMPATIENCE_NS;
			pool_add_worker(pool);
			return NULL;
		}
		if (!job)
			since = clock_ns(CLOCK_MONOTONIC);
		wait_a_little(pool);
	}
}

static unsigned int workers_wanted(size_t jobs)
{
	long processors = jobs > 1 ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
	size_t wanted = processors < 2 ? 2 : (size_t)processors;

	if (wanted > WORKERS_MAX)
		wanted = WORKERS_MAX;
	return (unsigned int)(jobs < wanted ? jobs : wanted);
}

static struct pool *pool_new(const struct jobs *jobs)
{
	struct pool *pool = memory_resize(NULL, 1, sizeof(*pool));
	pthread_condattr_t attributes;

	*pool = (struct pool){ .jobs = *jobs, .users = 1 };
	pool->jobs.context = memory_resize(NULL, jobs->context_size, 1);
	memcpy(pool->jobs.context, jobs->context, jobs->context_size);
	pool->slots = memory_resize(NULL, jobs->count, sizeof(*pool->slots));
	memset(pool->slots, 0, jobs->count * sizeof(*pool->slots));
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->done, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_cond_init(&pool->room, NULL);
	return pool;
}

/** Nobody wants more: what has been begun is still waited for, as it may use what the caller has. */
static bool is_enough(const struct jobs *jobs)
{
	return jobs->enough && *jobs->enough;
}

/** No thread could be made (RLIMIT_NPROC, a small cgroup): do it here, unwatched. */
static void run_here(const struct jobs *jobs)
{
	for (size_t i = 0; i < jobs->count && !is_enough(jobs); i++) {
		struct job *job = job_new(i, own_tid());

		jobs->work(jobs->context, job);
		jobs->consume(jobs->context, i, job);
		job_free(job);
	}
}

void worker_run(const struct jobs *jobs)
{
	int64_t patience_ns = PATIENCE_NS;

	if (!jobs->count)
		return;
	struct pool *pool = pool_new(jobs);
	unsigned int started = 0;
	pthread_mutex_lock(&pool->lock);
	for (unsigned int i = workers_wanted(jobs->count); i > 0; i--)
		started += pool_add_worker(pool);
	if (!started) {
		pool_leave(pool);
		run_here(jobs);
		return;
	}
	for (size_t i = 0; i < pool->jobs.count; i++) {
		pool_await(pool, i);
		struct job *job = pool_wait(pool, i, &patience_ns);

		/* It is the caller's now: a worker that looks whether to wake him finds none. */
		pool->slots[i] = NULL;
		pthread_mutex_unlock(&pool->lock);
		jobs->consume(jobs->context, i, job);
		if (job)
			job_free(job);
		pthread_mutex_lock(&pool->lock);
		if (is_enough(jobs) && pool->next < pool->jobs.count) {
			pool->jobs.count = pool->next;
			pthread_cond_broadcast(&pool->room);
		}
	}
	pool_leave(pool);
}
