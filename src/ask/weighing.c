/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/weighing.h"

#include <fcntl.h>
#include <stdlib.h>

bool weighing_is_fd(const struct seen_file *file)
{
	return file->file.handle.use == USE_FD;
}

bool weighing_has_place(const struct seen_file *file)
{
	return weighing_is_fd(file) &&
	       (seen_file_is(file, S_IFREG) || seen_file_is(file, S_IFBLK)) && file->file.pos_known;
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

uint64_t weighing_moved(const struct weighing *weighing, const struct seen_file *file)
{
	const struct seen_file *past = seen_again(weighing->before, file);

	if (!past)
		return weighing->before && !appends(file) ? file->file.pos : 0;
	if (!past->file.pos_known)
		return 0;
	return past->file.pos > file->file.pos ? past->file.pos - file->file.pos :
						 file->file.pos - past->file.pos;
}

uint64_t weighing_grown(const struct weighing *weighing, const struct seen_file *file)
{
	const struct seen_file *past = seen_again(weighing->before, file);

	if (!past || file->file.inode.size <= past->file.inode.size)
		return 0;
	return file->file.inode.size - past->file.inode.size;
}

uint64_t weighing_ahead(const struct seen_file *file)
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

bool weighing_is_input(const struct weighing *weighing, const struct seen_file *file)
{
	return weighing_has_place(file) && file->file.readable && file->total &&
	       file->file.pos <= file->total && !only_follows(weighing, file);
}

bool weighing_is_output(const struct seen_file *file)
{
	return weighing_has_place(file) && file->file.writable;
}

const struct seen_file *weighing_called(const struct weighing *weighing, int argument)
{
	if (!weighing->call || argument < 0)
		return NULL;
	unsigned int fd = (unsigned int)syscall_int(weighing->call, argument);
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (weighing_is_fd(file) && file->file.handle.fd == fd)
			return file;
	}
	return NULL;
}

const struct seen_file *weighing_input(const struct weighing *weighing, uint64_t *most)
{
	const struct seen_file *best = NULL;

	*most = 0;
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];
		uint64_t by = weighing_is_input(weighing, file) ? weighing_moved(weighing, file) :
								  0;

		if (by > *most) {
			*most = by;
			best = file;
		}
	}
	return best;
}

const struct seen_file *weighing_output(const struct weighing *weighing, uint64_t *most)
{
	const struct seen_file *best = NULL;

	*most = 0;
	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];
		uint64_t by = weighing_is_output(file) ? weighing_moved(weighing, file) : 0;
		uint64_t grown = weighing_is_output(file) ? weighing_grown(weighing, file) : 0;

		by = grown > by ? grown : by;
		if (!by || (best && file->file.handle.fd == 2) ||
		    (by <= *most && !(best && best->file.handle.fd == 2)))
			continue;
		*most = by;
		best = file;
	}
	return best;
}

const struct seen_file *weighing_only(const struct weighing *weighing)
{
	const struct seen_file *only = NULL;

	for (size_t i = 0; i < weighing->now->count; i++) {
		const struct seen_file *file = &weighing->now->files[i];

		if (!weighing_is_input(weighing, file) || file->file.writable)
			continue;
		if (only)
			return NULL;
		only = file;
	}
	return only;
}

void weighing_settle(struct movement *ret, const struct seen_file *file,
		     enum progress_evidence evidence, uint64_t position)
{
	ret->file = file;
	ret->evidence = evidence;
	ret->known = !file->total || position <= file->total;
	ret->position = position;
	ret->total = file->total;
}
