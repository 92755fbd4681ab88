/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is remembered of a transfer from one look to the next: how fast it is, and since when it stands.
 */
#include <stdlib.h>

#include "ask/progress.h"
#include "base/clock.h"

/** The rate follows with this time constant; before, it is that of all the time. */
static const double SECONDS = 3;

static bool is_of(const struct passage *passage, const struct seen *now,
		  const struct open_file *file)
{
	return passage->pid == now->pid && passage->start == now->start &&
	       passage->handle.use == file->handle.use && passage->handle.fd == file->handle.fd &&
	       passage->handle.tid == file->handle.tid && passage->device == file->inode.dev &&
	       passage->ino == file->inode.ino;
}

struct passage *passage_find(const struct progress *progress, const struct seen *now,
			     const struct seen_file *file)
{
	for (size_t i = 0; i < progress->passage_count; i++) {
		if (is_of(&progress->passages[i], now, &file->file))
			return &progress->passages[i];
	}
	return NULL;
}

static bool is_open(const struct passage *passage, const struct seen *now)
{
	for (size_t i = 0; i < now->count; i++) {
		if (is_of(passage, now, &now->files[i].file))
			return true;
	}
	return false;
}

/** The passage of the same process through a file that it has closed since the look before; or NULL. */
static const struct passage *one_before(const struct progress *progress, const struct seen *now)
{
	for (size_t i = 0; i < progress->passage_count; i++) {
		const struct passage *passage = &progress->passages[i];

		if (passage->pid == now->pid && passage->start == now->start &&
		    passage->round != progress->round && !is_open(passage, now))
			return passage;
	}
	return NULL;
}

/**
 * What went through the file before this one, all those between, and this one, since the look before: by
 * what the process read, or wrote. What a call copies is counted at its end.
 */
static uint64_t counted(const struct progress *progress, const struct movement *movement,
			const struct passage *before)
{
	const struct seen *now = movement->process, *past = progress_past(progress, now);
	uint64_t bytes, known = before ? before->under_way : 0;

	if (!past || !past->has_io || !now->has_io || seen_again(past, movement->file) ||
	    (movement->evidence != EVIDENCE_POS && movement->evidence != EVIDENCE_GROWTH))
		return 0;
	bytes = movement->input ? now->io.rchar - past->io.rchar : now->io.wchar - past->io.wchar;
	bytes += movement->under_way;
	return bytes > known ? bytes - known : 0;
}

/** Who goes from file to file goes on as fast as before. */
static struct passage *begin(struct progress *progress, struct movement *movement)
{
	const struct seen *now = movement->process;
	const struct open_file *file = &movement->file->file;
	const struct passage *before = one_before(progress, now);
	int64_t idle_ns = now->called_known && now->called.idle_known ? now->called.idle_ns : 0;
	uint64_t bytes = counted(progress, movement, before);
	struct passage new = { .pid = now->pid,
			       .start = now->start,
			       .handle = file->handle,
			       .device = file->inode.dev,
			       .ino = file->inode.ino,
			       .moved_ns = now->at_ns - idle_ns,
			       .position = UINT64_MAX,
			       .base = movement_base(progress, now, movement->file),
			       .rated_ns = before ? before->rated_ns : 0,
			       .rate = before ? before->rate : 0 };

	if (bytes > movement->moved_by)
		movement->moved_by = bytes;
	memory_grow(&progress->passages, progress->passage_count, sizeof(*progress->passages));
	progress->passages[progress->passage_count] = new;
	return &progress->passages[progress->passage_count++];
}

/** How many bytes since the look before: by where it was, or by what moved. Backwards is a new start. */
static double advance(struct passage *passage, const struct movement *movement)
{
	bool compares = passage->position_known && movement->known &&
			passage->evidence == movement->evidence;

	if (!compares || passage->position == UINT64_MAX)
		return (double)movement->moved_by;
	if (movement->position >= passage->position)
		return (double)(movement->position - passage->position);
	passage->rated_ns = 0;
	return 0;
}

static void rate(struct passage *passage, const struct movement *movement, int64_t past_ns)
{
	int64_t span_ns = movement->process->at_ns - past_ns;

	if (span_ns <= 0)
		return;
	double sample = advance(passage, movement) * (double)CLOCK_SECOND_NS / (double)span_ns;
	double span = (double)span_ns / (double)CLOCK_SECOND_NS;
	passage->rated_ns += span_ns;
	double all = (double)passage->rated_ns / (double)CLOCK_SECOND_NS;
	double weight = all < SECONDS ? span / all : span / (span + SECONDS);
	passage->rate += (sample - passage->rate) * weight;
}

const struct passage *passage_note(struct progress *progress, struct movement *movement)
{
	struct passage *passage = passage_find(progress, movement->process, movement->file);
	const struct seen *past = progress_past(progress, movement->process);

	if (!passage)
		passage = begin(progress, movement);
	if (past)
		rate(passage, movement, past->at_ns);
	if (movement->moved)
		passage->moved_ns = movement->process->at_ns;
	passage->last_ns = movement->process->at_ns;
	passage->position = movement->position;
	passage->position_known = movement->known;
	passage->evidence = movement->evidence;
	passage->under_way = movement->under_way;
	passage->by_offset |= movement->evidence == EVIDENCE_POS && movement->moved;
	passage->grew |= movement->evidence == EVIDENCE_GROWTH && movement->moved;
	passage->total = movement->total;
	passage->round = progress->round;
	return passage;
}

void passage_forget(struct progress *progress)
{
	size_t kept = 0;

	for (size_t i = 0; i < progress->passage_count; i++) {
		if (progress->passages[i].round == progress->round)
			progress->passages[kept++] = progress->passages[i];
	}
	progress->passage_count = kept;
}
