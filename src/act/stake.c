/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/stake.h"

#include <fcntl.h>
#include <string.h>

#include "act/attached.h"
#include "model/holding.h"

enum { LOOKS = 3 };

struct gathering {
	struct stakes *out;
	struct arena *arena;
	size_t room;
};

static enum stake_kind kind_of_descriptor(const struct open_file *file)
{
	if (!file->flags_known)
		return STAKE_UNKNOWN;
	if (file->flags & O_PATH)
		return STAKE_POINTS;
	switch (file->flags & O_ACCMODE) {
	case O_RDONLY:
		return STAKE_READS;
	case O_WRONLY:
		return file->flags & O_APPEND ? STAKE_APPENDS : STAKE_WRITES;
	default:
		return STAKE_READS_WRITES;
	}
}

static enum stake_kind kind_of(const struct open_file *file, struct text comm)
{
	switch (file->handle.use) {
	case USE_EXE:
		return STAKE_RUNS;
	case USE_MAP:
		return file->map_executable ? STAKE_RUNS : STAKE_MAPS;
	case USE_FD:
		return holding_is(comm) ? STAKE_KEEPS : kind_of_descriptor(file);
	case USE_CWD:
	case USE_ROOT:
		return STAKE_POINTS;
	case USE_RING:
	case USE_LOOP: /* told by attached_find */
		break;
	}
	return STAKE_UNKNOWN;
}

/** Doubles as it grows: what it was before stays behind in the arena. */
static struct stake *add(struct gathering *gathering)
{
	struct stakes *out = gathering->out;

	if (out->count == gathering->room) {
		size_t room = gathering->room ? gathering->room * 2 : 8;
		struct stake *items = arena_zero(gathering->arena, room, sizeof(*items));

		for (size_t i = 0; i < out->count; i++)
			items[i] = out->items[i];
		out->items = items;
		gathering->room = room;
	}
	return &out->items[out->count++];
}

static void found(void *context, const struct process *process)
{
	struct gathering *gathering = context;
	struct text comm = arena_text(gathering->arena, process->comm);

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		*add(gathering) = (struct stake){ .handle = file->handle,
						  .comm = comm,
						  .kind = kind_of(file, comm) };
	}
}

static enum stakes_unseen unseen_of(const struct stakes *stakes, const struct held *held)
{
	if (!tally_is_complete(&stakes->tally))
		return UNSEEN_PROCESSES;
	if (stakes->tally.namespaced)
		return UNSEEN_NAMESPACE;
	if (stakes->tally.rings)
		return UNSEEN_RING;
	if (stakes->tally.in_flight)
		return UNSEEN_IN_FLIGHT;
	if (held->file->class != CLASS_MEMORY && mounts_may_hang(held->file->mounted.info))
		return UNSEEN_FILESYSTEM;
	return UNSEEN_NONE;
}

static int look_once(const struct source *source, const struct held *held, struct arena *arena,
		     struct stakes *ret, struct error *err)
{
	struct gathering gathering = { .out = ret, .arena = arena };
	struct look look = { .filter = LOOK_INODE,
			     .inode = held->inode,
			     .path = held->file->path,
			     .found = found,
			     .context = &gathering };

	*ret = (struct stakes){ 0 };
	int rc = source->look(source, &look, &ret->tally, err);
	ret->unseen = unseen_of(ret, held);
	return rc;
}

/** By what it is: the device may have opened it by another of its names, or through another mount. */
static int look_at_loops(const struct source *source, const struct held *held, struct arena *arena,
			 struct stakes *ret, struct error *err)
{
	struct attached attached;
	int rc = attached_find(source, held->file, arena, &attached);

	if (rc)
		return error_set(err, rc,
				 "cannot find out whether a loop device has it: %s\n"
				 "  Nothing was changed.",
				 strerror(-rc));
	if (attached.any)
		ret->backed = arena_format(arena, "loop%u", attached.number);
	return 0;
}

int stakes_look(const struct source *source, const struct held *held, struct arena *arena,
		struct stakes *ret, struct error *err)
{
	int rc = look_once(source, held, arena, ret, err);

	/* What is in flight mostly arrives at once: then it is seen, or closed again. */
	for (int i = 1; i < LOOKS && !rc && ret->unseen == UNSEEN_IN_FLIGHT; i++)
		rc = look_once(source, held, arena, ret, err);
	return rc ? rc : look_at_loops(source, held, arena, ret, err);
}

const struct stake *stakes_worst(const struct stakes *stakes)
{
	const struct stake *worst = NULL;

	for (size_t i = 0; i < stakes->count; i++) {
		if (!worst || stakes->items[i].kind > worst->kind)
			worst = &stakes->items[i];
	}
	return worst;
}

size_t stakes_others(const struct stakes *stakes, enum stake_kind least, enum stake_kind most,
		     const struct stake *but)
{
	unsigned int last = but->handle.pid;
	size_t count = 0;

	for (size_t i = 0; i < stakes->count; i++) {
		const struct stake *stake = &stakes->items[i];

		if (stake->kind < least || stake->kind > most ||
		    stake->handle.pid == but->handle.pid || stake->handle.pid == last)
			continue;
		last = stake->handle.pid;
		count++;
	}
	return count;
}

const char *stake_words(enum stake_kind kind)
{
	static const char *const words[] = {
		[STAKE_POINTS] = "only points to it",
		[STAKE_APPENDS] = "appends only",
		[STAKE_WRITES] = "writes only",
		[STAKE_READS] = "reads",
		[STAKE_READS_WRITES] = "reads and writes",
		[STAKE_UNKNOWN] = "does not say how",
		[STAKE_MAPS] = "maps",
		[STAKE_KEEPS] = "holds it",
		[STAKE_RUNS] = "runs",
	};

	return words[kind];
}
