/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How is the memory of the machine used? Every line of /proc/meminfo.
 */
#include "model/memory.h"
#include "ask/machine.h"
#include "kernel/meminfo.h"

static int fill(struct machine *machine)
{
	struct meminfo line;
	struct text text;
	int rc = machine_load(machine, "meminfo", MEMINFO_MAX, &text);

	while (!rc && meminfo_next(&text, &line)) {
		struct memory_row *row = arena_zero(&machine->arena, 1, sizeof(*row));

		row->name = line.name;
		row->size = row->count = line.number;
		facts_know(&row->facts, MEMORY_NAME);
		facts_know(&row->facts, line.is_size ? MEMORY_SIZE : MEMORY_COUNT);
		if (!machine_push(machine, row))
			break;
	}
	return rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_memory = {
	.name = "memory",
	.asks = "how is the memory used?",
	.table = &memory_table,
	.ask = ask,
};
