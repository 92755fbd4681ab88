/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sentence that answers: how far it is, how long it still takes, or what keeps it.
 */
#include <inttypes.h>

#include "ask/progress.h"
#include "base/clock.h"
#include "show/encode.h"
#include "show/units.h"

static bool knows(const struct told *told, enum progress_column column)
{
	return told->row.facts.known[column / 64] >> column % 64 & 1;
}

static bool stands(const struct told *told)
{
	return knows(told, PROGRESS_STALLED);
}

static void tell_name(FILE *out, const struct told *told)
{
	encode_shown(out, told->row.command);
	fprintf(out, " (%" PRIu64 ")", told->row.pid);
}

static const char *left_words(char buffer[UNITS_MAX], uint64_t left_ns)
{
	return units_duration(buffer, left_ns < (uint64_t)CLOCK_SECOND_NS ? CLOCK_SECOND_NS :
									    (int64_t)left_ns);
}

/** "43 % of /home/bork/owl.iso", "1.2G of it written" */
static void tell_place(FILE *out, const struct told *told)
{
	const struct progress_row *row = &told->row;
	bool at_most = knows(told, PROGRESS_BOUND);
	bool reads = knows(told, PROGRESS_SOURCE) && knows(told, PROGRESS_TOTAL);
	char size[UNITS_MAX];

	if (knows(told, PROGRESS_PERCENT))
		fprintf(out, "at %s%u %% of ", at_most ? "most " : "",
			(unsigned int)(row->percent / 1000));
	else if (knows(told, PROGRESS_POSITION))
		fprintf(out, "%s%s into ", at_most ? "at most " : "",
			units_size(size, row->position));
	else
		fputs("somewhere in ", out);
	encode_shown(out, reads ? row->source : row->destination);
}

/** Through many files, too small to be met with. */
static bool is_through_many(const struct told *told)
{
	return !knows(told, PROGRESS_SOURCE) && !knows(told, PROGRESS_DESTINATION);
}

static void tell_in_all(FILE *out, const struct told *told)
{
	char size[UNITS_MAX];

	if (knows(told, PROGRESS_IN_ALL))
		fprintf(out, "; %s in all so far", units_size(size, told->row.in_all));
}

static void tell_one(FILE *out, const struct told *told)
{
	char words[UNITS_MAX];

	tell_name(out, told);
	if (is_through_many(told)) {
		fprintf(out, " goes through many small files, at %s a second",
			units_size(words, told->row.rate));
		tell_in_all(out, told);
	} else if (stands(told)) {
		fprintf(out, " has stood still for %s, ",
			units_duration(words, (int64_t)told->row.stalled));
		tell_place(out, told);
		if (told->row.waits.len) {
			fputs(": it ", out);
			encode_shown(out, told->row.waits);
		}
	} else {
		fputs(" is ", out);
		tell_place(out, told);
		if (knows(told, PROGRESS_LEFT))
			fprintf(out, ", about %s left%s", left_words(words, told->row.left),
				knows(told, PROGRESS_IN_ALL) ? " of this file" : "");
		else if (!knows(told, PROGRESS_TOTAL))
			fputs("; where that ends is not known", out);
		tell_in_all(out, told);
	}
	fputs(".\n", out);
}

static void tell_several(FILE *out, const struct progress *progress)
{
	const struct told *longest = NULL;
	size_t still = 0;
	char words[UNITS_MAX];

	for (size_t i = 0; i < progress->told_count; i++) {
		const struct told *told = &progress->told[i];

		still += stands(told);
		if (knows(told, PROGRESS_LEFT) && (!longest || told->row.left > longest->row.left))
			longest = told;
	}
	fprintf(out, "%zu transfers", progress->told_count);
	if (still)
		fprintf(out, ", %zu of them stand%s still", still, still == 1 ? "s" : "");
	if (longest) {
		fputs("; the longest, ", out);
		tell_name(out, longest);
		fprintf(out, ", has about %s left", left_words(words, longest->row.left));
	}
	fputs(".\n", out);
}

static void tell_none(FILE *out, const struct progress *progress)
{
	const struct sample *now = &progress->samples[progress->round % 2];
	const struct scope *scope = &progress->scope;
	const struct seen *only = scope->count == 1 && scope->pid_count == 1 ?
					  sample_find(now, scope->pids[0]) :
					  NULL;

	if (!tally_is_complete(&progress->outcome->tally) || progress->outcome->no_process)
		return;
	if (only) {
		encode_shown(out, only->comm);
		fprintf(out, " (%u) moves through no file.\n", only->pid);
	} else if (scope->count) {
		fputs("Nothing that is meant moves through a file.\n", out);
	} else {
		fprintf(out, "Nothing moves through a file; all %u processes were looked at.\n",
			progress->outcome->tally.looked);
	}
}

void progress_headline(const struct progress *progress, FILE *out)
{
	if (progress->told_count == 1)
		tell_one(out, &progress->told[0]);
	else if (progress->told_count)
		tell_several(out, progress);
	else
		tell_none(out, progress);
}

void progress_last_seen(const struct progress *progress, FILE *out)
{
	for (size_t i = 0; i < progress->told_count; i++) {
		fputs("  ", out);
		tell_name(out, &progress->told[i]);
		fputs(" was last seen ", out);
		if (is_through_many(&progress->told[i]))
			fputs("going through many small files", out);
		else
			tell_place(out, &progress->told[i]);
		putc('\n', out);
	}
}

void progress_tell(const struct progress *progress, FILE *head, FILE *tail)
{
	if (!head || !tail)
		return;
	progress_headline(progress, head);
	for (size_t i = 0; i < progress->told_count; i++) {
		const struct told *told = &progress->told[i];

		if (!stands(told) || progress->inquiry->source->foreign)
			continue;
		fprintf(tail, "  what keeps it   %s what %" PRIu64 "\n", progress->inquiry->program,
			told->row.pid);
		return;
	}
}
