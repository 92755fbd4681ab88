/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A census as rows: what a place is called, and who leads there, commonest first.
 */
#include <inttypes.h>
#include <stdio.h>

#include "ask/where.h"
#include "model/kind.h"
#include "model/whereabouts.h"

/** So many names a person is shown; a program gets all. */
enum { COMMANDS_SHOWN = 3 };

static struct text commands_of(struct census *census, const struct census_place *place,
			       bool for_people)
{
	struct arena *arena = &census->arena;
	size_t shown = place->comm_count;
	struct text all = { 0 };

	/* One more is no longer than saying that there is one more. */
	if (for_people && shown > COMMANDS_SHOWN + 1)
		shown = COMMANDS_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		const struct census_comm *comm = &place->comms[i];
		const char *comma = i ? ", " : "";
		int len = (int)all.len, name = (int)comm->name.len;

		if (comm->count > 1)
			all = arena_format(arena, "%.*s%s%.*s (%" PRIu64 ")", len, all.bytes, comma,
					   name, comm->name.bytes, comm->count);
		else
			all = arena_format(arena, "%.*s%s%.*s", len, all.bytes, comma, name,
					   comm->name.bytes);
	}
	if (shown < place->comm_count)
		all = arena_format(arena, "%.*s, %zu others", (int)all.len, all.bytes,
				   place->comm_count - shown);
	return all;
}

static struct text target_of(struct census *census, const struct census_place *place)
{
	const struct fate *fate = &place->fate;
	bool had_name = fate->class != CLASS_LIVE && fate->class != CLASS_MEMORY &&
			fate->class != CLASS_TMPFILE;

	if (place->target.len)
		return place->target;
	return had_name ? arena_format(&census->arena, "%.*s, deleted", (int)fate->path.len,
				       fate->path.bytes) :
			  fate->path;
}

static struct texts pids_of(struct census *census, const struct census_place *place)
{
	struct text *items = arena_zero(&census->arena, place->pid_count, sizeof(*items));

	for (size_t i = 0; i < place->pid_count; i++)
		items[i] = arena_format(&census->arena, "%u", place->pids[i]);
	return (struct texts){ items, place->pid_count };
}

void census_push(const struct inquiry *inquiry, struct census *census)
{
	bool for_people = sink_format(inquiry->sink) == FORMAT_TEXT;

	for (size_t i = 0; i < census->count; i++) {
		struct census_place *place = &census->places[i];
		struct whereabouts *row = arena_zero(&census->arena, 1, sizeof(*row));

		row->count = place->pid_count;
		row->target = target_of(census, place);
		row->commands = commands_of(census, place, for_people);
		row->kind = place->kind;
		row->pids = pids_of(census, place);
		facts_know(&row->facts, WHEREABOUTS_COUNT);
		facts_know(&row->facts, WHEREABOUTS_COMMANDS);
		facts_know(&row->facts, WHEREABOUTS_PIDS);
		if (row->target.len)
			facts_know(&row->facts, WHEREABOUTS_TARGET);
		if (row->kind.len)
			facts_know(&row->facts, WHEREABOUTS_KIND);
		if (!sink_push(inquiry->sink, row))
			return;
	}
}
