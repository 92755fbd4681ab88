/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/neighbours.h"

#include <stdlib.h>

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_fd(const void *left, const void *right)
{
	const struct open_file *a = *(const struct open_file *const *)left;
	const struct open_file *b = *(const struct open_file *const *)right;
	int tids = compare(a->handle.tid, b->handle.tid);

	return tids ? tids : compare(a->handle.fd, b->handle.fd);
}

static int by_ino(const void *left, const void *right)
{
	const struct open_file *a = *(const struct open_file *const *)left;
	const struct open_file *b = *(const struct open_file *const *)right;
	int devices = compare(a->inode.dev, b->inode.dev);

	return devices ? devices : compare(a->inode.ino, b->inode.ino);
}

static bool has_number(const struct open_file *file)
{
	return file->handle.use == USE_FD;
}

static bool has_path(const struct open_file *file)
{
	return !file->inode_rc && text_starts(file->link, "/");
}

static const struct open_file **sort(const struct neighbours *neighbours,
				     bool (*is_wanted)(const struct open_file *),
				     int (*compare_by)(const void *, const void *), size_t *count)
{
	const struct process *process = neighbours->process;
	const struct open_file **sorted =
		arena_zero(neighbours->arena, process->count + 1, sizeof(*sorted));

	*count = 0;
	for (size_t i = 0; i < process->count; i++) {
		if (is_wanted(&process->files[i]))
			sorted[(*count)++] = &process->files[i];
	}
	qsort(sorted, *count, sizeof(*sorted), compare_by);
	return sorted;
}

void neighbours_begin(struct neighbours *neighbours, const struct process *process, bool complete,
		      struct arena *arena)
{
	*neighbours =
		(struct neighbours){ .process = process, .complete = complete, .arena = arena };
}

static const struct open_file *find(const struct open_file **sorted, size_t count,
				    const struct open_file *key,
				    int (*compare_by)(const void *, const void *))
{
	const struct open_file **found = bsearch(&key, sorted, count, sizeof(*sorted), compare_by);

	return found ? *found : NULL;
}

const struct open_file *neighbours_fd(struct neighbours *neighbours, unsigned int tid,
				      unsigned int fd)
{
	const struct open_file key = { .handle = { .tid = tid, .fd = fd } };

	if (!neighbours->by_fd)
		neighbours->by_fd = sort(neighbours, has_number, by_fd, &neighbours->fds);
	return find(neighbours->by_fd, neighbours->fds, &key, by_fd);
}

const struct open_file *neighbours_file(struct neighbours *neighbours, dev_t dev, uint64_t ino)
{
	const struct open_file key = { .inode = { .dev = dev, .ino = ino } };

	if (!neighbours->by_ino)
		neighbours->by_ino = sort(neighbours, has_path, by_ino, &neighbours->inos);
	return find(neighbours->by_ino, neighbours->inos, &key, by_ino);
}
