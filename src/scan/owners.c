/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/owners.h"

#include <stdlib.h>

struct gathering {
	struct arena *arena;
	struct owner *owners;
	size_t count;
};

static void found(void *context, const struct process *process)
{
	struct gathering *gathering = context;
	struct text comm = arena_text(gathering->arena, process->comm);

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		memory_grow(&gathering->owners, gathering->count, sizeof(struct owner));
		gathering->owners[gathering->count++] =
			(struct owner){ file->handle, file->inode.ino, comm };
	}
}

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

int owners_find(const struct source *source, const uint64_t *inos, size_t count,
		struct tally *tally, struct arena *arena, struct owner **ret, size_t *ret_count,
		struct error *err)
{
	struct gathering gathering = { .arena = arena };
	unsigned int blocked = tally->blocked;

	*ret = NULL;
	*ret_count = 0;
	uint64_t *sorted = memory_resize(NULL, count, sizeof(*sorted));
	memcpy(sorted, inos, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), ascending);
	struct look look = {
		.filter = LOOK_SOCKETS,
		.inos = sorted,
		.ino_count = count,
		.found = found,
		.context = &gathering,
	};
	int rc = source->look(source, &look, tally, err);
	/* A worker that was given up may still look into it, whenever it wakes. */
	if (tally->blocked == blocked)
		free(sorted);
	if (gathering.count) {
		*ret = arena_zero(arena, gathering.count, sizeof(struct owner));
		memcpy(*ret, gathering.owners, gathering.count * sizeof(struct owner));
		*ret_count = gathering.count;
	}
	free(gathering.owners);
	return rc;
}
