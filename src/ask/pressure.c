/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is waited for, and how much? A kernel that does not count it leaves gaps.
 */
#include <errno.h>

#include "ask/machine.h"
#include "kernel/pressure.h"
#include "kernel/procfile.h"
#include "model/pressure.h"

static struct pressure_row *make_row(struct machine *machine, const char *resource, bool full)
{
	struct pressure_row *row = arena_zero(&machine->arena, 1, sizeof(*row));

	row->resource = text_of(resource);
	row->kind = text_of(full ? "full" : "some");
	facts_know(&row->facts, PRESSURE_RESOURCE);
	facts_know(&row->facts, PRESSURE_KIND);
	return row;
}

static bool push_known(struct machine *machine, const char *resource, struct text text)
{
	struct pressure line;

	while (pressure_next(&text, &line)) {
		struct pressure_row *row = make_row(machine, resource, line.full);

		row->avg10 = line.averages[0];
		row->avg60 = line.averages[1];
		row->avg300 = line.averages[2];
		row->total = line.total_us * 1000;
		for (unsigned int i = PRESSURE_AVG10; i <= PRESSURE_TOTAL; i++)
			facts_know(&row->facts, i);
		if (!machine_push(machine, row))
			return false;
	}
	return true;
}

static bool push_unknown(struct machine *machine, const char *resource, int rc)
{
	for (unsigned int full = 0; full < 2; full++) {
		struct pressure_row *row = make_row(machine, resource, full);

		for (unsigned int i = PRESSURE_AVG10; i <= PRESSURE_TOTAL && rc == -EACCES; i++)
			facts_deny(&row->facts, i);
		if (!machine_push(machine, row))
			return false;
	}
	return true;
}

static int fill(struct machine *machine)
{
	static const struct {
		const char *resource, *name;
		bool rare; /* not every kernel that counts has it */
	} files[] = {
		{ "cpu", "pressure/cpu", false },
		{ "memory", "pressure/memory", false },
		{ "io", "pressure/io", false },
		{ "irq", "pressure/irq", true },
	};
	bool wanted = true;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && wanted; i++) {
		char *buffer = arena_zero(&machine->arena, PRESSURE_MAX, 1);
		ssize_t len = procfile_read(machine->inquiry->source->proc, files[i].name, buffer,
					    PRESSURE_MAX);

		if (len >= 0)
			wanted = push_known(machine, files[i].resource,
					    (struct text){ buffer, (size_t)len });
		else if (!files[i].rare)
			wanted = push_unknown(machine, files[i].resource, (int)len);
	}
	return 0;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_pressure = {
	.name = "pressure",
	.asks = "what is waited for?",
	.table = &pressure_table,
	.ask = ask,
};
