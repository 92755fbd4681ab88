/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/called.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/scope.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "kernel/sched.h"
#include "scan/probe.h"
#include "scan/source.h"

/** Of a process with thousands the rest is not looked at. */
enum { THREADS_MAX = 64 };

struct thread {
	int proc;
	unsigned int pid, tid;
};

static ssize_t read_of(struct thread thread, const char *file, char *bytes, size_t size)
{
	char name[48];

	snprintf(name, sizeof(name), "%u/task/%u/%s", thread.pid, thread.tid, file);
	return procfile_read(thread.proc, name, bytes, size);
}

/**
 * The first key of a 64-bit auxiliary vector is a small number; of a 32-bit one its value stands in the
 * upper half: getauxval(3), fs/binfmt_elf.c.
 */
static bool is_compat(struct thread thread)
{
	uint64_t first = 0;
	ssize_t len = read_of(thread, "auxv", (char *)&first, sizeof(first));

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
static void read_idle(struct thread thread, struct called *out)
{
	char bytes[SCHED_TEXT_MAX];
	uint64_t theirs, ours;
	struct pidstat stat;
	cpu_set_t cpus;
	ssize_t len = read_of(thread, "stat", bytes, PIDSTAT_MAX);

	if (len < 0 || pidstat_parse((struct text){ bytes, (size_t)len }, &stat))
		return;
	out->state = stat.state;
	if (!stat.has_tail || stat.processor < 0 || stat.processor >= CPU_SETSIZE)
		return;
	len = read_of(thread, "sched", bytes, sizeof(bytes));
	if (!last_ran(len, bytes, &theirs) || !theirs)
		return;
	CPU_ZERO(&cpus);
	CPU_SET((size_t)stat.processor, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_yield())
		return;
	len = procfile_read(AT_FDCWD, "/proc/self/sched", bytes, sizeof(bytes));
	out->idle_known = last_ran(len, bytes, &ours) && ours >= theirs;
	out->idle_ns = out->idle_known ? (int64_t)(ours - theirs) : 0;
}

static void read_call(struct thread thread, struct called *out)
{
	char bytes[SYSCALL_TEXT_MAX];
	ssize_t len = read_of(thread, "syscall", bytes, sizeof(bytes));

	out->tid = thread.tid;
	out->rc = len < 0 ? (int)len :
			    syscall_parse((struct text){ bytes, (size_t)len }, &out->call);
}

void called_read(int proc, unsigned int pid, unsigned int tid, struct called *out)
{
	struct thread thread = { proc, pid, tid };

	read_call(thread, out);
	out->compat = is_compat(thread);
	read_idle(thread, out);
}

static int worth(const struct called *called)
{
	if (called->rc || called->call.where != SYSCALL_INSIDE)
		return 0;
	switch (syscall_shape(called->call.number).deed) {
	case SYSCALL_COPIES:
		return 3;
	case SYSCALL_READS:
	case SYSCALL_WRITES:
	case SYSCALL_SENDS:
	case SYSCALL_FLUSHES:
		return 2;
	default:
		return 1;
	}
}

struct asking {
	int proc;
	const unsigned int *pids;
};

static void take_thread(struct thread thread, struct called *best)
{
	struct called here = { 0 };

	read_call(thread, &here);
	if (!best->tid || worth(&here) > worth(best))
		*best = here;
}

/** getdents64(2) as it stands: opendir(3) allocates. The kernel gives the first thread first. */
static void look_at_threads(int list, struct thread thread, struct called *best)
{
	_Alignas(struct dirent64) char bytes[4096];
	unsigned int seen = 0;
	long len;

	while ((len = syscall(SYS_getdents64, list, bytes, sizeof(bytes))) > 0) {
		for (long at = 0; at < len && seen < THREADS_MAX;) {
			const struct dirent64 *entry = (const void *)(bytes + at);

			at += entry->d_reclen;
			if (text_number(text_of(entry->d_name), 10, &(uint64_t){ 0 }))
				continue;
			thread.tid = (unsigned int)strtoul(entry->d_name, NULL, 10);
			take_thread(thread, best);
			seen++;
		}
	}
}

static void ask(const void *context, size_t index, void *memory)
{
	const struct asking *asking = context;
	struct called *best = memory;
	struct thread thread = { asking->proc, asking->pids[index], 0 };
	char name[32];

	best->rc = -ESRCH;
	snprintf(name, sizeof(name), "%u/task", thread.pid);
	scope_fd list = openat(asking->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return;
	look_at_threads(list, thread, best);
	if (!best->tid)
		return;
	thread.tid = best->tid;
	best->compat = is_compat(thread);
	read_idle(thread, best);
}

int called_look(const struct source *source, const unsigned int *pids, size_t count,
		struct called *ret)
{
	struct asking asking = { source->proc, pids };
	struct probe probe = { .count = count,
			       .answer_size = sizeof(*ret),
			       .ask = ask,
			       .context = &asking,
			       .keep = source->proc };
	const bool *missing;
	void *answers;
	int rc = count ? probe_run(&probe, &answers, &missing) : 0;

	if (rc || !count)
		return rc;
	memcpy(ret, answers, count * sizeof(*ret));
	for (size_t i = 0; i < count; i++) {
		if (missing[i])
			ret[i] = (struct called){ .rc = -ETIMEDOUT };
	}
	probe_end(&probe, answers);
	return 0;
}
