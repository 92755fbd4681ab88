/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What did the processors do? One row for each that is on, one for all.
 */
#include <inttypes.h>

#include "ask/machine.h"
#include "kernel/boottime.h"
#include "kernel/sysstat.h"
#include "model/processor.h"

static void tell_times(const struct sysstat_cpu *cpu, struct processor_row *row)
{
	uint64_t *const at[SYSSTAT_TIMES] = {
		&row->user, &row->nice,    &row->system, &row->idle,  &row->iowait,
		&row->irq,  &row->softirq, &row->steal,  &row->guest, &row->guest_nice,
	};
	uint64_t tick_ns = (uint64_t)boottime_now().tick_ns;

	for (unsigned int i = 0; i < cpu->known; i++) {
		*at[i] = cpu->ticks[i] * tick_ns;
		facts_know(&row->facts, PROCESSOR_USER + i);
	}
}

static int fill(struct machine *machine)
{
	struct sysstat_cpu cpu;
	struct text text;
	int rc = machine_load(machine, "stat", SYSSTAT_MAX, &text);

	while (!rc && sysstat_next(&text, &cpu)) {
		struct processor_row *row = arena_zero(&machine->arena, 1, sizeof(*row));

		row->name = text_of("all");
		if (!cpu.all)
			row->name = arena_format(&machine->arena, "cpu%" PRIu64, cpu.number);
		row->cpu = cpu.number;
		facts_know(&row->facts, PROCESSOR_NAME);
		if (!cpu.all)
			facts_know(&row->facts, PROCESSOR_CPU);
		tell_times(&cpu, row);
		if (!machine_push(machine, row))
			break;
	}
	return rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_processors = {
	.name = "cpus",
	.asks = "what did the processors do?",
	.table = &processor_table,
	.ask = ask,
};
