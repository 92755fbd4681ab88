/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/called.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/scope.h"
#include "scan/glance.h"
#include "scan/probe.h"
#include "scan/source.h"

/** Of a process with thousands the rest is not looked at. */
enum { THREADS_MAX = 64 };

struct thread {
	int proc;
	unsigned int pid, tid;
};

static void read_call(struct thread thread, struct called *out)
{
	out->tid = thread.tid;
	out->rc = glance_call(thread.proc, thread.pid, thread.tid, &out->call);
}

static void read_rest(struct thread thread, struct called *out)
{
	struct glance glance = { .tid = thread.tid };

	glance_idle(thread.proc, thread.pid, &glance);
	out->state = glance.state;
	out->idle_known = glance.idle_known;
	out->idle_ns = glance.idle_ns;
	out->compat = glance_is_compat(thread.proc, thread.pid, thread.tid);
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
	read_rest(thread, best);
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
