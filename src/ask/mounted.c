/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is mounted, and how full is it? Our own mounts.
 */
#include "ask/machine.h"
#include "model/mount.h"
#include "scan/mounts.h"
#include "scan/paths.h"

static void tell_space(const struct space *space, struct mount_row *row)
{
	if (!space->known)
		return;
	row->size = space->size;
	row->used = space->used;
	row->available = space->free;
	facts_know(&row->facts, MOUNT_SIZE);
	facts_know(&row->facts, MOUNT_USED);
	facts_know(&row->facts, MOUNT_AVAILABLE);
}

static struct mount_row *make_row(struct machine *machine, const struct mountinfo *info,
				  const struct space *space)
{
	static const enum mount_column known[] = {
		MOUNT_MOUNTPOINT,         MOUNT_TYPE, MOUNT_SOURCE, MOUNT_DEVICE, MOUNT_OPTIONS,
		MOUNT_FILESYSTEM_OPTIONS, MOUNT_ID,   MOUNT_PARENT, MOUNT_ROOT
	};
	struct mount_row *row = arena_zero(&machine->arena, 1, sizeof(*row));

	row->mountpoint = info->point;
	row->type = info->type;
	row->source = info->source;
	row->device = info->dev;
	row->options = info->options;
	row->filesystem_options = info->super_options;
	row->id = info->id;
	row->parent = info->parent;
	row->root = info->root;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		facts_know(&row->facts, known[i]);
	tell_space(space, row);
	return row;
}

static int push(struct machine *machine, const struct mounts *mounts)
{
	const struct inquiry *inquiry = machine->inquiry;
	bool wants_space = sink_needs(inquiry->sink) & MOUNT_NEED_SPACE;
	size_t count;
	const struct mountinfo *infos = mounts_own(mounts, &count);
	struct space *spaces = arena_zero(&machine->arena, count + 1, sizeof(*spaces));
	int rc = wants_space ? paths_space_of(inquiry->source, infos, count, spaces) : 0;

	if (rc)
		return error_set(machine->err, rc, "cannot start a helper process: %s",
				 strerror(-rc));
	for (size_t i = 0; i < count; i++) {
		if (!machine_push(machine, make_row(machine, &infos[i], &spaces[i])))
			break;
	}
	sink_finish(inquiry->sink);
	return 0;
}

static int fill(struct machine *machine)
{
	struct mounts *mounts;
	int rc = mounts_begin(machine->inquiry->source, &mounts);

	if (rc)
		return error_set(machine->err, rc, "cannot read the mounts: %s", strerror(-rc));
	rc = push(machine, mounts);
	mounts_end(mounts);
	return rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_mounts = {
	.name = "mounts",
	.asks = "what is mounted, and how full is it?",
	.table = &mount_table,
	.ask = ask,
};
