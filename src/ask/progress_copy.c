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

/** In one long call from file to file: what the destination has beyond its offset was copied. */
bool weigh_copy(const struct weighing *weighing, struct movement *ret)
{
	bool copies = weighing->call && weighing->shape.deed == SYSCALL_COPIES;
	uint64_t most;
	const struct seen_file *output =
		copies ? weighing_called(weighing, weighing->shape.other_fd) :
			 weighing_output(weighing, &most);
	const struct seen_file *input = copies ? weighing_called(weighing, weighing->shape.fd) :
						 NULL;

	if (!output || !weighing_is_output(output) || !weighing_ahead(output))
		return false;
	if (!copies)
		input = weighing_grown(weighing, output) ? input_beside(weighing, output) : NULL;
	if (!input || !weighing_is_input(weighing, input))
		return false;
	/* Between two calls the offsets move, but together. */
	if (weighing_moved(weighing, input) &&
	    !(weighing_grown(weighing, output) && input->file.pos == output->file.pos))
		return false;
	ret->input = input;
	ret->output = output;
	ret->moved_by = weighing_grown(weighing, output);
	ret->moved = ret->moved_by > 0;
	weighing_settle(ret, input, EVIDENCE_GROWTH, input->file.pos + weighing_ahead(output));
	return ret->known;
}
