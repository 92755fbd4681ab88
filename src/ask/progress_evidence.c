/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process moves through, and how far it is: from the strongest evidence that there is. A file's own
 * offset is exact, but cp(1) and cat(1) copy with one call for up to 2 GiB (copy_file_range(2), sendfile(2),
 * splice(2)), which moves it only at its end; pread(2), io_uring and mappings never move it.
 */
#include <string.h>
#include <sys/stat.h>

#include "ask/weighing.h"

static bool weigh_offset(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *input = weighing_input(weighing, &ret->moved_by);
	uint64_t most;

	if (!input)
		return false;
	ret->input = input;
	ret->output = weighing_output(weighing, &most);
	if (ret->output == input)
		ret->output = NULL;
	ret->moved = true;
	weighing_settle(ret, input, EVIDENCE_POS, input->file.pos);
	return true;
}

/** A call that waits for the disk was told the place. */
static bool weigh_call(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *file = weighing_called(weighing, weighing->shape.fd);
	uint64_t offset;

	if (!file || weighing->shape.deed != SYSCALL_READS || file->file.writable ||
	    !weighing_is_input(weighing, file) || !syscall_offset(weighing->call, &offset))
		return false;
	ret->input = file;
	ret->moved = weighing->before && weighing->before->io.rchar != weighing->now->io.rchar;
	ret->moved_by = ret->moved ? weighing->now->io.rchar - weighing->before->io.rchar : 0;
	weighing_settle(ret, file, EVIDENCE_OFFSET, offset);
	return ret->known;
}

static const struct passage *passage_of(const struct weighing *weighing,
					const struct seen_file *file)
{
	return passage_find(weighing->progress, weighing->now, file);
}

/** What only writes: it has an end where it writes over what is there, or onto a disk. */
static bool weigh_output(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *output = weighing_output(weighing, &ret->moved_by);

	if (!output)
		return false;
	bool grows = weighing_grown(weighing, output) || output->file.pos >= output->total;
	ret->output = output;
	ret->moved = true;
	weighing_settle(ret, output, EVIDENCE_POS, output->file.pos);
	if (seen_file_is(output, S_IFREG) && grows) {
		ret->total = 0;
		ret->known = true;
		if (weighing_ahead(output) && !weighing_moved(weighing, output)) {
			ret->evidence = EVIDENCE_GROWTH;
			ret->position = output->file.inode.size;
		}
	}
	return true;
}

bool movement_is_kept(const struct seen *now)
{
	struct syscall_shape shape;

	if (now->state == 'D' || now->state == 'T' || now->state == 't' || now->blocked)
		return true;
	if (!seen_is_inside(now))
		return false;
	shape = syscall_shape(now->called.call.number);
	return shape.deed == SYSCALL_WRITES || shape.deed == SYSCALL_COPIES ||
	       shape.deed == SYSCALL_SENDS || shape.deed == SYSCALL_FLUSHES;
}

/** It has been in one call since the look before, and did nothing meanwhile. */
static bool stays_in_call(const struct weighing *weighing)
{
	const struct seen *now = weighing->now, *before = weighing->before;

	return before && weighing->call && seen_is_inside(before) && before->ticks == now->ticks &&
	       memcmp(&before->called.call, weighing->call, sizeof(*weighing->call)) == 0;
}

/** What keeps it is this very file: it has not begun with it, or waits for all of it to reach the disk. */
static bool is_kept_by(const struct weighing *weighing, const struct seen_file *file)
{
	if (!stays_in_call(weighing) || weighing_called(weighing, weighing->shape.fd) != file)
		return false;
	switch (weighing->shape.deed) {
	case SYSCALL_READS:
	case SYSCALL_COPIES:
		return weighing_is_input(weighing, file) && !file->file.writable;
	case SYSCALL_FLUSHES:
		return weighing_is_output(file) && file->file.pos;
	default:
		return false;
	}
}

/** Nothing of it moved: whether it was seen to move before, or something keeps it from it. */
static bool stands_in(const struct weighing *weighing, const struct seen_file *file, bool *known)
{
	bool kept = movement_is_kept(weighing->now) ||
		    joint_is_kept(weighing->progress, weighing->now);

	*known = passage_of(weighing, file);
	if (*known)
		return kept || !weighing_has_place(file) || !file->total ||
		       file->file.pos < file->total;
	if (!kept || !weighing_has_place(file))
		return false;
	return (file->file.pos && weighing_is_input(weighing, file) && !file->file.writable) ||
	       is_kept_by(weighing, file);
}

static const struct seen_file *standing_file(const struct weighing *weighing, bool *known)
{
	const struct seen_file *best = NULL;
	bool here;

	*known = false;
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (!stands_in(weighing, file, &here) || here < *known ||
		    (best && here == *known && file->total <= best->total))
			continue;
		best = file;
		*known = here;
	}
	return best;
}

static bool weigh_standstill(const struct weighing *weighing, struct movement *ret)
{
	bool known;
	const struct seen_file *file = standing_file(weighing, &known);

	if (!file)
		return false;
	bool reads = file->file.readable && !file->file.writable;
	ret->input = reads ? file : NULL;
	ret->output = reads ? NULL : file;
	/* Who goes from file to file moves, though not yet in this one. */
	ret->moved = weighing->before && !seen_again(weighing->before, file);
	weighing_settle(ret, file, EVIDENCE_POS, file->file.pos);
	if (!reads && !known)
		ret->total = 0;
	return true;
}

/** A passage that was told from counters or mappings stays where it was, rather than go back to its offset. */
static void stay(const struct weighing *weighing, struct movement *ret)
{
	const struct passage *passage = ret->file ? passage_of(weighing, ret->file) : NULL;

	if (ret->moved || !passage)
		return;
	ret->position = passage->position;
	ret->evidence = passage->evidence;
	ret->known = passage->position_known;
	ret->total = passage->total;
}

bool movement_find(const struct progress *progress, const struct seen *now, struct movement *ret)
{
	static bool (*const ways[])(const struct weighing *, struct movement *) = {
		weigh_copy,    weigh_offset, weigh_call,       weigh_counters,
		weigh_mapping, weigh_output, weigh_standstill, weigh_many
	};
	struct weighing weighing = { .progress = progress,
				     .before = progress_past(progress, now),
				     .now = now };
	bool inside = seen_is_inside(now);

	weighing.shape = syscall_shape(inside ? now->called.call.number : UINT32_MAX);
	weighing.call = inside ? &now->called.call : NULL;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		*ret = (struct movement){ .process = now };
		if (!ways[i](&weighing, ret))
			continue;
		stay(&weighing, ret);
		return true;
	}
	return false;
}
