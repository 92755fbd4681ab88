/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process does right now, in words: by its state, and by the system call it waits in and the file
 * that is about. The call decides, not the name of the kernel's function: that is the same for a terminal,
 * a TCP socket and an inotify.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "ask/what.h"
#include "kernel/signals.h"
#include "scan/names.h"
#include "show/units.h"

struct telling {
	struct what *what;
	const struct syscall *call;
	struct syscall_shape shape;
	const struct file *file, *other;
	struct what_doing *out;
	char state; /**< of the thread */
};

#define SAY(telling, ...) arena_format(&(telling)->what->arena, __VA_ARGS__)
/** For %.*s. */
#define TEXT(text) (int)(text).len, (text).bytes

static struct text process_word(struct what *what, unsigned int pid)
{
	struct text comm = names_comm(what->wish->source, pid, &what->arena);

	return comm.len ? arena_format(&what->arena, "%.*s (%u)", TEXT(comm), pid) :
			  arena_format(&what->arena, "process %u", pid);
}

static bool is_kind(const struct file *file, const char *const *kinds, size_t count)
{
	for (size_t i = 0; file && i < count; i++) {
		if (text_is(file->kind, kinds[i]))
			return true;
	}
	return false;
}

/** What is read to learn that something has happened. */
static bool is_of_events(const struct file *file)
{
	static const char *const kinds[] = { "eventfd",  "timerfd",     "signalfd", "inotify",
					     "fanotify", "userfaultfd", "perf",     "pidfd" };

	return is_kind(file, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static bool is_terminal(const struct file *file)
{
	return file && text_is(file->kind, "char") &&
	       (text_starts(file->path, "/dev/pts/") || text_starts(file->path, "/dev/tty") ||
		text_starts(file->path, "/dev/console"));
}

/** Where it may take long only because of a disk or a server. */
static bool is_of_disk(const struct file *file)
{
	static const char *const kinds[] = { "regular", "directory", "block" };

	return is_kind(file, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

/** A name of it, with its handle where that says more than its kind. */
static struct text file_word(const struct telling *telling, const struct file *file)
{
	if (!file)
		return SAY(telling, "descriptor %d", syscall_int(telling->call, telling->shape.fd));
	if (file->path.len || text_is(file->kind, "pipe"))
		return file->name;
	return SAY(telling, "%.*s %.*s", TEXT(file->kind), TEXT(file->name));
}

/** " (62 %)" of a file that is read from the start on. */
static struct text share(const struct telling *telling, const struct file *file)
{
	if (!file || !text_is(file->kind, "regular") || !what_knows(file, FILE_POS) ||
	    !what_knows(file, FILE_SIZE) || !file->size || file->pos > file->size || !file->pos)
		return (struct text){ "", 0 };
	return SAY(telling, " (%u %%)",
		   (unsigned int)((double)file->pos * 100 / (double)file->size));
}

/** The end of a pipe's name, "← cat (33:1)": who is at the other end. Empty: nobody knows. */
static struct text other_end(const struct telling *telling)
{
	struct text name = telling->file->name;
	const char *blank = name.len ? memchr(name.bytes, ' ', name.len) : NULL;

	if (!text_is(telling->file->kind, "pipe") || !telling->file->peers.count || !blank)
		return (struct text){ 0 };
	return text_from(name, (size_t)(blank - name.bytes) + 1);
}

static struct text say_reads(const struct telling *telling)
{
	const struct file *file = telling->file;

	if (is_of_events(file))
		return text_of("waits for events");
	if (is_terminal(file))
		return SAY(telling, "waits for input from its terminal %.*s", TEXT(file->path));
	if (file && text_is(file->kind, "pipe")) {
		struct text other = other_end(telling);

		return other.len ? SAY(telling, "waits for data from %.*s", TEXT(other)) :
				   text_of("waits for data from a pipe");
	}
	if (file && !is_of_disk(file))
		return SAY(telling, "waits for data from %.*s", TEXT(file_word(telling, file)));
	return SAY(telling, "reads %.*s%.*s", TEXT(file_word(telling, file)),
		   TEXT(share(telling, file)));
}

static struct text say_writes(const struct telling *telling)
{
	const struct file *file = telling->file;

	if (file && text_is(file->kind, "pipe")) {
		struct text other = other_end(telling);

		return other.len ?
			       SAY(telling, "waits for %.*s to read what it writes", TEXT(other)) :
			       text_of("waits for somebody to read what it writes to a pipe");
	}
	return SAY(telling, "writes %.*s", TEXT(file_word(telling, file)));
}

static struct text say_copies(const struct telling *telling)
{
	if (!telling->other)
		return SAY(telling, "copies %.*s%.*s", TEXT(file_word(telling, telling->file)),
			   TEXT(share(telling, telling->file)));
	return SAY(telling, "copies %.*s%.*s to %.*s", TEXT(file_word(telling, telling->file)),
		   TEXT(share(telling, telling->file)), TEXT(telling->other->name));
}

/** Milliseconds or a timespec, as far as it is there. */
static bool patience_of(const struct telling *telling, int64_t *ret_ns)
{
	if (telling->shape.count_ms >= 0) {
		int ms = syscall_int(telling->call, telling->shape.count_ms);

		*ret_ns = (int64_t)ms * 1000000;
		return ms > 0;
	}
	*ret_ns = telling->what->insight.timespec_ns;
	return telling->what->insight.has_timespec;
}

/** clock_nanosleep(2): which clock, whether until a moment, and the time. */
static struct text say_sleeps(const struct telling *telling)
{
	char buffer[UNITS_MAX];
	int64_t wait_ns;

	if (!patience_of(telling, &wait_ns))
		return text_of("sleeps");
	if (telling->shape.timespec == 2 && syscall_int(telling->call, 1) == TIMER_ABSTIME) {
		wait_ns -= clock_ns(syscall_int(telling->call, 0));
		return SAY(telling, "sleeps for another %s",
			   units_interval(buffer, wait_ns > 0 ? wait_ns : 0));
	}
	return SAY(telling, "sleeps for %s", units_interval(buffer, wait_ns));
}

/** waitid(2): P_PID with a number. Numbers are of its own PID namespace. */
static unsigned int awaited(const struct telling *telling)
{
	const struct what *what = telling->what;
	int pid = telling->shape.pid >= 0 ? syscall_int(telling->call, telling->shape.pid) :
		  syscall_int(telling->call, 0) == P_PID ? syscall_int(telling->call, 1) :
							   0;

	if (pid <= 0 || what->facts.rcs[PROCESS_STATUS] ||
	    what->facts.status.inner_pid != what->wish->pid)
		return 0;
	return (unsigned int)pid;
}

static struct text say_child(const struct telling *telling)
{
	unsigned int pid = awaited(telling);

	if (!pid)
		return text_of("waits for a child to end");
	telling->out->blocker = pid;
	return SAY(telling, "waits for its child %.*s", TEXT(process_word(telling->what, pid)));
}

static struct text say_locks(const struct telling *telling)
{
	bool open_file;

	if (!syscall_locks(telling->call, &open_file))
		return (struct text){ 0 };
	struct text holder =
		what_lock_holder(telling->what, telling->file, open_file, &telling->out->blocker);
	if (holder.len)
		return SAY(telling, "waits for a lock that %.*s holds", TEXT(holder));
	return SAY(telling, "waits for a lock on %.*s", TEXT(file_word(telling, telling->file)));
}

static struct text say_path(const struct telling *telling, const char *verb)
{
	const char *path = telling->what->insight.path;

	if (!*path)
		return SAY(telling, "%s a file", verb);
	return SAY(telling, "%s %s", verb, path);
}

/** Opening a fifo waits, interruptibly, for the other end: fifo(7). */
static struct text say_opens(const struct telling *telling)
{
	if (telling->state != 'S')
		return say_path(telling, "opens");
	return say_path(telling, "waits for somebody to open the other end of");
}

/** "tcp 127.0.0.1:8080 LISTEN, 3 of 128 waiting to be accepted": where, is enough. */
static struct text say_accepts(const struct telling *telling)
{
	struct text word = file_word(telling, telling->file);
	const char *end = memmem(word.bytes, word.len, " LISTEN", 7);

	if (end)
		word.len = (size_t)(end - word.bytes);
	return SAY(telling, "waits for connections on %.*s", TEXT(word));
}

static struct text say_call(const struct telling *telling)
{
	switch (telling->shape.deed) {
	case SYSCALL_READS:
		return say_reads(telling);
	case SYSCALL_RECEIVES:
		return SAY(telling, "waits for data from %.*s",
			   TEXT(file_word(telling, telling->file)));
	case SYSCALL_WRITES:
	case SYSCALL_SENDS:
		return say_writes(telling);
	case SYSCALL_COPIES:
		return say_copies(telling);
	case SYSCALL_ACCEPTS:
		return say_accepts(telling);
	case SYSCALL_CONNECTS:
		return text_of("waits to be connected");
	case SYSCALL_EVENTS:
	case SYSCALL_POLLS:
	case SYSCALL_COMPLETIONS:
		return text_of("waits for events");
	case SYSCALL_SLEEPS:
		return say_sleeps(telling);
	case SYSCALL_FUTEX:
		return text_of("waits on a futex, for another thread");
	case SYSCALL_CHILD:
		return say_child(telling);
	case SYSCALL_CLONES:
		return text_of("waits for its child to run another program");
	case SYSCALL_LOCKS:
		return say_locks(telling);
	case SYSCALL_SIGNALS:
		return text_of("waits for a signal");
	case SYSCALL_FLUSHES:
		return telling->file ? SAY(telling, "writes %.*s through to its disk",
					   TEXT(file_word(telling, telling->file))) :
				       text_of("writes through to the disks");
	case SYSCALL_LISTS:
		return SAY(telling, "lists %.*s", TEXT(file_word(telling, telling->file)));
	case SYSCALL_CLOSES:
		return SAY(telling, "closes descriptor %d", syscall_int(telling->call, 0));
	case SYSCALL_FINDS:
		return say_path(telling, "looks up");
	case SYSCALL_OPENS:
		return say_opens(telling);
	case SYSCALL_RUNS:
		return say_path(telling, "begins to run");
	case SYSCALL_MESSAGES:
		return text_of("waits for a queue or a semaphore of System V");
	case SYSCALL_CONTROLS:
	case SYSCALL_OTHER:
		return (struct text){ 0 };
	}
	return (struct text){ 0 };
}

/** "epoll_wait", "system call 252 of a 32-bit program" */
static struct text call_word(const struct telling *telling)
{
	uint32_t number = telling->call->number;

	if (telling->what->insight.compat)
		return SAY(telling, "system call %u of a 32-bit program", number);
	if (telling->out->call)
		return text_of(telling->out->call);
	return SAY(telling, "system call %u", number);
}

/** "in epoll_wait on 4076:15" */
static struct text place_word(const struct telling *telling)
{
	struct text call = call_word(telling);

	if (!telling->file)
		return SAY(telling, "in %.*s", TEXT(call));
	if (telling->shape.deed == SYSCALL_LOCKS && telling->out->blocker)
		return SAY(telling, "in %.*s on %.*s %.*s", TEXT(call), TEXT(telling->file->handle),
			   TEXT(telling->file->name));
	return SAY(telling, "in %.*s on %.*s", TEXT(call), TEXT(telling->file->handle));
}

static struct text with_patience(const struct telling *telling, struct text where)
{
	char buffer[UNITS_MAX];
	int64_t patience_ns;

	if (telling->shape.deed == SYSCALL_SLEEPS || !patience_of(telling, &patience_ns) ||
	    patience_ns <= 0)
		return where;
	return SAY(telling, "%.*s, for at most %s", TEXT(where),
		   units_interval(buffer, patience_ns));
}

/** What the sentence of the call leaves out when it waits and cannot be woken. */
static struct text say_uninterruptible(const struct telling *telling, struct text phrase)
{
	struct text wchan = telling->what->wchan;
	bool walks = telling->shape.path >= 0;

	if (!phrase.len)
		return wchan.len ? SAY(telling, "waits in the kernel (%.*s)", TEXT(wchan)) :
				   text_of("waits in the kernel, mostly for a disk");
	if (telling->shape.deed == SYSCALL_CLONES)
		return phrase;
	if (walks || is_of_disk(telling->file))
		return SAY(telling, "%.*s and waits for the disk", TEXT(phrase));
	return phrase;
}

/** Nobody waits interruptibly for a disk: a FUSE or network filesystem asks somebody else. */
static bool works_on_disk(const struct telling *telling)
{
	switch (telling->shape.deed) {
	case SYSCALL_READS:
	case SYSCALL_WRITES:
	case SYSCALL_COPIES:
	case SYSCALL_FLUSHES:
	case SYSCALL_LISTS:
		return telling->state == 'S';
	default:
		return false;
	}
}

static void tell_call(struct telling *telling)
{
	const struct what *what = telling->what;
	struct what_doing *out = telling->out;

	telling->call = &what->insight.call;
	/* The state that belongs to the call, not that of the first look. */
	if (what->insight.state == 'S' || what->insight.state == 'D')
		telling->state = what->insight.state;
	if (!what->insight.compat)
		telling->shape = syscall_shape(telling->call->number);
	else
		telling->shape = syscall_shape(UINT32_MAX);
	if (telling->shape.fd >= 0)
		telling->file = what_file(what, (unsigned int)syscall_int(telling->call,
									  telling->shape.fd));
	if (telling->shape.other_fd >= 0)
		telling->other =
			what_file(what, (unsigned int)syscall_int(telling->call,
								  telling->shape.other_fd));
	out->file = telling->file;
	out->moves = telling->shape.deed == SYSCALL_READS ||
		     telling->shape.deed == SYSCALL_WRITES || telling->shape.deed == SYSCALL_COPIES;
	out->call = what->insight.compat ? NULL : syscall_name(telling->call->number);
	out->phrase = say_call(telling);
	if (telling->state == 'D')
		out->phrase = say_uninterruptible(telling, out->phrase);
	else if (out->phrase.len && is_of_disk(telling->file) && works_on_disk(telling))
		out->phrase = SAY(telling, "%.*s and waits for its filesystem to answer",
				  TEXT(out->phrase));
	struct text place = place_word(telling);
	switch (telling->shape.deed) {
	case SYSCALL_EVENTS:
	case SYSCALL_POLLS:
	case SYSCALL_COMPLETIONS:
	case SYSCALL_OTHER:
	case SYSCALL_CONTROLS:
		if (!out->phrase.len)
			out->phrase = SAY(telling, "waits %.*s", TEXT(place));
		out->where = SAY(telling, "waits %.*s", TEXT(place));
		break;
	default:
		if (!out->phrase.len)
			out->phrase = SAY(telling, "is %.*s", TEXT(place));
		out->where = SAY(telling, "%.*s, %.*s", TEXT(out->phrase), TEXT(place));
	}
	out->where = with_patience(telling, out->where);
}

/** Without the right to see the call: by the state alone. */
static void tell_state(struct telling *telling)
{
	const struct insight *insight = &telling->what->insight;
	struct text phrase = telling->state == 'D' ?
				     text_of("waits in the kernel, mostly for a disk") :
				     text_of("waits");

	if (telling->what->wchan.len)
		phrase = SAY(telling, "%.*s (%.*s)", TEXT(phrase), TEXT(telling->what->wchan));
	telling->out->phrase = phrase;
	if (insight->call_rc)
		telling->out->where = SAY(telling, "%.*s; for what: ? (%s)", TEXT(phrase),
					  what_reason(insight->call_rc));
}

/** Without exit_code, which is a secret, only that it is stopped. */
static void tell_stopped(struct telling *telling)
{
	const struct pidstat *stat = &telling->what->facts.stat;
	char name[SIGNALS_NAME_MAX];

	telling->out->phrase = text_of("is stopped");
	if (stat->has_tail && stat->exit_code > 0 && stat->exit_code <= SIGNALS_LAST)
		telling->out->phrase =
			SAY(telling, "is stopped, by SIG%s", signals_name(name, stat->exit_code));
}

static void tell_traced(struct telling *telling)
{
	unsigned int tracer = pidstatus_tracer(&telling->what->facts.status);

	telling->out->blocker = tracer;
	telling->out->phrase = tracer ? SAY(telling, "stands still: %.*s traces it",
					    TEXT(process_word(telling->what, tracer))) :
					text_of("stands still: it is traced");
}

/** Its parent has the status for the asking, as wait(2) tells it. */
static void tell_ended(struct telling *telling)
{
	const struct pidstat *stat = &telling->what->facts.stat;
	struct text how = { "", 0 };

	if (stat->has_tail && stat->exit_code && WIFSIGNALED(stat->exit_code))
		how = SAY(telling, " (ended by signal %d)", WTERMSIG(stat->exit_code));
	else if (stat->has_tail && stat->exit_code)
		how = SAY(telling, " (exit status %d)", WEXITSTATUS(stat->exit_code));
	telling->out->blocker = stat->ppid;
	telling->out->phrase =
		stat->ppid ?
			SAY(telling,
			    "is a zombie: its parent %.*s has not asked for its status%.*s",
			    TEXT(process_word(telling->what, stat->ppid)), TEXT(how)) :
			SAY(telling, "is a zombie: its status was not asked for%.*s", TEXT(how));
}

/** It is in no system call, whatever its /proc/PID/syscall says. */
static void tell_kernel_thread(struct telling *telling)
{
	struct text wchan = telling->what->wchan;

	if (telling->state == 'S')
		telling->out->phrase = text_of("waits for work");
	else if (telling->state == 'D' && wchan.len)
		telling->out->phrase = SAY(telling, "waits in the kernel (%.*s)", TEXT(wchan));
	else
		telling->out->phrase = text_of("waits in the kernel");
}

static char state_of(const struct what *what)
{
	for (size_t i = 0; i < what->threads.count; i++) {
		if (what->threads.items[i].tid == what->tid)
			return what->threads.items[i].state;
	}
	return what->facts.stat.state;
}

void what_doing(struct what *what, struct what_doing *ret)
{
	struct telling telling = { .what = what, .out = ret };
	const struct insight *insight = &what->insight;
	char state = what_has_ended(what) ? 'Z' : state_of(what);

	telling.state = state;
	*ret = (struct what_doing){ 0 };
	if (state == 'Z' || state == 'X')
		tell_ended(&telling);
	else if (state == 'T')
		tell_stopped(&telling);
	else if (state == 't')
		tell_traced(&telling);
	else if (state == 'I')
		ret->phrase = text_of("is idle");
	else if (state == 'R' || (!what_is_kernel_thread(what) && !insight->call_rc &&
				  insight->call.where == SYSCALL_RUNNING))
		ret->phrase = text_of("runs");
	else if (what_is_kernel_thread(what))
		tell_kernel_thread(&telling);
	else if (!insight->call_rc && insight->call.where == SYSCALL_INSIDE)
		tell_call(&telling);
	else
		tell_state(&telling);
	if (!ret->where.len)
		ret->where = ret->phrase;
}
