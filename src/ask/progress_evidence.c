/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process moves through, and how far it is: from the strongest evidence that there is. A file's own
 * offset is exact, but cp(1) and cat(1) copy with one call for up to 2 GiB (copy_file_range(2), sendfile(2),
 * splice(2)), which moves it only at its end; pread(2), io_uring and mappings never move it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/progress.h"

/** A process, now and before, on the way to its movement. */
struct weighing {
	const struct progress *progress;
	const struct seen *before, *now;
	const struct syscall *call; /**< NULL: it is in none that may be seen */
	struct syscall_shape shape;
};

static bool is_fd(const struct seen_file *file)
{
	return file->file.handle.use == USE_FD;
}

/** A file with a place in it: regular or a disk. */
static bool has_place(const struct seen_file *file)
{
	return is_fd(file) && (seen_file_is(file, S_IFREG) || seen_file_is(file, S_IFBLK)) &&
	       file->file.pos_known;
}

static bool appends(const struct seen_file *file)
{
	return file->file.flags_known && (file->file.flags & O_APPEND);
}

int seen_file_compare(const void *left, const void *right)
{
	const struct open_file *a = &((const struct seen_file *)left)->file;
	const struct open_file *b = &((const struct seen_file *)right)->file;

	if (a->handle.use != b->handle.use)
		return a->handle.use < b->handle.use ? -1 : 1;
	if (a->handle.tid != b->handle.tid)
		return a->handle.tid < b->handle.tid ? -1 : 1;
	if (a->handle.use == USE_MAP)
		return (a->inode.ino > b->inode.ino) - (a->inode.ino < b->inode.ino);
	return (a->handle.fd > b->handle.fd) - (a->handle.fd < b->handle.fd);
}

const struct seen_file *seen_again(const struct seen *before, const struct seen_file *file)
{
	const struct seen_file *past = NULL;

	if (before && before->count)
		past = bsearch(file, before->files, before->count, sizeof(*file),
			       seen_file_compare);
	if (!past || past->file.inode_rc || !inode_same(&past->file.inode, &file->file.inode))
		return NULL;
	return past;
}

/** How far its offset went since the look before, whichever way; of what was opened since, from its start. */
static uint64_t moved_by(const struct weighing *weighing, const struct seen_file *file)
{
	const struct seen_file *past = seen_again(weighing->before, file);

	if (!past)
		return weighing->before && !appends(file) ? file->file.pos : 0;
	if (!past->file.pos_known)
		return 0;
	return past->file.pos > file->file.pos ? past->file.pos - file->file.pos :
						 file->file.pos - past->file.pos;
}

static uint64_t grown_by(const struct weighing *weighing, const struct seen_file *file)
{
	const struct seen_file *past = seen_again(weighing->before, file);

	if (!past || file->file.inode.size <= past->file.inode.size)
		return 0;
	return file->file.inode.size - past->file.inode.size;
}

/** What lies behind its offset already: a call that is under way has written that. */
static uint64_t ahead_of(const struct seen_file *file)
{
	uint64_t size = file->file.inode.size;

	if (!seen_file_is(file, S_IFREG) || appends(file) || size <= file->file.pos)
		return 0;
	return size - file->file.pos;
}

/** Who waits at the end of a file for it to grow, as tail -f does, moves through nothing. */
static bool only_follows(const struct weighing *weighing, const struct seen_file *file)
{
	const struct seen_file *past = seen_again(weighing->before, file);

	return file->file.pos >= file->total &&
	       (!past || past->file.pos >= past->total || file->file.writable);
}

static bool is_input(const struct weighing *weighing, const struct seen_file *file)
{
	return has_place(file) && file->file.readable && file->total &&
	       file->file.pos <= file->total && !only_follows(weighing, file);
}

static bool is_output(const struct seen_file *file)
{
	return has_place(file) && file->file.writable;
}

static const struct seen_file *file_of_call(const struct weighing *weighing, int argument)
{
	if (!weighing->call || argument < 0)
		return NULL;
	unsigned int fd = (unsigned int)syscall_int(weighing->call, argument);
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (is_fd(file) && file->file.handle.fd == fd)
			return file;
	}
	return NULL;
}

/** The input whose offset moved most. */
static const struct seen_file *moved_input(const struct weighing *weighing, uint64_t *most)
{
	const struct seen_file *best = NULL;

	*most = 0;
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];
		uint64_t by = is_input(weighing, file) ? moved_by(weighing, file) : 0;

		if (by > *most) {
			*most = by;
			best = file;
		}
	}
	return best;
}

/** The output that moved or grew most; standard error only where there is nothing else. */
static const struct seen_file *moved_output(const struct weighing *weighing, uint64_t *most)
{
	const struct seen_file *best = NULL;

	*most = 0;
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];
		uint64_t by = is_output(file) ? moved_by(weighing, file) : 0;
		uint64_t grown = is_output(file) ? grown_by(weighing, file) : 0;

		by = grown > by ? grown : by;
		if (!by || (best && file->file.handle.fd == 2) ||
		    (by <= *most && !(best && best->file.handle.fd == 2)))
			continue;
		*most = by;
		best = file;
	}
	return best;
}

/** The one file that is only read and not at its end; NULL: there is none, or several. */
static const struct seen_file *only_input(const struct weighing *weighing)
{
	const struct seen_file *only = NULL;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (!is_input(weighing, file) || file->file.writable)
			continue;
		if (only)
			return NULL;
		only = file;
	}
	return only;
}

/** Of what is only read, what a copy to `output` is of: both offsets are where it began. */
static const struct seen_file *input_beside(const struct weighing *weighing,
					    const struct seen_file *output)
{
	const struct seen_file *best = NULL;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (is_input(weighing, file) && !file->file.writable &&
		    file->file.pos == output->file.pos &&
		    file->total - file->file.pos >= ahead_of(output) &&
		    (!best || file->total > best->total))
			best = file;
	}
	return best ? best : only_input(weighing);
}

static void move_to(struct movement *ret, const struct seen_file *file,
		    enum progress_evidence evidence, uint64_t position)
{
	ret->file = file;
	ret->evidence = evidence;
	ret->known = !file->total || position <= file->total;
	ret->position = position;
	ret->total = file->total;
}

/** In one long call from file to file: what the destination has beyond its offset was copied. */
static bool weigh_copy(const struct weighing *weighing, struct movement *ret)
{
	bool copies = weighing->call && weighing->shape.deed == SYSCALL_COPIES;
	uint64_t most;
	const struct seen_file *output = copies ? file_of_call(weighing, weighing->shape.other_fd) :
						  moved_output(weighing, &most);
	const struct seen_file *input = copies ? file_of_call(weighing, weighing->shape.fd) : NULL;

	if (!output || !is_output(output) || !ahead_of(output))
		return false;
	if (!copies)
		input = grown_by(weighing, output) ? input_beside(weighing, output) : NULL;
	if (!input || !is_input(weighing, input))
		return false;
	/* Between two calls the offsets move, but together. */
	if (moved_by(weighing, input) &&
	    !(grown_by(weighing, output) && input->file.pos == output->file.pos))
		return false;
	ret->input = input;
	ret->output = output;
	ret->moved_by = grown_by(weighing, output);
	ret->moved = ret->moved_by > 0;
	move_to(ret, input, EVIDENCE_GROWTH, input->file.pos + ahead_of(output));
	return ret->known;
}

static bool weigh_offset(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *input = moved_input(weighing, &ret->moved_by);
	uint64_t most;

	if (!input)
		return false;
	ret->input = input;
	ret->output = moved_output(weighing, &most);
	if (ret->output == input)
		ret->output = NULL;
	ret->moved = true;
	move_to(ret, input, EVIDENCE_POS, input->file.pos);
	return true;
}

/** A call that waits for the disk was told the place. */
static bool weigh_call(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *file = file_of_call(weighing, weighing->shape.fd);
	uint64_t offset;

	if (!file || weighing->shape.deed != SYSCALL_READS || file->file.writable ||
	    !is_input(weighing, file) || !syscall_offset(weighing->call, &offset))
		return false;
	ret->input = file;
	ret->moved = weighing->before && weighing->before->io.rchar != weighing->now->io.rchar;
	ret->moved_by = ret->moved ? weighing->now->io.rchar - weighing->before->io.rchar : 0;
	move_to(ret, file, EVIDENCE_OFFSET, offset);
	return ret->known;
}

static const struct passage *passage_of(const struct weighing *weighing,
					const struct seen_file *file)
{
	return passage_find(weighing->progress, weighing->now, file);
}

void movement_base(const struct progress *progress, const struct seen *now,
		   const struct seen_file *file, uint64_t *rchar, uint64_t *read_bytes)
{
	const struct seen *before = progress_past(progress, now);
	const struct passage *passage = passage_find(progress, now, file);
	bool is_new = before && before->close && !seen_again(before, file);

	*rchar = passage ? passage->rchar : is_new ? before->io.rchar : 0;
	*read_bytes = passage ? passage->read_bytes : is_new ? before->io.read_bytes : 0;
}

/** Who hears from others, by descriptors from `first` on, reads other things too. */
static bool only_reads_files(const struct seen *now, unsigned int first)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct seen_file *file = &now->files[i];

		if (is_fd(file) && file->file.readable && file->file.handle.fd >= first &&
		    (seen_file_is(file, S_IFSOCK) || seen_file_is(file, S_IFIFO)))
			return false;
	}
	return true;
}

static bool weigh_counters(const struct weighing *weighing, struct movement *ret)
{
	const struct seen *now = weighing->now, *before = weighing->before;
	const struct seen_file *input = only_input(weighing);
	uint64_t rchar, read_bytes;

	if (!input || !before || !now->has_io || !before->has_io || !only_reads_files(now, 3))
		return false;
	movement_base(weighing->progress, now, input, &rchar, &read_bytes);
	ret->input = input;
	ret->moved = true;
	ret->moved_by = now->io.rchar - before->io.rchar;
	if (ret->moved_by) {
		move_to(ret, input, EVIDENCE_RCHAR, now->io.rchar - rchar);
		return ret->known;
	}
	ret->moved_by = now->io.read_bytes - before->io.read_bytes;
	move_to(ret, input, EVIDENCE_READ_BYTES, now->io.read_bytes - read_bytes);
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

static bool weigh_mapping(const struct weighing *weighing, struct movement *ret)
{
	const struct seen *now = weighing->now, *before = weighing->before;
	const struct seen_file *map = largest_map(weighing);

	if (!map || !now->has_statm)
		return false;
	ret->input = map;
	if (before && now->file_bytes > before->file_bytes)
		ret->moved_by = now->file_bytes - before->file_bytes;
	ret->moved = ret->moved_by > 0;
	move_to(ret, map, EVIDENCE_MAPPED,
		now->file_bytes < map->total ? now->file_bytes : map->total);
	return ret->moved;
}

/** What only writes: it has an end where it writes over what is there, or onto a disk. */
static bool weigh_output(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *output = moved_output(weighing, &ret->moved_by);

	if (!output)
		return false;
	bool grows = grown_by(weighing, output) || output->file.pos >= output->total;
	ret->output = output;
	ret->moved = true;
	move_to(ret, output, EVIDENCE_POS, output->file.pos);
	if (seen_file_is(output, S_IFREG) && grows) {
		ret->total = 0;
		ret->known = true;
		if (ahead_of(output) && !moved_by(weighing, output)) {
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

/** Nothing of it moved: whether it was seen to move before, or something keeps it from it. */
static bool stands_in(const struct weighing *weighing, const struct seen_file *file, bool *known)
{
	bool kept = movement_is_kept(weighing->now);

	*known = passage_of(weighing, file);
	if (*known)
		return kept || !has_place(file) || !file->total || file->file.pos < file->total;
	return kept && has_place(file) && file->file.pos && is_input(weighing, file) &&
	       !file->file.writable;
}

static bool weigh_standstill(const struct weighing *weighing, struct movement *ret)
{
	const struct seen_file *best = NULL;
	bool best_known = false, known;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (!stands_in(weighing, file, &known) || known < best_known ||
		    (best && known == best_known && file->total <= best->total))
			continue;
		best = file;
		best_known = known;
	}
	if (!best)
		return false;
	bool reads = best->file.readable && !best->file.writable;
	ret->input = reads ? best : NULL;
	ret->output = reads ? NULL : best;
	move_to(ret, best, EVIDENCE_POS, best->file.pos);
	if (!reads && !best_known)
		ret->total = 0;
	return true;
}

/** Less than this may be a message of it. */
static const uint64_t MANY_STEP = 64 << 10;

/**
 * Who copies many small files has each open for too short a time to be met with it. Of who is named it is
 * told that it moves, and how fast.
 */
static bool weigh_many(const struct weighing *weighing, struct movement *ret)
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
