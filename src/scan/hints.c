/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/hints.h"

#include <stdlib.h>

#include "base/arena.h"
#include "bpf/wire.h"

static int by_place(const void *left, const void *right)
{
	const struct hint *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->fd > b->fd) - (a->fd < b->fd);
}

static int ascending(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** What is equal stands side by side; one of each stays. Returns how many. */
static size_t keep_one(void *items, size_t count, size_t size)
{
	char *bytes = items;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept && memcmp(bytes + (kept - 1) * size, bytes + i * size, size) == 0)
			continue;
		memmove(bytes + kept * size, bytes + i * size, size);
		kept++;
	}
	return kept;
}

static void take_descriptors(struct text records, struct hints *hints)
{
	struct wire_descriptor record;

	hints->count = records.len / sizeof(record);
	hints->items = memory_resize(NULL, hints->count + 1, sizeof(*hints->items));
	for (size_t i = 0; i < hints->count; i++) {
		memcpy(&record, records.bytes + i * sizeof(record), sizeof(record));
		hints->items[i] = (struct hint){ record.pid, record.fd };
	}
	qsort(hints->items, hints->count, sizeof(*hints->items), by_place);
	hints->count = keep_one(hints->items, hints->count, sizeof(*hints->items));
}

static void take_mappers(struct text records, struct hints *hints)
{
	struct wire_mapper record;

	hints->mapper_count = records.len / sizeof(record);
	hints->mappers = memory_resize(NULL, hints->mapper_count + 1, sizeof(*hints->mappers));
	for (size_t i = 0; i < hints->mapper_count; i++) {
		memcpy(&record, records.bytes + i * sizeof(record), sizeof(record));
		hints->mappers[i] = record.pid;
	}
	qsort(hints->mappers, hints->mapper_count, sizeof(*hints->mappers), ascending);
	hints->mapper_count =
		keep_one(hints->mappers, hints->mapper_count, sizeof(*hints->mappers));
}

void hints_begin(struct text descriptors, const struct text *mappings, struct hints *ret)
{
	*ret = (struct hints){ .mappers_known = mappings };
	take_descriptors(descriptors, ret);
	if (mappings)
		take_mappers(*mappings, ret);
}

void hints_end(struct hints *hints)
{
	free(hints->items);
	free(hints->mappers);
	*hints = (struct hints){ 0 };
}

static size_t first_of(const struct hints *hints, unsigned int pid)
{
	size_t low = 0, high = hints->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (hints->items[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool hints_of(const struct hints *hints, unsigned int pid, struct hinted *ret)
{
	size_t first = first_of(hints, pid), at = first;
	bool doubted = false;

	*ret = (struct hinted){ .items = hints->items + first };
	for (; at < hints->count && hints->items[at].pid == pid; at++) {
		unsigned int fd = hints->items[at].fd;

		ret->links |= fd == WIRE_LINKS;
		doubted |= fd == WIRE_DOUBT;
		ret->count += fd < WIRE_DOUBT;
	}
	return at > first && !doubted;
}

bool hints_maps(const struct hints *hints, unsigned int pid)
{
	return !hints->mappers_known ||
	       bsearch(&pid, hints->mappers, hints->mapper_count, sizeof(pid), ascending);
}
