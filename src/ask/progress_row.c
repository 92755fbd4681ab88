/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A transfer as a row: what the process moves through, with all that its pipeline says of it.
 */

#include "ask/progress.h"
#include "base/clock.h"

/**
 * Unless it is asked for: less is a script that a shell reads on in, and who writes less in a look, to a
 * file without an end, keeps a log.
 */
static const uint64_t LOG_STEP = 64 << 10;

struct telling {
	struct progress *progress;
	struct arena *arena;
	const struct movement *movement;
	const struct passage *passage;
	const struct seen *members[PIPELINE_MAX];
	size_t count;
	struct progress_row *row;
};

static void tell_text(struct telling *telling, struct text *place, enum progress_column column,
		      struct text text)
{
	*place = text;
	if (text.len)
		facts_know(&telling->row->facts, column);
}

static void tell_number(struct telling *telling, uint64_t *place, enum progress_column column,
			uint64_t number)
{
	*place = number;
	facts_know(&telling->row->facts, column);
}

/** Whoever forks, and goes on in two processes, is one program. */
static bool is_told(const struct telling *telling, size_t i)
{
	return i &&
	       joint_reader(telling->progress, telling->members[i - 1]) == telling->members[i] &&
	       text_equal(telling->members[i - 1]->comm, telling->members[i]->comm);
}

/** "tar | gzip", and their numbers. */
static void tell_pipeline(struct telling *telling)
{
	struct text *pids = arena_zero(telling->arena, telling->count, sizeof(*pids));
	struct text names = { 0 };

	for (size_t i = 0; i < telling->count; i++) {
		const struct seen *member = telling->members[i];

		pids[i] = arena_format(telling->arena, "%u", member->pid);
		if (is_told(telling, i))
			continue;
		names = arena_format(telling->arena, "%.*s%s%.*s", (int)names.len,
				     names.len ? names.bytes : "", i ? " | " : "",
				     (int)member->comm.len, member->comm.bytes);
	}
	tell_text(telling, &telling->row->command, PROGRESS_COMMAND, names);
	telling->row->pids = (struct texts){ pids, telling->count };
	facts_know(&telling->row->facts, PROGRESS_PIDS);
}

static bool is_bound(enum progress_evidence evidence)
{
	switch (evidence) {
	case EVIDENCE_POS:
	case EVIDENCE_GROWTH:
	case EVIDENCE_OFFSET:
		return false;
	case EVIDENCE_RCHAR:
	case EVIDENCE_WRITE_BYTES:
	case EVIDENCE_READ_BYTES:
	case EVIDENCE_MAPPED:
		return true;
	}
	return true;
}

/** In thousandths; rounded to a tenth it is 100 only where nothing is left. */
static uint64_t percent(uint64_t part, uint64_t whole)
{
	uint64_t thousandths = (uint64_t)((double)part / (double)whole * 100000.0);

	return part < whole && thousandths > 99949 ? 99949 : thousandths;
}

static void tell_position(struct telling *telling)
{
	static const char *const words[] = {
		[EVIDENCE_POS] = "pos",
		[EVIDENCE_GROWTH] = "growth",
		[EVIDENCE_OFFSET] = "offset",
		[EVIDENCE_RCHAR] = "rchar",
		[EVIDENCE_MAPPED] = "mapped",
		[EVIDENCE_READ_BYTES] = "read_bytes",
		[EVIDENCE_WRITE_BYTES] = "write_bytes",
	};
	const struct movement *movement = telling->movement;
	struct progress_row *row = telling->row;

	if (movement->total)
		tell_number(telling, &row->total, PROGRESS_TOTAL, movement->total);
	if (!movement->known)
		return;
	tell_number(telling, &row->position, PROGRESS_POSITION, movement->position);
	tell_text(telling, &row->evidence, PROGRESS_EVIDENCE, text_of(words[movement->evidence]));
	if (is_bound(movement->evidence))
		tell_text(telling, &row->bound, PROGRESS_BOUND, text_of("at most"));
	if (movement->total)
		tell_number(telling, &row->percent, PROGRESS_PERCENT,
			    percent(movement->position, movement->total));
}

/** Less may be libraries, and what a program reads to begin with. */
static const uint64_t IN_ALL_STEP = 16 << 20;

/** Of who goes from file to file it is not known how much is to come, but how much it was. */
static void tell_in_all(struct telling *telling)
{
	const struct movement *movement = telling->movement;
	const struct seen *process = movement->process;
	bool writes = !movement->input && movement->output;
	uint64_t bytes = writes ? process->io.wchar : process->io.rchar;

	if (!process->has_io ||
	    (!movement->many && (!movement->known || is_bound(movement->evidence))))
		return;
	bytes += movement->under_way;
	if (bytes >= movement->position + IN_ALL_STEP)
		tell_number(telling, &telling->row->in_all, PROGRESS_IN_ALL, bytes);
}

/** A rate is known once it was looked at twice. */
static void tell_rate(struct telling *telling)
{
	const struct movement *movement = telling->movement;
	const struct passage *passage = telling->passage;
	struct progress_row *row = telling->row;
	uint64_t rest = movement->total - movement->position;

	if (!passage->rated_ns)
		return;
	tell_number(telling, &row->rate, PROGRESS_RATE,
		    movement->moved ? (uint64_t)passage->rate : 0);
	if (movement->known && movement->total >= movement->position && movement->total &&
	    movement->moved && passage->rate >= 1)
		tell_number(telling, &row->left, PROGRESS_LEFT,
			    (uint64_t)((double)rest / passage->rate) * (uint64_t)CLOCK_SECOND_NS);
}

static void tell_stall(struct telling *telling)
{
	struct progress_row *row = telling->row;
	int64_t since_ns = telling->movement->process->at_ns - telling->passage->moved_ns;

	if (telling->movement->moved || !telling->passage->rated_ns)
		return;
	tell_number(telling, &row->stalled, PROGRESS_STALLED,
		    since_ns > 0 ? (uint64_t)since_ns : 0);
	tell_text(telling, &row->waits, PROGRESS_WAITS,
		  waiting_say(telling->progress, telling->members, telling->count));
}

static bool any_is_meant(const struct seen *seen)
{
	for (size_t i = 0; i < seen->count; i++) {
		if (seen->files[i].meant)
			return true;
	}
	return false;
}

/** A process means all it takes part in; a file only what goes through it. */
static bool is_meant(struct telling *telling)
{
	const struct movement *movement = telling->movement;
	bool processes = telling->progress->scope.pids;

	if (movement->many || (movement->input && movement->input->meant) ||
	    (movement->output && movement->output->meant))
		return true;
	for (size_t i = 0; i < telling->count; i++) {
		const struct seen_file *output =
			ends_output(telling->progress, movement, telling->members[i]);

		if ((output && output->meant) || (processes && any_is_meant(telling->members[i])))
			return true;
	}
	return false;
}

/** Whoever reads what another one moves through is told with that. */
static bool is_told_with_another(const struct telling *telling)
{
	const struct progress *progress = telling->progress;
	const struct seen *process = telling->movement->process, *writer = process;
	struct movement theirs;

	/* What it reads beside that, as rsync the file it writes anew, is no transfer of its own. */
	if (telling->movement->input && !joint_writer(progress, process))
		return false;
	for (size_t i = 0; i < PIPELINE_MAX; i++) {
		writer = pipeline_writer(progress, writer);
		if (!writer || writer == process)
			break;
		if (movement_find(progress, writer, &theirs) && theirs.input)
			return true;
	}
	return false;
}

/** A log is no transfer. */
static bool is_worth(const struct telling *telling)
{
	const struct movement *movement = telling->movement;

	if (!telling->progress->scope.count && movement->total && movement->total < LOG_STEP)
		return false;
	if (is_told_with_another(telling))
		return false;
	if (movement->input)
		return true;
	if (telling->progress->scope.count || movement->total)
		return true;
	return !movement->moved || movement->moved_by >= LOG_STEP;
}

bool progress_row(struct progress *progress, struct movement *movement, struct told *ret)
{
	char handle[HANDLE_MAX];
	const struct seen *process = movement->process;
	struct telling telling = { .progress = progress,
				   .arena = &progress_now(progress)->arena,
				   .movement = movement,
				   .row = &ret->row };

	*ret = (struct told){ .weight = movement->moved_by, .moves = movement->moved };
	telling.count = pipeline_of(progress, process, telling.members);
	if (!is_worth(&telling) || !is_meant(&telling))
		return false;
	telling.passage = passage_note(progress, movement);
	ret->weight = movement->moved_by;
	for (size_t i = 0; i < telling.count && telling.count > 1; i++)
		pipeline_follow(progress, &telling.members[i]->pid, 1);
	tell_number(&telling, &ret->row.pid, PROGRESS_PID, process->pid);
	tell_pipeline(&telling);
	tell_position(&telling);
	tell_rate(&telling);
	tell_in_all(&telling);
	tell_stall(&telling);
	tell_text(&telling, &ret->row.source, PROGRESS_SOURCE,
		  ends_source(progress, movement, telling.arena));
	tell_text(&telling, &ret->row.destination, PROGRESS_DESTINATION,
		  ends_destination(progress, movement, telling.members, telling.count));
	handle_format(handle, &movement->file->file.handle);
	if (!movement->many)
		tell_text(&telling, &ret->row.handle, PROGRESS_HANDLE,
			  arena_text(telling.arena, text_of(handle)));
	ret->row.time = clock_ns(CLOCK_REALTIME);
	facts_know(&ret->row.facts, PROGRESS_TIME);
	return true;
}
