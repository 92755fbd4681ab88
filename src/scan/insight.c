/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/insight.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "kernel/sched.h"
#include "scan/facts.h"
#include "scan/probe.h"

/** In this order: what lies in the memory depends on the call. */
enum question { ASK_CALL, ASK_MEMORY, ASK_FACTS, QUESTIONS };

/** For the texts of the facts: a stack of 8 MiB, the usual limit, has 2 of arguments at most: execve(2). */
enum { ROOM = 8 << 20 };

struct called {
	int rc;
	struct syscall call;
	bool compat, idle_known;
	char state;
	int64_t idle_ns;
};

struct remembered {
	bool has_timespec;
	int64_t timespec_ns;
	char path[PATH_MAX];
};

struct asking {
	struct facts_reading reading;
	unsigned int pid, tid;
};

struct insight_pending {
	struct asking asking;
	struct probe probe;
	struct probing probing;
};

static const size_t ANSWER_SIZE = sizeof(struct facts_answer) + ROOM;
_Static_assert(sizeof(struct remembered) < ROOM, "all answers have room");

static const void *answer_at(const void *answers, enum question question)
{
	return (const char *)answers + question * ANSWER_SIZE;
}

static ssize_t read_of_thread(const struct asking *asking, const char *file, char *bytes,
			      size_t size)
{
	char name[48];

	snprintf(name, sizeof(name), "%u/task/%u/%s", asking->pid, asking->tid, file);
	return procfile_read_record(asking->reading.proc, name, bytes, size);
}

/**
 * The first key of a 64-bit auxiliary vector is a small number; of a 32-bit one its value stands in the
 * upper half: getauxval(3), fs/binfmt_elf.c.
 */
static bool is_compat(const struct asking *asking)
{
	uint64_t first = 0;
	ssize_t len = read_of_thread(asking, "auxv", (char *)&first, sizeof(first));

	return len == sizeof(first) && first >> 32;
}

static bool last_ran(ssize_t len, const char *bytes, uint64_t *ret_ns)
{
	return len > 0 && sched_last_ran((struct text){ bytes, (size_t)len }, ret_ns) == 0;
}

/**
 * The clocks of processors drift apart by the interrupts that each had. So this helper goes where the
 * thread was, and compares with itself.
 */
static void read_idle(const struct asking *asking, struct called *out)
{
	char bytes[SCHED_TEXT_MAX];
	uint64_t theirs, ours;
	struct pidstat stat;
	cpu_set_t cpus;
	ssize_t len = read_of_thread(asking, "stat", bytes, PIDSTAT_MAX);

	if (len < 0 || pidstat_parse((struct text){ bytes, (size_t)len }, &stat))
		return;
	out->state = stat.state;
	if (!stat.has_tail || stat.processor < 0 || stat.processor >= CPU_SETSIZE)
		return;
	len = read_of_thread(asking, "sched", bytes, sizeof(bytes));
	if (!last_ran(len, bytes, &theirs) || !theirs)
		return;
	CPU_ZERO(&cpus);
	CPU_SET((size_t)stat.processor, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_yield())
		return;
	len = procfile_read_record(AT_FDCWD, "/proc/self/sched", bytes, sizeof(bytes));
	out->idle_known = last_ran(len, bytes, &ours) && ours >= theirs;
	out->idle_ns = out->idle_known ? (int64_t)(ours - theirs) : 0;
}

static void ask_call(const struct asking *asking, struct called *out)
{
	char bytes[SYSCALL_TEXT_MAX];
	ssize_t len = read_of_thread(asking, "syscall", bytes, sizeof(bytes));

	out->rc = len < 0 ? (int)len :
			    syscall_parse((struct text){ bytes, (size_t)len }, &out->call);
	out->compat = is_compat(asking);
	read_idle(asking, out);
}

/** A path ends somewhere on its page, or goes on on the next, which may not be there. */
static void read_path(int memory, uint64_t at, char path[PATH_MAX])
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = 0;

	while (len < PATH_MAX - 1) {
		size_t rest = page - (size_t)((at + len) % page);
		ssize_t got;

		if (rest > PATH_MAX - 1 - len)
			rest = PATH_MAX - 1 - len;
		got = pread(memory, path + len, rest, (off_t)(at + len));
		if (got <= 0 || memchr(path + len, 0, (size_t)got))
			break;
		len += (size_t)got;
	}
	/* What has no end is no path. */
	if (!memchr(path, 0, PATH_MAX - 1))
		path[0] = 0;
}

static void ask_memory(const struct asking *asking, const struct called *called,
		       struct remembered *out)
{
	struct syscall_shape shape = syscall_shape(called->call.number);
	struct timespec wait;
	char name[48];

	if (called->rc || called->call.where != SYSCALL_INSIDE || called->compat ||
	    (shape.path < 0 && shape.timespec < 0))
		return;
	snprintf(name, sizeof(name), "%u/task/%u/mem", asking->pid, asking->tid);
	scope_fd memory = openat(asking->reading.proc, name, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		return;
	if (shape.path >= 0)
		read_path(memory, called->call.arguments[shape.path], out->path);
	if (shape.timespec < 0 || !called->call.arguments[shape.timespec] ||
	    pread(memory, &wait, sizeof(wait), (off_t)called->call.arguments[shape.timespec]) !=
		    sizeof(wait) ||
	    wait.tv_sec < 0 || wait.tv_sec > INT64_MAX / 2000000000 || wait.tv_nsec < 0 ||
	    wait.tv_nsec > 999999999)
		return;
	out->has_timespec = true;
	out->timespec_ns = wait.tv_sec * 1000000000 + wait.tv_nsec;
}

static void ask(const void *context, size_t index, void *memory)
{
	const struct asking *asking = context;

	switch ((enum question)index) {
	case ASK_CALL:
		ask_call(asking, memory);
		break;
	case ASK_MEMORY:
		ask_memory(asking, (const void *)((const char *)memory - ANSWER_SIZE), memory);
		break;
	case ASK_FACTS:
		((struct facts_answer *)memory)->facts.pid = asking->pid;
		facts_read(&asking->reading, memory);
		break;
	case QUESTIONS:
		break;
	}
}

static void take_facts(const struct facts_answer *answer, bool missing, struct arena *arena,
		       struct process_facts *ret)
{
	*ret = answer->facts;
	/* What had been read before it got stuck is there. */
	if (missing && ret->rcs[PROCESS_STAT])
		ret->rc = -ETIMEDOUT;
	struct text *const texts[] = {
		&ret->stat.comm,   &ret->status.name, &ret->status.groups, &ret->status.nspid,
		&ret->status.cpus, &ret->status.mems, &ret->cgroup,        &ret->wchan,
		&ret->exe,         &ret->cwd,         &ret->root,          &ret->cmdline,
		&ret->environ,
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_text(arena, *texts[i]);
}

static void take_call(const void *answers, const bool *missing, struct insight *ret)
{
	const struct called *called = answer_at(answers, ASK_CALL);
	const struct remembered *remembered = answer_at(answers, ASK_MEMORY);

	*ret = (struct insight){
		.call_rc = missing[ASK_CALL] ? -ETIMEDOUT : called->rc,
		.call = called->call,
		.compat = called->compat,
		.state = called->state,
		.idle_known = called->idle_known,
		.idle_ns = called->idle_ns,
	};
	if (missing[ASK_MEMORY])
		return;
	ret->has_timespec = remembered->has_timespec;
	ret->timespec_ns = remembered->timespec_ns;
	memcpy(ret->path, remembered->path, sizeof(ret->path));
}

int insight_begin(const struct source *source, unsigned int pid, unsigned int tid, uint64_t needs,
		  struct arena *arena, struct insight_pending **ret)
{
	struct insight_pending *pending = arena_zero(arena, 1, sizeof(*pending));

	pending->asking = (struct asking){
		.reading = { .proc = source->proc,
			     .needs = needs | PROCESS_NEED(PROCESS_STAT),
			     .room = ROOM,
			     .counts_files = facts_counts_files() },
		.pid = pid,
		.tid = tid,
	};
	pending->probe = (struct probe){ .count = QUESTIONS,
					 .answer_size = ANSWER_SIZE,
					 .ask = ask,
					 .context = &pending->asking,
					 .keep = source->proc,
					 .keeps_part = true };
	*ret = pending;
	return probe_begin(&pending->probe, &pending->probing);
}

int insight_finish(struct insight_pending *pending, struct arena *arena,
		   struct process_facts *facts, struct insight *ret)
{
	const bool *missing;
	void *answers;
	int rc = probe_finish(&pending->probing, &answers, &missing);

	if (rc)
		return rc;
	take_call(answers, missing, ret);
	take_facts(answer_at(answers, ASK_FACTS), missing[ASK_FACTS], arena, facts);
	probe_end(&pending->probe, answers);
	return 0;
}
