/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What moves no offset, as pread(2), io_uring and mappings: only counters of the whole process tell of it,
 * and only where it is clear which file they are about.
 */
#include <errno.h>

#include "ask/weighing.h"

struct pidio movement_base(const struct progress *progress, const struct seen *now,
			   const struct seen_file *file)
{
	const struct seen *before = progress_past(progress, now);
	const struct passage *passage = passage_find(progress, now, file);

	if (passage)
		return passage->base;
	if (before && !seen_again(before, file))
		return before->io;
	return (struct pidio){ 0 };
}

/** They are of another moment than its offset: who moves that is told by it alone. */
static bool moves_offset(const struct weighing *weighing, const struct seen_file *input)
{
	const struct passage *passage = passage_find(weighing->progress, weighing->now, input);

	return passage && (passage->by_offset || passage->grew);
}

/**
 * Whether it read something between both looks at its files: an offset that goes with that would have moved.
 * The counters are of other moments than the files. Of whom it is told by them already that is known.
 */
static bool has_read(const struct weighing *weighing, const struct seen_file *input)
{
	const struct passage *passage = passage_find(weighing->progress, weighing->now, input);
	const struct pidio *now = &weighing->now->io, *past = &weighing->before->io_late;

	if (passage &&
	    (passage->evidence == EVIDENCE_RCHAR || passage->evidence == EVIDENCE_READ_BYTES))
		return true;
	return now->rchar > past->rchar || now->read_bytes > past->read_bytes;
}

/** Who hears from others, by descriptors from `first` on, reads other things too. */
static bool only_reads_files(const struct seen *now, unsigned int first)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct seen_file *file = &now->files[i];

		if (weighing_is_fd(file) && file->file.readable && file->file.handle.fd >= first &&
		    (seen_file_is(file, S_IFSOCK) || seen_file_is(file, S_IFIFO)))
			return false;
	}
	return true;
}

bool weigh_counters(const struct weighing *weighing, struct movement *ret)
{
	const struct seen *now = weighing->now, *before = weighing->before;
	const struct seen_file *input = weighing_only(weighing);

	if (!input || !before || !now->has_io || !before->has_io || !only_reads_files(now, 3) ||
	    moves_offset(weighing, input) || !has_read(weighing, input))
		return false;
	struct pidio base = movement_base(weighing->progress, now, input);
	ret->input = input;
	ret->moved = true;
	ret->moved_by = now->io.rchar - before->io.rchar;
	if (ret->moved_by) {
		weighing_settle(ret, input, EVIDENCE_RCHAR, now->io.rchar - base.rchar);
		return ret->known;
	}
	ret->moved_by = now->io.read_bytes - before->io.read_bytes;
	weighing_settle(ret, input, EVIDENCE_READ_BYTES, now->io.read_bytes - base.read_bytes);
	return ret->moved_by && ret->known;
}

/** What is mapped beside it, libraries and locales, would be most of the bound for a smaller one. */
static const uint64_t MAPPED_MIN = 16 << 20;

/** The largest file in its memory that is no program. */
static const struct seen_file *largest_map(const struct weighing *weighing)
{
	const struct seen_file *largest = NULL;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (file->file.handle.use == USE_MAP && file->total >= MAPPED_MIN &&
		    (!largest || file->total > largest->total))
			largest = file;
	}
	return largest;
}

bool weigh_mapping(const struct weighing *weighing, struct movement *ret)
{
	const struct seen *now = weighing->now, *before = weighing->before;
	const struct seen_file *map = largest_map(weighing);

	if (!map || !now->has_statm)
		return false;
	ret->input = map;
	if (before && now->file_bytes > before->file_bytes)
		ret->moved_by = now->file_bytes - before->file_bytes;
	ret->moved = ret->moved_by > 0;
	weighing_settle(ret, map, EVIDENCE_MAPPED,
			now->file_bytes < map->total ? now->file_bytes : map->total);
	return ret->moved;
}

/** Less than this may be a message of it. */
static const uint64_t MANY_STEP = 64 << 10;

/**
 * Who copies many small files has each open for too short a time to be met with it. Of who is named it is
 * told that it moves, and how fast.
 */
bool weigh_many(const struct weighing *weighing, struct movement *ret)
{
	static const struct seen_file none = { .file = { .handle = { .use = USE_CWD },
							 .inode_rc = -ENODATA } };
	const struct seen *now = weighing->now, *before = weighing->before;

	if (!weighing->progress->scope.pids || !before || !now->has_io || !before->has_io ||
	    !only_reads_files(now, 0))
		return false;
	uint64_t read = now->io.rchar - before->io.rchar, wrote = now->io.wchar - before->io.wchar;
	ret->moved_by = read > wrote ? read : wrote;
	ret->moved = true;
	ret->file = &none;
	ret->many = true;
	ret->evidence = EVIDENCE_RCHAR;
	return ret->moved_by >= MANY_STEP;
}
