/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/scope.h"
#include "kernel/pidstat.h"
#include "kernel/pidstatus.h"
#include "kernel/terminal.h"
#include "show/encode.h"

static const int64_t MS = 1000000;

void freeze_begin(struct freeze *freeze, const struct source *source, struct arena *arena,
		  const struct sought *files, size_t count)
{
	*freeze = (struct freeze){ .source = source,
				   .arena = arena,
				   .files = files,
				   .file_count = count,
				   .warden.socket = -1 };
}

void freeze_end(struct freeze *freeze)
{
	if (freeze->interrupt)
		freeze->interrupt->beats = NULL;
	warden_end(&freeze->warden);
	free(freeze->who);
	freeze->who = NULL;
	freeze->count = 0;
}

/* --- who they are ------------------------------------------------------------------------------ */

/** Where `pid` is among them, or would be. */
static size_t place_of(const struct freeze *freeze, unsigned int pid)
{
	size_t low = 0, high = freeze->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (freeze->who[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static unsigned int count_threads(const struct freeze *freeze, unsigned int pid)
{
	char name[16], buffer[PIDSTAT_MAX];
	struct pidstat stat;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(freeze->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && pidstat_read(dir, buffer, &stat) == 0 ? stat.threads : 1;
}

/** Flags that could not be read are taken for the worst. */
static bool may_write(const struct open_file *file)
{
	return file->handle.use == USE_FD &&
	       (!file->flags_known ||
		(!(file->flags & O_PATH) && (file->flags & O_ACCMODE) != O_RDONLY));
}

static void note_use(struct freeze *freeze, const struct process *process, bool still)
{
	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		if (file->map_writable && !freeze->mapped)
			freeze->mapper = arena_text(freeze->arena, process->comm);
		freeze->mapped |= file->map_writable;
		freeze->newcomer_mapped |= file->map_writable && !still;
		freeze->writable |= may_write(file) || file->map_shared;
		freeze->direct |= may_write(file) &&
				  (!file->flags_known || (file->flags & O_DIRECT));
	}
}

static void found(void *context, const struct process *process)
{
	struct freeze *freeze = context;
	size_t at = place_of(freeze, process->pid);
	bool known = at < freeze->count && freeze->who[at].pid == process->pid;
	bool still = known && freeze->who[at].still;

	/* Our own, which lets go of what it was born with only when it runs. */
	if (freeze->warden.pid && process->pid == (unsigned int)freeze->warden.pid)
		return;
	note_use(freeze, process, still);
	freeze->newcomer |= !still;
	if (freeze->warden.beats)
		__atomic_add_fetch(freeze->warden.beats, 1, __ATOMIC_RELAXED);
	if (known)
		return;
	memory_grow(&freeze->who, freeze->count, sizeof(*freeze->who));
	memmove(freeze->who + at + 1, freeze->who + at,
		(freeze->count - at) * sizeof(*freeze->who));
	freeze->count++;
	freeze->who[at] = (struct stopped){ .pid = process->pid,
					    .threads = count_threads(freeze, process->pid),
					    .comm = arena_text(freeze->arena, process->comm) };
}

int freeze_look(struct freeze *freeze, struct error *err)
{
	struct look look = { .filter = LOOK_INODE,
			     .sought = freeze->files,
			     .sought_count = freeze->file_count,
			     .found = found,
			     .context = freeze };
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	freeze->tally = (struct tally){ 0 };
	freeze->newcomer = freeze->newcomer_mapped = false;
	int rc = freeze->source->look(freeze->source, &look, &freeze->tally, err);
	freeze->looking_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	return rc;
}

bool freeze_sees_all(const struct freeze *freeze)
{
	const struct tally *tally = &freeze->tally;

	return tally_is_complete(tally) && !tally->in_flight && !tally->rings && !tally->namespaced;
}

/* --- who may not be stopped -------------------------------------------------------------------- */

/** "cannot stop mysqld (1423): WHY", and what state things are in. */
static int refuse(const struct freeze *freeze, const struct stopped *one, const char *may,
		  const char *why, const char *way_out, struct error *err)
{
	char *name = encode_copy(one->comm);

	error_set(err, -EPERM, "%s stop %s (%u): %s\n  %s, nothing was written.%s%s", may, name,
		  one->pid, why,
		  freeze->warden.pid ? "Everybody was let go again" : "Nothing was stopped",
		  *way_out ? " " : "", way_out);
	free(name);
	return -EPERM;
}

static bool is_ancestor(const struct freeze *freeze, unsigned int pid)
{
	unsigned int above = (unsigned int)getppid();

	while (above && above != pid) {
		char name[16], buffer[PIDSTAT_MAX];
		struct pidstat stat;

		snprintf(name, sizeof(name), "%u", above);
		scope_fd dir = openat(freeze->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || pidstat_read(dir, buffer, &stat))
			return false;
		above = stat.ppid;
	}
	return above == pid;
}

static bool is_behind_terminal(int dir)
{
	unsigned int numbers[TERMINAL_OWN_MAX];
	unsigned int count = terminal_own(numbers);

	for (unsigned int i = 0; i < count; i++) {
		if (terminal_is_behind(dir, numbers[i]))
			return true;
	}
	return false;
}

/** Who traces it already, in words. */
static int refuse_traced(const struct freeze *freeze, const struct stopped *one,
			 unsigned int tracer, struct error *err)
{
	char name[16], buffer[PIDSTAT_MAX], why[256];
	struct pidstat stat;

	snprintf(name, sizeof(name), "%u", tracer);
	scope_fd dir = openat(freeze->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || pidstat_read(dir, buffer, &stat))
		return refuse(freeze, one, "cannot", "a debugger traces it already", "", err);
	char *comm = encode_copy(stat.comm);
	snprintf(why, sizeof(why), "%s (%u) traces it already", comm, tracer);
	free(comm);
	return refuse(freeze, one, "cannot", why, "", err);
}

/** Opening its memory asks for the same right as tracing it: ptrace_may_access, PTRACE_MODE_ATTACH. */
static bool may_trace(int dir)
{
	scope_fd memory = openat(dir, "mem", O_RDONLY | O_CLOEXEC);

	return memory >= 0 || (errno != EACCES && errno != EPERM);
}

static int refuse_foreign(const struct freeze *freeze, const struct stopped *one, struct error *err)
{
	return refuse(freeze, one, "cannot",
		      geteuid() ? "that needs the right to trace it; run as root" :
				  "the kernel does not allow to trace it",
		      "", err);
}

static int allow(const struct freeze *freeze, const struct stopped *one, struct error *err)
{
	struct pidstatus status;
	char name[16];

	snprintf(name, sizeof(name), "%u", one->pid);
	scope_fd dir = openat(freeze->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || pidstatus_read(dir, "status", &status))
		return 0; /* it has just ended */
	if (one->pid == 1)
		return refuse(freeze, one, "will not", "everything else depends on it", "", err);
	if (status.inner_pid == 1)
		return refuse(freeze, one, "will not", "it is the first process of its container",
			      "", err);
	if (is_ancestor(freeze, one->pid))
		return refuse(freeze, one, "will not", "procowl was started from it",
			      "Start procowl from another place.", err);
	if (is_behind_terminal(dir))
		return refuse(freeze, one, "will not",
			      "it is behind this terminal, from where procowl can be ended",
			      "Start procowl from another one.", err);
	unsigned int tracer = pidstatus_tracer(&status);
	if (tracer && tracer != (unsigned int)freeze->warden.pid)
		return refuse_traced(freeze, one, tracer, err);
	return may_trace(dir) ? 0 : refuse_foreign(freeze, one, err);
}

int freeze_allowed(const struct freeze *freeze, struct error *err)
{
	for (size_t i = 0; i < freeze->count; i++) {
		int rc = allow(freeze, &freeze->who[i], err);

		if (rc)
			return rc;
	}
	return 0;
}

/* --- stopping them ----------------------------------------------------------------------------- */

/** "thread 4090 of mysqld (1423) waits for the disk and would not stop" */
static int refuse_moving(const struct stopped *one, const struct warden_answer *answer,
			 struct error *err)
{
	char *name = encode_copy(one->comm), thread[32] = "a thread";

	if (answer->tid)
		snprintf(thread, sizeof(thread), "thread %u", answer->tid);
	error_set(err, -ETIMEDOUT,
		  "%s of %s (%u) %s\n"
		  "  After %d s everybody was let go again; nothing was written. Try again later.",
		  thread, name, one->pid,
		  answer->state == 'D' ? "waits for the disk and would not stop" : "would not stop",
		  FREEZE_MS / 1000);
	free(name);
	return -ETIMEDOUT;
}

static int explain(const struct freeze *freeze, const struct stopped *one,
		   const struct warden_answer *answer, struct error *err)
{
	switch (-answer->rc) {
	case ETIMEDOUT:
		return refuse_moving(one, answer, err);
	case EBUSY:
		return refuse_traced(freeze, one, answer->tracer, err);
	case ECHILD:
		return error_set(err, -ECHILD,
				 "what made the others stand still was ended; they go on\n"
				 "  Nothing was written.");
	default:
		return refuse_foreign(freeze, one, err);
	}
}

/** Who has ended is no longer among them: his number may come to be another's. */
static void forget_ended(struct freeze *freeze)
{
	size_t kept = 0;

	for (size_t i = 0; i < freeze->count; i++) {
		if (freeze->who[i].threads)
			freeze->who[kept++] = freeze->who[i];
	}
	freeze->count = kept;
}

/** Everybody who is known and moves. */
static int stop_known(struct freeze *freeze, int64_t deadline_ns, struct interrupt *interrupt,
		      struct error *err)
{
	for (size_t i = 0; i < freeze->count; i++) {
		struct warden_answer answer;

		if (freeze->who[i].still)
			continue;
		if (interrupt_asked(interrupt))
			return -ECANCELED;
		warden_stop(&freeze->warden, freeze->who[i].pid, deadline_ns, &answer);
		if (answer.rc == -ECHILD && interrupt_asked(interrupt))
			return -ECANCELED;
		if (answer.rc)
			return explain(freeze, &freeze->who[i], &answer, err);
		freeze->who[i].still = true;
		freeze->who[i].threads = answer.threads;
	}
	forget_ended(freeze);
	return 0;
}

/** New ones may be among those who must not be stopped. */
static int stop_all(struct freeze *freeze, int64_t deadline_ns, struct interrupt *interrupt,
		    struct error *err)
{
	/* Somebody was asked since, and much was copied: who has let go is not to be stopped. */
	freeze->count = 0;
	int rc = freeze_look(freeze, err);
	while (!rc) {
		rc = freeze_allowed(freeze, err);
		if (!rc)
			rc = stop_known(freeze, deadline_ns, interrupt, err);
		if (!rc)
			rc = freeze_look(freeze, err);
		if (rc || !freeze->newcomer)
			return rc;
		if (clock_ns(CLOCK_MONOTONIC) > deadline_ns)
			return error_set(
				err, -ETIMEDOUT,
				"new processes kept getting hold of it while the others stood still\n"
				"  After %d s everybody was let go again; nothing was written.",
				FREEZE_MS / 1000);
	}
	return rc;
}

int freeze_stop(struct freeze *freeze, struct interrupt *interrupt, struct error *err)
{
	/* Somebody was asked since, and much was copied: who has let go is not to be stopped. */
	freeze->count = 0;
	int rc = freeze_look(freeze, err);
	if (rc)
		return rc;
	rc = warden_start(&freeze->warden);
	if (rc)
		error_set(err, rc,
			  "cannot start what makes others stand still: %s\n"
			  "  Nothing was stopped, nothing was written.",
			  strerror(-rc));
	freeze->begun_ns = clock_ns(CLOCK_REALTIME);
	freeze->stopped_ns = clock_ns(CLOCK_MONOTONIC);
	if (!rc)
		rc = stop_all(freeze, freeze->stopped_ns + FREEZE_MS * MS, interrupt, err);
	if (rc) {
		warden_end(&freeze->warden);
		return rc;
	}
	freeze->interrupt = interrupt;
	interrupt->beats = freeze->warden.beats;
	return 0;
}

/** Those who stood still, to outlive us. */
static const struct stopped *keep_who(const struct freeze *freeze, size_t *count)
{
	struct stopped *kept = arena_zero(freeze->arena, freeze->count + 1, sizeof(*kept));

	*count = 0;
	for (size_t i = 0; i < freeze->count; i++) {
		if (freeze->who[i].still)
			kept[(*count)++] = freeze->who[i];
	}
	return kept;
}

bool freeze_release(struct freeze *freeze, struct standstill *ret)
{
	struct error err;
	bool seen = freeze_sees_all(freeze);
	int rc = freeze_look(freeze, &err);
	bool held = warden_holds(&freeze->warden);

	freeze->interrupt->beats = NULL;
	warden_end(&freeze->warden);
	*ret = (struct standstill){
		.begun_ns = freeze->begun_ns,
		.lasted_ns = clock_ns(CLOCK_MONOTONIC) - freeze->stopped_ns,
		.proved = seen && !rc && held && !freeze->newcomer && freeze_sees_all(freeze),
	};
	ret->who = keep_who(freeze, &ret->count);
	freeze->newcomer_mapped |= !held && freeze->mapped;
	return ret->proved;
}
