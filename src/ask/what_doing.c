/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process does right now, in words: by its state, and by the system call it waits in and the file
 * that is about. The call decides, not the name of the kernel's function: that is the same for a terminal,
 * a TCP socket and an inotify.
 */
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>

#include "ask/what_call.h"
#include "kernel/signals.h"
#include "show/units.h"

/** So many of a list are named. */
enum { POLLED_NAMED = 3 };

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

/** "4076:3, 4076:5 and 7 others" */
static struct text polled_word(const struct telling *telling)
{
	const struct texts *polled = &telling->out->polled;
	uint64_t more = telling->what->insight.recall.polled_more;
	size_t named = polled->count + more <= POLLED_NAMED + 1 ? polled->count : POLLED_NAMED;
	struct text words = { "", 0 };

	for (size_t i = 0; i < named; i++)
		words = SAY(telling, "%.*s%s%.*s", TEXT(words), i ? ", " : "",
			    TEXT(polled->items[i]));
	more += polled->count - named;
	return more ? SAY(telling, "%.*s and %" PRIu64 " other%s", TEXT(words), more,
			  units_plural(more)) :
		      words;
}

/** "in epoll_wait on 4076:15" */
static struct text place_word(const struct telling *telling)
{
	struct text call = call_word(telling);

	if (telling->out->polled.count > 1)
		return SAY(telling, "in %.*s on %.*s", TEXT(call), TEXT(polled_word(telling)));
	if (!telling->file)
		return SAY(telling, "in %.*s", TEXT(call));
	if (telling->shape.deed == SYSCALL_LOCKS && telling->out->blocker)
		return SAY(telling, "in %.*s on %.*s %.*s", TEXT(call), TEXT(telling->file->handle),
			   TEXT(telling->file->name));
	return SAY(telling, "in %.*s on %.*s", TEXT(call), TEXT(telling->file->handle));
}

/** What an epoll waits for stands in its detail: "watches 4076:8, 4076:12, 9 others". */
static struct text with_watched(const struct telling *telling, struct text where)
{
	const struct file *file = telling->file;

	if (telling->shape.deed != SYSCALL_EVENTS || !file ||
	    !text_starts(file->detail, "watches "))
		return where;
	telling->out->watches = file->detail;
	return SAY(telling, "%.*s, which %.*s", TEXT(where), TEXT(file->detail));
}

static struct text with_patience(const struct telling *telling, struct text where)
{
	char buffer[UNITS_MAX];
	int64_t patience_ns;

	if (telling->shape.deed == SYSCALL_SLEEPS || !what_call_patience(telling, &patience_ns) ||
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
	if (walks || what_call_is_of_disk(telling->file))
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

/** What poll(2) was given; one that is no descriptor of it (any more) by its number. */
static void list_polled(struct telling *telling)
{
	const struct recall *recall = &telling->what->insight.recall;
	struct text *items =
		arena_zero(&telling->what->arena, recall->polled_count + 1, sizeof(*items));

	for (size_t i = 0; i < recall->polled_count; i++) {
		unsigned int fd = (unsigned int)recall->polled[i].fd;
		const struct file *file = what_file_told(telling->what, fd);

		items[i] = file ? file->handle :
				  SAY(telling, "%u:%u", telling->what->wish->pid, fd);
	}
	telling->out->polled = (struct texts){ items, recall->polled_count };
	if (recall->polled_count == 1 && !recall->polled_more)
		telling->file = what_file_told(telling->what, (unsigned int)recall->polled[0].fd);
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
		telling->file = what_file_told(what, (unsigned int)syscall_int(telling->call,
									       telling->shape.fd));
	if (telling->shape.other_fd >= 0)
		telling->other =
			what_file_told(what, (unsigned int)syscall_int(telling->call,
								       telling->shape.other_fd));
	list_polled(telling);
	out->file = telling->file;
	out->moves = telling->shape.deed == SYSCALL_READS ||
		     telling->shape.deed == SYSCALL_WRITES || telling->shape.deed == SYSCALL_COPIES;
	out->call = what->insight.compat ? NULL : syscall_name(telling->call->number);
	out->phrase = what_call_say(telling);
	if (telling->state == 'D')
		out->phrase = say_uninterruptible(telling, out->phrase);
	else if (out->phrase.len && what_call_is_of_disk(telling->file) && works_on_disk(telling))
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
	out->where = with_patience(telling, with_watched(telling, out->where));
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
					    TEXT(what_process_word(telling->what, tracer))) :
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
			    TEXT(what_process_word(telling->what, stat->ppid)), TEXT(how)) :
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
		if (what->threads.items[i].tid == what->insight.tid)
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
