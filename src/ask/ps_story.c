/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sentence above the table of `ps`: how many there are, what they do, whose they are.
 */
#include <inttypes.h>

#include "ask/ps.h"
#include "show/encode.h"
#include "show/units.h"

enum { USERS_NAMED = 2 };

static const char *noun(const struct ps_ask *ask)
{
	if (ask->wish.threads)
		return ask->count.rows == 1 ? "thread" : "threads";
	return ask->count.rows == 1 ? "process" : "processes";
}

static void tell_part(FILE *head, const char **join, uint64_t count, const char *one,
		      const char *many)
{
	if (!count)
		return;
	fprintf(head, "%s%" PRIu64 " %s", *join, count, count == 1 ? one : many);
	*join = ", ";
}

static void tell_states(const struct ps_ask *ask, FILE *head)
{
	const struct ps_count *count = &ask->count;
	uint64_t rest = count->rows - count->run - count->disk - count->stopped - count->zombies;
	const char *join = ": ";

	tell_part(head, &join, count->run, "runs", "run");
	tell_part(head, &join, count->disk, "waits for a disk", "wait for a disk");
	tell_part(head, &join, rest, "waits", "wait");
	tell_part(head, &join, count->stopped, "is stopped", "are stopped");
	tell_part(head, &join, count->zombies, "is a zombie", "are zombies");
}

static void tell_users(const struct ps_ask *ask, FILE *head)
{
	uint64_t count, others = 0, named = 0;
	const char *join = "; ";
	unsigned int index = 0;
	struct text name;

	if (people_next(ask->people, 0, &name, &count) && count == ask->count.rows) {
		fputs("; all of ", head);
		encode_shown(head, name);
		return;
	}

	for (; people_next(ask->people, index, &name, &count); index++) {
		if (index >= USERS_NAMED) {
			others += count;
			continue;
		}
		fprintf(head, "%s%" PRIu64 " of ", join, count);
		encode_shown(head, name);
		join = ", ";
		named++;
	}
	if (others)
		fprintf(head, ", %" PRIu64 " of %" PRIu64 " other%s", others, index - named,
			units_plural(index - named));
}

static void tell_near(const struct ps_ask *ask, FILE *head)
{
	unsigned int looked = ask->outcome->tally.looked;
	uint64_t rows = ask->count.rows;

	if (rows)
		fprintf(head,
			"%s%" PRIu64 " of %u processes%s %s used %d %% or more of something %s "
			"may have.\n",
			style_bold(sink_style(ask->inquiry->sink)), rows, looked,
			style_off(sink_style(ask->inquiry->sink)), rows == 1 ? "has" : "have",
			PS_NEAR_PERCENT, rows == 1 ? "it" : "they");
	else if (looked)
		fprintf(head, "No process is near a limit; %s%u %s looked at.\n",
			looked == 1 ? "" : "all ", looked, looked == 1 ? "was" : "were");
}

static void tell_hints(const struct ps_ask *ask, FILE *tail)
{
	const char *program = ask->inquiry->program, *line = ask->inquiry->line;

	if (ask->inquiry->source->foreign)
		return;
	if (ask->wish.near || ask->count.rows == 1)
		fprintf(tail, "  what it has open   %s files %u\n", program, ask->count.pid);
	else if (!ask->wish.tree)
		fprintf(tail, "  as a tree   %s --tree\n", line);
}

/** "sleep (4076) has run for 2 h 14 min as bork. It waits." */
static void tell_one(const struct ps_ask *ask, FILE *head)
{
	static const struct {
		char state;
		const char *words;
	} states[] = {
		{ 'R', "It runs" },
		{ 'D', "It waits for a disk" },
		{ 'T', "It is stopped" },
		{ 't', "It is stopped by who traces it" },
		{ 'Z', "It has ended, and waits for its parent to notice" },
		{ 'S', "It waits" },
		{ 'I', "It is idle" },
	};
	const struct ps_count *count = &ask->count;
	char duration[UNITS_MAX];
	struct text user;
	uint64_t one;

	encode_shown(head, count->comm);
	fprintf(head, " (%u) has run for %s", count->pid,
		units_duration(duration, (int64_t)count->elapsed_ns));
	if (people_next(ask->people, 0, &user, &one)) {
		fputs(" as ", head);
		encode_shown(head, user);
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (states[i].state == count->state)
			fprintf(head, ". %s", states[i].words);
	}
	fputs(".\n", head);
}

static void tell_all(const struct ps_ask *ask, FILE *head)
{
	struct style style = sink_style(ask->inquiry->sink);

	fprintf(head, "%s%" PRIu64 " %s%s", style_bold(style), ask->count.rows, noun(ask),
		style_off(style));
	if (ask->count.of_kernel && ask->count.of_kernel < ask->count.rows)
		fprintf(head, ", %" PRIu64 " of them the kernel's", ask->count.of_kernel);
	tell_states(ask, head);
	tell_users(ask, head);
	fputs(".\n", head);
}

static void tell_nobody(const struct ps_ask *ask, FILE *head)
{
	unsigned int looked = ask->outcome->tally.looked;

	if (!*ask->outcome->complaints.message && tally_is_complete(&ask->outcome->tally))
		fprintf(head, "No such process runs; %s%u %s looked at.\n",
			looked == 1 ? "" : "all ", looked, looked == 1 ? "was" : "were");
}

void ps_tell(const struct ps_ask *ask)
{
	FILE *head = sink_head(ask->inquiry->sink), *tail = sink_tail(ask->inquiry->sink);

	if (!head || !tail)
		return;
	if (ask->wish.near)
		tell_near(ask, head);
	else if (!ask->count.rows)
		tell_nobody(ask, head);
	else if (ask->count.rows == 1 && ask->count.comm.len && !ask->wish.threads)
		tell_one(ask, head);
	else
		tell_all(ask, head);
	if (ask->count.rows)
		tell_hints(ask, tail);
}
