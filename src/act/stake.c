/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/stake.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "act/attached.h"
#include "model/holding.h"

enum { LOOKS = 3 };

struct gathering {
	struct arena *arena;
	struct staked *files; /**< by ascending inode number */
	size_t count;
	bool in_flight; /**< which alone keeps it from being said of one of them who has it */
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
static struct stake *add(struct arena *arena, struct stakes *out)
{
	if (out->count == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct stake *items = arena_zero(arena, room, sizeof(*items));

		for (size_t i = 0; i < out->count; i++)
			items[i] = out->items[i];
		out->items = items;
		out->room = room;
	}
	return &out->items[out->count++];
}

/** The first of them with this inode number or a higher one. */
static size_t first_from(const struct gathering *gathering, uint64_t ino)
{
	size_t low = 0, high = gathering->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (gathering->files[middle].held->inode.ino < ino)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/** By its name alone: more cannot be told. */
static void note_ring(struct gathering *gathering, const struct open_file *file)
{
	for (size_t i = 0; i < gathering->count; i++) {
		struct text path = deleted_path(gathering->files[i].held->file);

		gathering->files[i].stakes->in_ring |= text_holds(file->link, path);
	}
}

/** A mapping that may not be looked at more closely has a number, and a device that may lie. */
static bool is_it(const struct open_file *file, const struct held *held)
{
	struct look one = { .filter = LOOK_INODE, .inode = held->inode };

	return file->inode_rc ? look_seeks_mapped(&one, file->inode.dev, file->inode.ino) :
				look_seeks(&one, &file->inode);
}

static void note(struct gathering *gathering, const struct open_file *file, struct text comm)
{
	for (size_t i = first_from(gathering, file->inode.ino); i < gathering->count; i++) {
		const struct held *held = gathering->files[i].held;

		if (held->inode.ino != file->inode.ino)
			return;
		if (is_it(file, held))
			*add(gathering->arena, gathering->files[i].stakes) = (struct stake){
				.handle = file->handle, .comm = comm, .kind = kind_of(file, comm)
			};
	}
}

static void found(void *context, const struct process *process)
{
	struct gathering *gathering = context;
	struct text comm = arena_text(gathering->arena, process->comm);

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		if (file->handle.use == USE_RING)
			note_ring(gathering, file);
		else
			note(gathering, file, comm);
	}
}

static enum stakes_unseen unseen_of(const struct stakes *stakes, const struct held *held)
{
	if (!tally_is_complete(&stakes->tally))
		return UNSEEN_PROCESSES;
	if (stakes->tally.namespaced)
		return UNSEEN_NAMESPACE;
	if (stakes->in_ring || stakes->tally.rings)
		return UNSEEN_RING;
	if (stakes->tally.in_flight)
		return UNSEEN_IN_FLIGHT;
	if (held->file->class != CLASS_MEMORY && mounts_may_hang(held->file->site->mounted.info))
		return UNSEEN_FILESYSTEM;
	return UNSEEN_NONE;
}

static int look_once(const struct source *source, struct gathering *gathering,
		     const struct sought *sought, struct error *err)
{
	struct look look = { .filter = LOOK_INODE,
			     .sought = sought,
			     .sought_count = gathering->count,
			     .needs = LOOK_SLOTS,
			     .found = found,
			     .context = gathering };
	struct tally tally = { 0 };

	for (size_t i = 0; i < gathering->count; i++)
		*gathering->files[i].stakes = (struct stakes){ 0 };
	int rc = source->look(source, &look, &tally, err);
	gathering->in_flight = false;
	for (size_t i = 0; i < gathering->count; i++) {
		struct stakes *stakes = gathering->files[i].stakes;

		stakes->tally = tally;
		stakes->unseen = unseen_of(stakes, gathering->files[i].held);
		gathering->in_flight |= stakes->unseen == UNSEEN_IN_FLIGHT;
	}
	return rc;
}

/** By what it is: the device may have opened it by another of its names, or through another mount. */
static int look_at_loops(const struct source *source, const struct gathering *gathering,
			 struct error *err)
{
	struct arena *arena = gathering->arena;
	size_t count = gathering->count;
	const struct deleted_file **files = arena_zero(arena, count + 1, sizeof(*files));
	struct attached *attached = arena_zero(arena, count + 1, sizeof(*attached));

	for (size_t i = 0; i < count; i++)
		files[i] = gathering->files[i].held->file;
	int rc = attached_find(source, files, count, arena, attached);
	if (rc)
		return error_set(err, rc,
				 "cannot find out whether a loop device has it: %s\n"
				 "  Nothing was changed.",
				 strerror(-rc));
	for (size_t i = 0; i < count; i++) {
		if (attached[i].any)
			gathering->files[i].stakes->backed =
				arena_format(arena, "loop%u", attached[i].number);
	}
	return 0;
}

static int by_number(const void *left, const void *right)
{
	const struct staked *a = left, *b = right;
	uint64_t x = a->held->inode.ino, y = b->held->inode.ino;

	return (x > y) - (x < y);
}

int stakes_look(const struct source *source, struct staked *files, size_t count,
		struct arena *arena, struct error *err)
{
	struct gathering gathering = { .arena = arena, .files = files, .count = count };
	struct sought *sought = arena_zero(arena, count + 1, sizeof(*sought));

	qsort(files, count, sizeof(*files), by_number);
	for (size_t i = 0; i < count; i++)
		sought[i] =
			(struct sought){ files[i].held->inode, deleted_path(files[i].held->file) };
	int rc = look_once(source, &gathering, sought, err);
	/* What is in flight mostly arrives at once: then it is seen, or closed again. */
	for (int i = 1; i < LOOKS && !rc && gathering.in_flight; i++)
		rc = look_once(source, &gathering, sought, err);
	return rc ? rc : look_at_loops(source, &gathering, err);
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
