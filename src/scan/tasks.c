/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/procfile.h"

/** Of fewer threads /proc tells as fast as a program is loaded. */
enum { WORTH_IT = 300 };

/** include/linux/sched.h: what of a state is told, and what changes it. */
enum {
	STATE_UNINTERRUPTIBLE = 0x2,
	STATE_REPORTED = 0x7F,
	STATE_IDLE = 0x402,
	STATE_RTLOCK_WAIT = 0x1000,
	STATE_FROZEN = 0x8000,
};

/** Scheduling: include/linux/sched/prio.h. */
enum { RT_PRIORITIES = 100, NICE_ZERO = 120 };

/** PROC_TIME_INIT_INO of include/linux/proc_ns.h: where clocks have no offset of their own. */
static const uint64_t FIRST_TIME_NAMESPACE = UINT64_C(0xEFFFFFFA);

/** task_state_index of include/linux/sched.h, task_state_array of fs/proc/array.c. */
static char state_of(const struct wire_task *task)
{
	static const char letters[] = "RSDTtXZPI";
	unsigned int state = (task->state | task->exit_state) & STATE_REPORTED;

	if ((task->state & STATE_IDLE) == STATE_IDLE)
		return 'I';
	if (task->state & (STATE_RTLOCK_WAIT | STATE_FROZEN))
		state = STATE_UNINTERRUPTIBLE;
	return letters[state ? 32 - __builtin_clz(state) : 0];
}

/** Of what it ran the part of the kernel, by the ticks that met it there. */
static uint64_t system_part(const struct wire_used *used)
{
	if (!used->stime)
		return 0;
	if (!used->utime)
		return used->runtime;
	return (uint64_t)((unsigned __int128)used->stime * used->runtime /
			  (used->utime + used->stime));
}

/**
 * What it ran is exact, how that divides is an estimate; what was told once never shrinks:
 * cputime_adjust of kernel/sched/cputime.c.
 */
static void scale(const struct wire_task *task, uint64_t *utime, uint64_t *stime)
{
	uint64_t ran = task->used.runtime;

	*utime = task->told_utime;
	*stime = task->told_stime;
	if (*utime + *stime >= ran)
		return;
	uint64_t system = system_part(&task->used);
	if (system < *stime)
		system = *stime;
	if (ran - system < *utime)
		system = ran - *utime;
	*stime = system;
	*utime = ran - system;
}

static uint64_t ticks(uint64_t ns)
{
	return ns / (uint64_t)(CLOCK_SECOND_NS / sysconf(_SC_CLK_TCK));
}

static void tell_times(const struct wire_task *task, struct pidstat *stat)
{
	uint64_t utime = task->used.utime, stime = task->used.stime;

	if (task->is & WIRE_SCALED)
		scale(task, &utime, &stime);
	stat->utime = ticks(utime);
	stat->stime = ticks(stime);
	stat->cutime = ticks(task->cutime);
	stat->cstime = ticks(task->cstime);
	stat->start = ticks(task->start);
	stat->blkio_ticks = ticks(task->blkio);
}

void tasks_tell(const struct wire_task *task, struct process_facts *ret)
{
	ret->at_ns = (int64_t)task->at;
	ret->ran_ns = task->used.runtime;
	ret->uid = task->uid;
	ret->gid = task->gid;
	ret->stat = (struct pidstat){
		.comm = { task->comm, strnlen(task->comm, sizeof(task->comm)) },
		.state = state_of(task),
		.ppid = task->ppid,
		.pgrp = (int)task->pgrp,
		.session = (int)task->session,
		.tpgid = -1,
		.flags = task->flags,
		.threads = task->threads,
		.minflt = task->used.minflt,
		.majflt = task->used.majflt,
		.priority = task->prio - RT_PRIORITIES,
		.nice = task->static_prio - NICE_ZERO,
		.vsize = task->vm_pages * (uint64_t)sysconf(_SC_PAGESIZE),
		.rss_pages = task->rss_pages,
		.has_tail = true,
		.processor = (int)task->processor,
		.rt_priority = task->rt_priority,
		.policy = task->policy,
	};
	tell_times(task, &ret->stat);
}

bool tasks_suffices(const struct wire_task *task)
{
	return (task->is & WIRE_WHOLE) && !(task->flags & PIDSTAT_KTHREAD);
}

static int compare_numbers(unsigned int pid, unsigned int tid, const struct wire_task *task)
{
	if (pid != task->pid)
		return pid < task->pid ? -1 : 1;
	return (tid > task->tid) - (tid < task->tid);
}

static int by_numbers(const void *left, const void *right)
{
	const struct wire_task *task = left;

	return compare_numbers(task->pid, task->tid, right);
}

/** Numbers of threads mostly follow that of their process, and the walk goes by number. */
static void sort(struct tasks *tasks)
{
	for (size_t i = 1; i < tasks->count; i++) {
		if (by_numbers(&tasks->all[i - 1], &tasks->all[i]) <= 0)
			continue;
		qsort(tasks->all, tasks->count, sizeof(*tasks->all), by_numbers);
		return;
	}
}

static void add(struct wire_used *sum, const struct wire_used *used)
{
	sum->utime += used->utime;
	sum->stime += used->stime;
	sum->runtime += used->runtime;
	sum->minflt += used->minflt;
	sum->majflt += used->majflt;
}

/** Of the threads of one process make the process; false: its first one is not among them. */
static bool join(const struct wire_task *threads, size_t count, struct wire_task *ret)
{
	const struct wire_task *leader = NULL;
	struct wire_used sum = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (threads[i].tid == threads[i].pid)
			leader = &threads[i];
		add(&sum, &threads[i].used);
	}
	if (!leader)
		return false;
	add(&sum, &leader->ended);
	/* It is no sum when some have begun or ended meanwhile. */
	bool all = count == leader->threads;
	if (ret != leader)
		*ret = *leader;
	ret->used = sum;
	if (!all)
		ret->is &= ~(unsigned int)WIRE_WHOLE;
	return true;
}

void tasks_fold(struct tasks *tasks)
{
	unsigned int self = (unsigned int)getpid();
	size_t kept = 0, next;

	sort(tasks);
	for (size_t i = 0; i < tasks->count; i = next) {
		struct wire_task *task = &tasks->all[i];

		next = i + 1;
		while (!tasks->of_threads && next < tasks->count &&
		       tasks->all[next].pid == task->pid)
			next++;
		if (task->pid == self)
			continue;
		if (!tasks->of_threads)
			kept += join(task, next - i, &tasks->all[kept]);
		else
			tasks->all[kept++] = *task;
	}
	tasks->count = kept;
}

const struct wire_task *tasks_find(const struct tasks *tasks, unsigned int pid, unsigned int tid)
{
	size_t low = 0, high = tasks->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct wire_task *task = &tasks->all[middle];
		int order = compare_numbers(pid, tasks->of_threads ? tid : task->tid, task);

		if (!order)
			return task;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int walk(const struct source *source, struct roll_call *call, bool lists,
		struct tasks *tasks)
{
	int rc = roll_call_take(call, source, lists, &tasks->roll);

	if (rc)
		return rc;
	tasks->all = tasks->roll.all;
	tasks->count = tasks->roll.count;
	tasks_fold(tasks);
	return 0;
}

/** In another time namespace a process's start is another: time_namespaces(7). */
static bool has_own_clock(void)
{
	uint64_t ino = procfile_namespace(AT_FDCWD, "/proc/self/ns/time");

	return ino && ino != FIRST_TIME_NAMESPACE;
}

static bool is_worth_it(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 && info.procs >= WORTH_IT;
}

static bool is_wanted(struct source_bpf *bpf, const struct processes_look *look)
{
	if (!bpf || bpf->failed)
		return false;
	if (bpf->forced)
		return true;
	if (look->pids || !is_worth_it()) {
		bpf->left++;
		return false;
	}
	return true;
}

static int fail(struct source_bpf *bpf, int rc)
{
	bpf->failed = true;
	return rc;
}

int tasks_begin(const struct source *source, const struct processes_look *look, struct tasks *ret)
{
	struct source_bpf *bpf = source->bpf;

	*ret = (struct tasks){ .of_threads = look->threads };
	if (!is_wanted(bpf, look))
		return -ENODATA;
	if (has_own_clock())
		return fail(bpf,
			    error_set(&bpf->why, -EXDEV, "it cannot be had in a time namespace"));
	ret->call = roll_call_new(look->threads);
	int rc = walk(source, ret->call, !look->pids, ret);
	bpf->looks += !rc;
	if (!rc)
		return 0;
	tasks_end(ret);
	return fail(bpf, rc);
}

int tasks_again(const struct source *source, const struct tasks *then, struct tasks *ret)
{
	*ret = (struct tasks){ .of_threads = then->of_threads };
	return walk(source, then->call, false, ret);
}

void tasks_end(struct tasks *tasks)
{
	roll_call_free(tasks->call);
	roll_end(&tasks->roll);
	*tasks = (struct tasks){ 0 };
}
