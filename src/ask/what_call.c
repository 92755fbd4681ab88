/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/what_call.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "scan/names.h"
#include "show/units.h"

struct text what_process_word(struct what *what, unsigned int pid)
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

bool what_call_is_of_disk(const struct file *file)
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
	if (file && !what_call_is_of_disk(file))
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

/** Milliseconds, or a timespec in its memory. */
bool what_call_patience(const struct telling *telling, int64_t *ret_ns)
{
	if (telling->shape.count_ms >= 0) {
		int ms = syscall_int(telling->call, telling->shape.count_ms);

		*ret_ns = (int64_t)ms * 1000000;
		return ms > 0;
	}
	*ret_ns = telling->what->insight.recall.timespec_ns;
	return telling->what->insight.recall.has_timespec;
}

/**
 * Clocks that tell us the same: not those of its own processor time, whose numbers mean ours here, and
 * not those that a time namespace sets apart: clock_getres(2), time_namespaces(7).
 */
static bool is_our_clock(const struct what *what, int clock)
{
	const struct namespaces *theirs = &what->facts.namespaces;

	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM)
		return true;
	return (clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
		clock == CLOCK_BOOTTIME_ALARM) &&
	       !what->facts.rcs[PROCESS_NAMESPACES] &&
	       theirs->ino[NAMESPACE_TIME] == what->own.ino[NAMESPACE_TIME];
}

/** clock_nanosleep(2): which clock, whether until a moment, and the time. */
static struct text say_sleeps(const struct telling *telling)
{
	char buffer[UNITS_MAX];
	int64_t wait_ns;

	if (!what_call_patience(telling, &wait_ns))
		return text_of("sleeps");
	if (telling->shape.timespec == 2 && syscall_int(telling->call, 1) == TIMER_ABSTIME) {
		if (!is_our_clock(telling->what, syscall_int(telling->call, 0)))
			return text_of("sleeps until a moment of a clock of its own");
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
	return SAY(telling, "waits for its child %.*s",
		   TEXT(what_process_word(telling->what, pid)));
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
	const char *path = telling->what->insight.recall.path;

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

/** One descriptor is waited for as if it were read, or written to: poll(2), select(2). */
static struct text say_polls(const struct telling *telling)
{
	const struct recall *recall = &telling->what->insight.recall;
	const struct file *file = telling->file;
	short events = recall->polled_count ? recall->polled[0].events : 0;

	if (!file)
		return text_of("waits for events");
	if (!(events & POLLIN))
		return events & POLLOUT ? SAY(telling, "waits until it can write to %.*s",
					      TEXT(file_word(telling, file))) :
					  text_of("waits for events");
	if (memmem(file->name.bytes, file->name.len, " LISTEN", 7))
		return say_accepts(telling);
	return what_call_is_of_disk(file) ? text_of("waits for events") : say_reads(telling);
}

struct text what_call_say(const struct telling *telling)
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
	case SYSCALL_POLLS:
		return say_polls(telling);
	case SYSCALL_EVENTS:
	case SYSCALL_COMPLETIONS:
		return text_of("waits for events");
	case SYSCALL_SLEEPS:
		return say_sleeps(telling);
	case SYSCALL_FUTEX:
		return what_futex_say(telling);
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
