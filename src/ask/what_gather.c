/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is found out for a page about one process. Its directory in /proc is kept open meanwhile: that never
 * comes to mean another process, so if it is still there at the end, all was about this one.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "ask/what.h"
#include "base/scope.h"
#include "kernel/procfile.h"

/** Of more threads only the state is read, not the status. */
enum { THREADS_SWITCHES = 256, WCHAN_MAX = 128 };

static const uint64_t needs = PROCESS_NEED(PROCESS_STATUS) | PROCESS_NEED(PROCESS_LIMITS) |
			      PROCESS_NEED(PROCESS_FDS) | PROCESS_NEED(PROCESS_CGROUP) |
			      PROCESS_NEED(PROCESS_EXE) | PROCESS_NEED(PROCESS_CWD) |
			      PROCESS_NEED(PROCESS_ROOT) | PROCESS_NEED(PROCESS_NAMESPACES) |
			      PROCESS_NEED(PROCESS_IO) | PROCESS_NEED(PROCESS_ENVIRON) |
			      PROCESS_NEED(PROCESS_CMDLINE) | PROCESS_NEED(PROCESS_OOM_SCORE) |
			      PROCESS_NEED(PROCESS_OOM_ADJ);

static int gone(const struct what *what, struct error *err)
{
	return error_set(err, -ESRCH, "process %u does not exist (any more)", what->wish->pid);
}

static int failed(const struct what *what, int rc, struct error *err)
{
	if ((rc == -ENOENT || rc == -ESRCH) && source_hides_others(what->wish->source))
		return error_set(err, -EACCES,
				 "process %u does not exist, or /proc hides it (mount option "
				 "hidepid); run as root",
				 what->wish->pid);
	if (rc == -ENOENT || rc == -ESRCH)
		return gone(what, err);
	if (rc != -EACCES && rc != -EPERM)
		return error_set(err, rc, "cannot read what process %u is: %s", what->wish->pid,
				 strerror(-rc));
	return error_set(err, -EACCES,
			 "cannot look at process %u: /proc hides others' processes (mount option "
			 "hidepid); run as root",
			 what->wish->pid);
}

static void add_thread(struct what *what, unsigned int tid, const struct process_facts *facts)
{
	struct what_threads *threads = &what->threads;

	memory_grow(&threads->items, threads->count, sizeof(*threads->items));
	threads->items[threads->count++] =
		(struct what_thread){ .tid = tid,
				      .comm = arena_text(&what->arena, facts->stat.comm),
				      .state = facts->stat.state };
	if (!facts_have(facts, PROCESS_STATUS))
		return;
	threads->voluntary += facts->status.number[PIDSTATUS_VOLUNTARY];
	threads->nonvoluntary += facts->status.number[PIDSTATUS_NONVOLUNTARY];
}

static void take_thread(void *context, const struct process_facts *facts)
{
	if (facts->tid && !facts->rc)
		add_thread(context, facts->tid, facts);
}

/** With the stat of a first look: how many there are. */
static int read_threads(struct what *what, const struct pidstat *stat, struct error *err)
{
	bool few = stat->threads <= THREADS_SWITCHES;
	struct tally tally = { 0 };
	struct processes_look look = { .needs = few ? PROCESS_NEED(PROCESS_STATUS) : 0,
				       .pids = &what->wish->pid,
				       .pid_count = 1,
				       .threads = true,
				       .found = take_thread,
				       .context = what };

	what->threads.switches_known = few;
	/* Of the only one all will be known. */
	return stat->threads == 1 ? 0 : processes_look(what->wish->source, &look, &tally, err);
}

size_t what_busy(const struct what *what)
{
	size_t busy = 0;

	for (size_t i = 0; i < what->threads.count; i++)
		busy += what_is_busy(&what->threads.items[i]);
	return busy;
}

/** The first thread that has not ended; that which has the number of all, if it can be. */
static unsigned int first_alive(const struct what_threads *threads)
{
	for (size_t i = 0; i < threads->count; i++) {
		if (threads->items[i].state != 'Z' && threads->items[i].state != 'X')
			return threads->items[i].tid;
	}
	return 0;
}

/** "0" is nothing, or not ours to know. Reading it waits for nobody: get_wchan, kernel/sched/core.c. */
static void read_wchan(struct what *what)
{
	char name[48], bytes[WCHAN_MAX];

	snprintf(name, sizeof(name), "task/%u/wchan", what->insight.tid);
	ssize_t len = procfile_read_record(what->dir, name, bytes, sizeof(bytes));
	struct text text = { bytes, len > 0 ? (size_t)len : 0 };
	if (!text_is(text, "0"))
		what->wchan = arena_text(&what->arena, text);
}

static int no_helper(int rc, struct error *err)
{
	return error_set(err, rc, "cannot start a helper process: %s", strerror(-rc));
}

/** Who seems to tell most of too many to look at each: by their state, as it was. */
static unsigned int first_telling(const struct what_threads *threads)
{
	static const char states[] = "RD";

	for (const char *state = states; *state; state++) {
		for (size_t i = 0; i < threads->count; i++) {
			if (threads->items[i].state == *state)
				return threads->items[i].tid;
		}
	}
	return first_alive(threads);
}

/** Those that have not ended, if they are few; else one. At least one. */
static size_t list_telling(const struct what *what, unsigned int *tids)
{
	const struct what_threads *threads = &what->threads;
	size_t count = 0;

	for (size_t i = 0; i < threads->count && threads->count <= GLANCES_MAX; i++) {
		if (threads->items[i].state != 'Z' && threads->items[i].state != 'X')
			tids[count++] = threads->items[i].tid;
	}
	if (!count && (tids[0] = first_telling(threads)) == 0)
		tids[0] = what->wish->pid;
	return count ? count : 1;
}

static int begin_facts(struct what *what, struct insight_pending **ret, struct error *err)
{
	unsigned int *tids = arena_zero(&what->arena, GLANCES_MAX, sizeof(*tids));
	struct insight_wish wish = { .pid = what->wish->pid,
				     .tids = tids,
				     .count = list_telling(what, tids),
				     .needs = needs };
	int rc = insight_begin(what->wish->source, &wish, &what->arena, ret);

	return rc ? no_helper(rc, err) : 0;
}

/** What each does now; its state is of then, too. Both are in order of their numbers. */
static void take_glances(struct what *what)
{
	const struct glances *glances = what->insight.glances;
	size_t at = 0;

	for (size_t i = 0; i < what->threads.count && at < glances->count; i++) {
		struct what_thread *thread = &what->threads.items[i];

		if (glances->items[at].tid != thread->tid)
			continue;
		thread->glance = &glances->items[at++];
		if (thread->glance->state)
			thread->state = thread->glance->state;
	}
}

/** The number of a thread has a directory too, which no listing shows. */
static int check_number(const struct what *what, struct error *err)
{
	uint64_t tgid;

	if (!what_number(what, PIDSTATUS_TGID, &tgid) || tgid == what->wish->pid)
		return 0;
	return error_set(err, -EINVAL, "%u is a thread of process %" PRIu64 ": %s what %" PRIu64,
			 what->wish->pid, tgid, what->wish->program, tgid);
}

static int finish_facts(struct what *what, struct insight_pending *pending, struct error *err)
{
	int rc = insight_finish(pending, &what->arena, &what->facts, &what->insight);

	if (rc)
		return no_helper(rc, err);
	if (what->facts.rc)
		return failed(what, what->facts.rc, err);
	if (!what->threads.count)
		add_thread(what, what->wish->pid, &what->facts);
	take_glances(what);
	what->tid = first_alive(&what->threads);
	read_wchan(what);
	return check_number(what, err);
}

static int read_aside(struct what *what, struct error *err)
{
	scope_fd self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = containers_find(what->wish->source, &what->wish->pid, 1, &what->arena,
				 &what->container);

	if (rc)
		return no_helper(rc, err);
	rc = self < 0 ? -errno : namespaces_read(self, &what->own);
	return rc ? error_set(err, rc, "cannot read procowl's own namespaces: %s", strerror(-rc)) :
		    0;
}

/** What can be asked while the helper is under way. */
static int look_elsewhere(struct what *what, const struct pidstat *stat, struct error *err)
{
	bool ended = (stat->state == 'Z' || stat->state == 'X') && !first_alive(&what->threads);
	int rc = read_aside(what, err);

	return rc || ended || stat->flags & PIDSTAT_KTHREAD ? rc : what_gather_files(what, err);
}

static int gather(struct what *what, struct error *err)
{
	char buffer[PIDSTAT_MAX];
	struct insight_pending *pending;
	struct error unseen;
	struct pidstat stat;
	int rc = what->dir < 0 ? -errno : pidstat_read(what->dir, buffer, &stat);

	if (rc)
		return failed(what, rc, err);
	rc = read_threads(what, &stat, err);
	if (!rc)
		rc = begin_facts(what, &pending, err);
	if (rc)
		return rc;
	int elsewhere = look_elsewhere(what, &stat, &unseen);
	rc = finish_facts(what, pending, err);
	if (!rc && elsewhere) {
		*err = unseen;
		return elsewhere;
	}
	return rc ? rc : what_gather_peers(what, err);
}

int what_gather(struct what *what, struct error *err)
{
	char name[16];

	arena_init(&what->arena);
	snprintf(name, sizeof(name), "%u", what->wish->pid);
	what->now = boottime_now();
	what->dir = openat(what->wish->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = gather(what, err);
	/* Its number may have come to mean another one meanwhile; then this directory is dead. */
	if (!rc && faccessat(what->dir, "stat", F_OK, 0) && (errno == ESRCH || errno == ENOENT))
		return gone(what, err);
	return rc;
}

void what_end(struct what *what)
{
	if (what->dir >= 0)
		close(what->dir);
	free(what->files);
	free(what->threads.items);
	free(what->gap_items);
	arena_end(&what->arena);
}
