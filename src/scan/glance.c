/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/glance.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "kernel/sched.h"

/** To so many processors the helper goes: on a busy one it has to wait for its turn. */
enum { PROCESSORS_MAX = 16 };

static ssize_t read_of_thread(int proc, unsigned int pid, unsigned int tid, const char *file,
			      char *bytes, size_t size)
{
	char name[48];

	snprintf(name, sizeof(name), "%u/task/%u/%s", pid, tid, file);
	return procfile_read_record(proc, name, bytes, size);
}

int glance_call(int proc, unsigned int pid, unsigned int tid, struct syscall *ret)
{
	char bytes[SYSCALL_TEXT_MAX];
	ssize_t len = read_of_thread(proc, pid, tid, "syscall", bytes, sizeof(bytes));

	return len < 0 ? (int)len : syscall_parse((struct text){ bytes, (size_t)len }, ret);
}

bool glance_is_compat(int proc, unsigned int pid, unsigned int tid)
{
	uint64_t first = 0;
	ssize_t len = read_of_thread(proc, pid, tid, "auxv", (char *)&first, sizeof(first));

	return len == sizeof(first) && first >> 32;
}

static void read_state(int proc, unsigned int pid, struct glance *out)
{
	char bytes[PIDSTAT_MAX];
	struct pidstat stat;
	ssize_t len = read_of_thread(proc, pid, out->tid, "stat", bytes, sizeof(bytes));

	if (len < 0 || pidstat_parse((struct text){ bytes, (size_t)len }, &stat))
		return;
	out->state = stat.state;
	if (stat.has_tail && stat.processor >= 0 && stat.processor < CPU_SETSIZE)
		out->processor = (int)stat.processor;
}

static uint64_t last_ran(ssize_t len, const char *bytes)
{
	uint64_t ran_ns;

	return len > 0 && sched_last_ran((struct text){ bytes, (size_t)len }, &ran_ns) == 0 ?
		       ran_ns :
		       0;
}

static void read_last_ran(int proc, unsigned int pid, struct glance *out)
{
	char bytes[SCHED_TEXT_MAX];

	read_state(proc, pid, out);
	if (out->processor >= 0)
		out->ran_ns =
			last_ran(read_of_thread(proc, pid, out->tid, "sched", bytes, sizeof(bytes)),
				 bytes);
}

/** What time it is there: 0, not known. */
static uint64_t clock_of(int processor)
{
	char bytes[SCHED_TEXT_MAX];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)processor, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_yield())
		return 0;
	return last_ran(procfile_read_record(AT_FDCWD, "/proc/self/sched", bytes, sizeof(bytes)),
			bytes);
}

/** `now`: of the processor that it last ran on. */
static void set_idle(struct glance *glance, uint64_t now)
{
	glance->processor = -1;
	glance->idle_known = glance->ran_ns && now >= glance->ran_ns;
	if (glance->idle_known)
		glance->idle_ns = (int64_t)(now - glance->ran_ns);
}

/**
 * The clocks of processors drift apart by the interrupts that each had. So this helper goes where the
 * threads were, and compares with itself.
 */
static void measure(struct glances *out)
{
	unsigned int visited = 0;

	for (size_t i = 0; i < out->count && visited < PROCESSORS_MAX; i++) {
		int processor = out->items[i].processor;

		if (processor < 0 || !out->items[i].ran_ns)
			continue;
		uint64_t now = clock_of(processor);
		visited++;
		for (size_t j = i; j < out->count; j++) {
			if (out->items[j].processor == processor)
				set_idle(&out->items[j], now);
		}
	}
}

/** Who runs tells more than who waits for a disk, and that more than any other; of these who ran last. */
static unsigned int rank(const struct glance *glance)
{
	if (glance_runs(glance))
		return 0;
	if (glance->state == 'D')
		return 1;
	return glance->idle_known ? 2 : 3;
}

static bool tells_more(const struct glance *glance, const struct glance *than)
{
	unsigned int a = rank(glance), b = rank(than);

	return a != b ? a < b : a == 2 && glance->idle_ns < than->idle_ns;
}

static void read_glance(int proc, unsigned int pid, struct glance *out)
{
	out->rc = glance_call(proc, pid, out->tid, &out->call);
	read_last_ran(proc, pid, out);
}

void glance_idle(int proc, unsigned int pid, struct glance *out)
{
	out->processor = -1;
	read_last_ran(proc, pid, out);
	if (out->ran_ns)
		set_idle(out, clock_of(out->processor));
}

void glances_read(int proc, unsigned int pid, const unsigned int *tids, size_t count,
		  struct glances *out)
{
	out->count = count < GLANCES_MAX ? count : GLANCES_MAX;
	for (size_t i = 0; i < out->count; i++)
		out->items[i] =
			(struct glance){ .tid = tids[i], .rc = -ETIMEDOUT, .processor = -1 };
	for (size_t i = 0; i < out->count; i++)
		read_glance(proc, pid, &out->items[i]);
	measure(out);
	for (size_t i = 1; i < out->count; i++) {
		if (tells_more(&out->items[i], &out->items[out->chosen]))
			out->chosen = i;
	}
}
