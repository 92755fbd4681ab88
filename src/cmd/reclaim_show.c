/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/reclaim_show.h"

#include <stdio.h>
#include <unistd.h>

#include "show/encode.h"
#include "show/units.h"

/** A table, with sentences around it for a person. */
static void show_table(struct reclaim_session *session,
		       void (*tell)(const struct reclaim_session *session, FILE *head, FILE *tail))
{
	struct sink_options output = session->acting.invocation->output;

	output.story = output.format == FORMAT_TEXT && isatty(STDOUT_FILENO);
	struct sink *sink = sink_begin(&reclamation_table, &session->acting.invocation->selection,
				       &output, stdout);
	FILE *head = sink_head(sink), *tail = sink_tail(sink);
	if (head && tail)
		tell(session, head, tail);
	/* A refusal has been said to a person already, in a sentence. */
	for (size_t i = 0; i < session->count; i++) {
		if (!output.story || session->items[i].result != RECLAIM_REFUSED)
			sink_push(sink, &session->items[i].row);
	}
	sink_finish(sink);
	if (sink_end(sink))
		acting_worsen(&session->acting, STATUS_REFUSED);
}

static void tell_place(const struct reclaim_session *session, FILE *out)
{
	struct text place = scope_place(&session->acting.files.scope);

	if (!place.len)
		return;
	fputs(" under ", out);
	encode_shown(out, place);
}

/** "3 of 4 deleted files under /var can be emptied." */
static void tell_plan(const struct reclaim_session *session, FILE *head, FILE *tail)
{
	fprintf(head, "%zu of %zu deleted files", session->planned, session->count);
	tell_place(session, head);
	fputs(" can be emptied.\n", head);
	reclaim_tell_price(&session->reclaiming, session->items, session->count, tail);
}

void reclaim_show_plan(struct reclaim_session *session)
{
	const struct reclaiming *context = &session->reclaiming;

	if (session->count > 1 || session->acting.invocation->output.format != FORMAT_TEXT) {
		show_table(session, tell_plan);
		return;
	}
	reclaim_tell_plan(context, session->items, stdout);
	reclaim_tell_price(context, session->items, session->count, stdout);
}

/** "Freed 41G of 2 deleted files under /var." */
static void tell_results(const struct reclaim_session *session, FILE *head, FILE *tail)
{
	char freed[UNITS_MAX];
	uint64_t sum = 0;
	size_t done = 0;

	for (size_t i = 0; i < session->count; i++) {
		if (session->items[i].result != RECLAIM_DONE)
			continue;
		sum += reclaim_freed(&session->items[i]);
		done++;
	}
	fprintf(head, "Freed %s of %zu deleted file%s", units_size(freed, sum), done,
		units_plural(done));
	tell_place(session, head);
	fputs(".\n", head);
	reclaim_tell_rooms(&session->reclaiming, session->items, session->count, tail);
}

void reclaim_show_results(struct reclaim_session *session)
{
	bool text = session->acting.invocation->output.format == FORMAT_TEXT;
	bool terminal = isatty(STDOUT_FILENO);

	if (text && (!session->count || (terminal && !session->planned)))
		return;
	if (!text || !terminal || session->count > 1) {
		show_table(session, tell_results);
		return;
	}
	if (session->items[0].result == RECLAIM_DONE)
		reclaim_tell_done(&session->reclaiming, session->items, stdout);
}
