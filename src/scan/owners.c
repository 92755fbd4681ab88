/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/owners.h"

#include <stdlib.h>

struct gathering {
	struct arena *arena;
	struct owners found;
};

static void gather(void *context, const struct process *process)
{
	struct gathering *gathering = context;
	struct owners *found = &gathering->found;
	struct text comm = arena_text(gathering->arena, process->comm);

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		memory_grow(&found->items, found->count, sizeof(struct owner));
		found->items[found->count++] =
			(struct owner){ file->handle, file->inode.ino, comm };
	}
}

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

int owners_find(const struct source *source, const uint64_t *inos, size_t count,
		struct tally *tally, struct arena *arena, struct owners *ret, struct error *err)
{
	struct gathering gathering = { .arena = arena };
	unsigned int blocked = tally->blocked;
	uint64_t *sorted = memory_resize(NULL, count, sizeof(*sorted));

	if (count) {
		memcpy(sorted, inos, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), ascending);
	}
	struct look look = {
		.filter = LOOK_SOCKETS,
		.inos = sorted,
		.ino_count = count,
		.found = gather,
		.context = &gathering,
	};
	int rc = source->look(source, &look, tally, err);
	/* A worker that was given up may still look into it, whenever it wakes. */
	if (tally->blocked == blocked)
		free(sorted);
	*ret = (struct owners){ arena_zero(arena, gathering.found.count + 1, sizeof(struct owner)),
				gathering.found.count };
	if (ret->count)
		memcpy(ret->items, gathering.found.items, ret->count * sizeof(struct owner));
	free(gathering.found.items);
	return rc;
}
