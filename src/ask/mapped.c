/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is in the memory of a process, and where? Every mapping of those that we may look into.
 */
#include <errno.h>
#include <inttypes.h>

#include "ask/crowd.h"
#include "kernel/maps.h"
#include "model/mapping.h"

static struct text permissions_of(struct crowd *crowd, const struct mapping *mapping)
{
	return arena_format(&crowd->arena, "%c%c%c%c", mapping->readable ? 'r' : '-',
			    mapping->writable ? 'w' : '-', mapping->executable ? 'x' : '-',
			    mapping->shared ? 's' : 'p');
}

/** What has no file has no place in one either. */
static void tell_file(struct mapping_row *row, const struct mapping *mapping)
{
	row->path = mapping->name;
	if (mapping->name.len)
		facts_know(&row->facts, MAPPING_PATH);
	if (!mapping->ino)
		return;
	row->offset = mapping->offset;
	row->device = mapping->dev;
	row->inode = mapping->ino;
	facts_know(&row->facts, MAPPING_OFFSET);
	facts_know(&row->facts, MAPPING_DEVICE);
	facts_know(&row->facts, MAPPING_INODE);
}

static struct mapping_row *make_row(struct crowd *crowd, const struct process_facts *facts,
				    const struct mapping *mapping)
{
	struct mapping_row *row = crowd_row(crowd, sizeof(*row));

	row->pid = facts->pid;
	row->start = arena_format(&crowd->arena, "%016" PRIx64, mapping->start);
	row->end = arena_format(&crowd->arena, "%016" PRIx64, mapping->end);
	row->size = mapping->end - mapping->start;
	row->permissions = permissions_of(crowd, mapping);
	for (unsigned int i = MAPPING_PID; i <= MAPPING_PERMISSIONS; i++)
		facts_know(&row->facts, i);
	tell_file(row, mapping);
	return row;
}

static void tell(struct crowd *crowd, const struct process_facts *facts)
{
	struct text command = crowd_text(crowd, facts->stat.comm), all;
	struct mapping mapping;

	if (facts->rcs[PROCESS_MAPS] == -EFBIG)
		error_add(&crowd->outcome->complaints, "%sprocess %u has more mappings than fit",
			  *crowd->outcome->complaints.message ? "\n" : "", facts->pid);
	if (!facts_have(facts, PROCESS_MAPS))
		return;
	all = crowd_text(crowd, facts->maps);
	while (maps_next(&all, &mapping)) {
		struct mapping_row *row = make_row(crowd, facts, &mapping);

		row->command = command;
		if (!crowd_push(crowd, row))
			return;
	}
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return crowd_ask(inquiry, outcome, err, PROCESS_NEED(PROCESS_MAPS), tell);
}

const struct question question_maps = {
	.name = "maps",
	.asks = "what is in the memory of a process, and where?",
	.table = &mapping_table,
	.words_are_processes = true,
	.ask = ask,
};
