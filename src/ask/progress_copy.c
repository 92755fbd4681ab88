/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One long call from file to file. cp(1) and cat(1) copy up to 2 GiB with one copy_file_range(2), sendfile(2)
 * or splice(2), which moves the offsets only at its end: how far it is, says what it writes to.
 */
#include "ask/weighing.h"

/** Of what is only read, what a copy to `output` is of: both offsets are where it began. */
static const struct seen_file *input_beside(const struct weighing *weighing,
					    const struct seen_file *output)
{
	const struct seen_file *best = NULL;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (weighing_is_input(weighing, file) && !file->file.writable &&
		    file->file.pos == output->file.pos &&
		    file->total - file->file.pos >= weighing_ahead(output) &&
		    (!best || file->total > best->total))
			best = file;
	}
	return best ? best : weighing_only(weighing);
}

static bool is_new(const struct weighing *weighing, const struct seen_file *file)
{
	return weighing->before && !seen_again(weighing->before, file);
}

/** What the call has copied: what was opened since the look before grew from nothing. */
static uint64_t copied_since(const struct weighing *weighing, const struct seen_file *output)
{
	return is_new(weighing, output) ? weighing_ahead(output) : weighing_grown(weighing, output);
}

/**
 * Whether the call wrote what lies behind the offset: it did if that was seen to grow. Else it may have been
 * there before, or its room been made first (fallocate(2)): then it is all there, or more than the process
 * wrote, or it writes and the file grows not. On what is no disk nothing is counted as written.
 */
static bool was_copied(const struct weighing *weighing, const struct seen_file *input,
		       const struct seen_file *output)
{
	const struct passage *passage = passage_find(weighing->progress, weighing->now, input);
	const struct seen *now = weighing->now, *before = weighing->before;
	uint64_t ahead = weighing_ahead(output);

	if (weighing_grown(weighing, output) || (passage && passage->grew))
		return true;
	if (ahead >= input->total - input->file.pos)
		return false;
	if (!now->has_io || !now->io.write_bytes)
		return true;
	bool writes = before && before->has_io && before->io.write_bytes != now->io.write_bytes;
	return now->io.write_bytes >= ahead && !(writes && !is_new(weighing, output));
}

/** Where the call began in what it reads. */
static uint64_t begun_at(const struct weighing *weighing, const struct seen_file *input,
			 const struct seen_file *output)
{
	uint64_t there = output->file.pos;

	if (weighing->call && syscall_keeps_offset(weighing->call) && there > input->file.pos &&
	    there <= input->total)
		return there;
	return input->file.pos;
}

/** By what it gave the disks to write, which is at most as far: it may have written other things too. */
static bool weigh_written(const struct weighing *weighing, struct movement *ret)
{
	const struct seen *now = weighing->now, *before = weighing->before;
	struct pidio base = movement_base(weighing->progress, now, ret->input);
	uint64_t wrote = now->has_io ? now->io.write_bytes - base.write_bytes : 0;

	if (!before || !now->has_io || !before->has_io || !wrote)
		return false;
	ret->moved_by = now->io.write_bytes - before->io.write_bytes;
	ret->moved = ret->moved_by > 0;
	weighing_settle(ret, ret->input, EVIDENCE_WRITE_BYTES,
			begun_at(weighing, ret->input, ret->output) + wrote);
	return true;
}

/** Of what was opened since the look before, what has most beyond its offset. */
static const struct seen_file *new_output(const struct weighing *weighing)
{
	const struct seen_file *best = NULL;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (weighing_is_output(file) && !file->file.readable && is_new(weighing, file) &&
		    weighing_ahead(file) > (best ? weighing_ahead(best) : 0))
			best = file;
	}
	return best;
}

/** Who was not met in the call: what grew, or was opened together with what it is a copy of. */
static void guess_files(const struct weighing *weighing, struct movement *ret)
{
	uint64_t most;

	ret->output = weighing_output(weighing, &most);
	if (ret->output && weighing_grown(weighing, ret->output)) {
		ret->input = input_beside(weighing, ret->output);
		return;
	}
	ret->output = new_output(weighing);
	ret->input = ret->output ? input_beside(weighing, ret->output) : NULL;
	if (ret->input && !is_new(weighing, ret->input))
		ret->input = NULL;
}

static bool find_files(const struct weighing *weighing, bool copies, struct movement *ret)
{
	if (copies) {
		ret->output = weighing_called(weighing, weighing->shape.other_fd);
		ret->input = weighing_called(weighing, weighing->shape.fd);
	} else {
		guess_files(weighing, ret);
	}
	return ret->output && weighing_is_output(ret->output) && weighing_ahead(ret->output) &&
	       ret->input && weighing_is_input(weighing, ret->input);
}

bool weigh_copy(const struct weighing *weighing, struct movement *ret)
{
	bool copies = weighing->call && weighing->shape.deed == SYSCALL_COPIES;

	if (!find_files(weighing, copies, ret))
		return false;
	uint64_t since = copied_since(weighing, ret->output);
	/* Between two calls the offsets move, but together. */
	if (weighing_moved(weighing, ret->input) &&
	    !(since && ret->input->file.pos == ret->output->file.pos))
		return false;
	if (!was_copied(weighing, ret->input, ret->output))
		return copies && weigh_written(weighing, ret);
	ret->moved_by = since;
	ret->moved = since > 0;
	ret->under_way = weighing_ahead(ret->output);
	weighing_settle(ret, ret->input, EVIDENCE_GROWTH,
			begun_at(weighing, ret->input, ret->output) + ret->under_way);
	return ret->known;
}
