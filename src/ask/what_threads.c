/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the threads of a process do, counted: which run, and in which calls the others wait.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "ask/what.h"
#include "show/encode.h"
#include "show/units.h"

enum { NAMED = 3, DEEDS_MAX = 64, DEEDS_SHOWN = 4 };

/** What several of them do, the more telling first. */
struct deed {
	unsigned int rank;
	const char *one, *many; /**< "runs", "run" */
	const char *call;       /**< NULL: of none, or nobody knows */
	size_t count;
};

static const char *call_of(const struct what *what, const struct what_thread *thread)
{
	const struct glance *glance = thread->glance;

	if (!glance || glance->rc || glance->call.where != SYSCALL_INSIDE || what->insight.compat)
		return NULL;
	return syscall_name(glance->call.number);
}

static struct deed deed_of(const struct what *what, const struct what_thread *thread)
{
	switch (thread->state) {
	case 'R':
		return (struct deed){ .rank = 0, .one = "runs", .many = "run" };
	case 'D':
		return (struct deed){ .rank = 1,
				      .one = "waits for the disk",
				      .many = "wait for the disk" };
	case 'T':
	case 't':
		return (struct deed){ .rank = 3, .one = "stands still", .many = "stand still" };
	case 'Z':
	case 'X':
		return (struct deed){ .rank = 4, .one = "has ended", .many = "have ended" };
	default:
		/* Of so many that only one was looked at, its call would stand for none of the others. */
		return (struct deed){ .rank = 2,
				      .one = "waits",
				      .many = "wait",
				      .call = what->threads.count > GLANCES_MAX ?
						      NULL :
						      call_of(what, thread) };
	}
}

static int by_rank(const void *left, const void *right)
{
	const struct deed *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->count < b->count) - (a->count > b->count);
}

static size_t count_deeds(const struct what *what, struct deed deeds[DEEDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < what->threads.count; i++) {
		struct deed deed = deed_of(what, &what->threads.items[i]);
		size_t at = 0;

		/* Names of calls are in one table: the same one is at the same place. */
		while (at < count && (deeds[at].rank != deed.rank || deeds[at].call != deed.call))
			at++;
		if (at == DEEDS_MAX)
			continue;
		if (at == count)
			deeds[count++] = deed;
		deeds[at].count++;
	}
	if (count)
		qsort(deeds, count, sizeof(*deeds), by_rank);
	return count;
}

/** " (java 77, java 78 and 3 more)" */
static void name_them(const struct what *what, FILE *line, const struct deed *deed)
{
	size_t named = 0;

	for (size_t i = 0; i < what->threads.count && named < NAMED; i++) {
		const struct what_thread *thread = &what->threads.items[i];

		if (deed_of(what, thread).rank != deed->rank)
			continue;
		fputs(named++ ? ", " : " (", line);
		encode_shown(line, thread->comm);
		fprintf(line, " %u", thread->tid);
	}
	if (deed->count > named)
		fprintf(line, " and %zu more", deed->count - named);
	putc(')', line);
}

static void write_deeds(const struct what *what, FILE *line)
{
	struct deed deeds[DEEDS_MAX] = { 0 };
	size_t count = count_deeds(what, deeds), rest = 0;
	size_t shown = count <= DEEDS_SHOWN + 1 ? count : DEEDS_SHOWN;

	for (size_t i = 0; i < count; i++) {
		if (i >= shown) {
			rest += deeds[i].count;
			continue;
		}
		fprintf(line, "%s%zu %s", i ? ", " : ": ", deeds[i].count,
			deeds[i].count == 1 ? deeds[i].one : deeds[i].many);
		if (deeds[i].call)
			fprintf(line, " in %s", deeds[i].call);
		if (deeds[i].rank < 2)
			name_them(what, line, &deeds[i]);
	}
	if (rest)
		fprintf(line, ", %zu do something else", rest);
}

static void tell_each(struct what *what)
{
	struct page *page = what->page;

	page_open(page, "all", '[');
	for (size_t i = 0; i < what->threads.count; i++) {
		const struct what_thread *thread = &what->threads.items[i];
		char state[2] = { thread->state, 0 };

		page_open(page, NULL, '{');
		page_number(page, "tid", thread->tid);
		page_text(page, "comm", thread->comm);
		page_word(page, "state", state);
		page_word(page, "call", call_of(what, thread));
		if (thread->glance && thread->glance->idle_known)
			page_real(page, "idle_seconds", (double)thread->glance->idle_ns / 1e9);
		else
			page_null(page, "idle_seconds");
		page_close(page);
	}
	page_close(page);
}

void what_tell_threads(struct what *what)
{
	size_t count = what->threads.count;
	FILE *line = page_line(what->page, "threads");

	fprintf(line, "%zu", count);
	if (count > 1)
		write_deeds(what, line);
	page_words(what->page);
	page_section(what->page, "threads");
	page_number(what->page, "count", count);
	page_number(what->page, "busy", what_busy(what));
	tell_each(what);
}
