/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How busy is the machine? One row.
 */
#include "model/load.h"
#include "ask/machine.h"
#include "kernel/boottime.h"
#include "kernel/loadavg.h"
#include "kernel/sysstat.h"

static void know(struct load_row *row, const enum load_column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		facts_know(&row->facts, columns[i]);
}

static int tell_average(struct machine *machine, struct load_row *row)
{
	static const enum load_column columns[] = { LOAD_ONE, LOAD_FIVE, LOAD_FIFTEEN, LOAD_RUNNING,
						    LOAD_THREADS };
	struct loadavg load;
	struct text text;
	int rc = machine_load(machine, "loadavg", LOADAVG_MAX, &text);

	if (rc || loadavg_parse(text, &load))
		return rc;
	row->one = (double)load.hundredths[0] / 100;
	row->five = (double)load.hundredths[1] / 100;
	row->fifteen = (double)load.hundredths[2] / 100;
	row->running = load.running;
	row->threads = load.threads;
	know(row, columns, sizeof(columns) / sizeof(columns[0]));
	return 0;
}

static int tell_stat(struct machine *machine, struct load_row *row)
{
	static const enum load_column columns[] = { LOAD_BLOCKED, LOAD_FORKS, LOAD_SWITCHES };
	struct sysstat stat;
	struct text text;
	int rc = machine_load(machine, "stat", SYSSTAT_MAX, &text);

	if (rc || sysstat_parse(text, &stat))
		return rc;
	row->blocked = stat.blocked;
	row->forks = stat.forks;
	row->switches = stat.switches;
	know(row, columns, sizeof(columns) / sizeof(columns[0]));
	return 0;
}

static int fill(struct machine *machine)
{
	struct load_row *row = arena_zero(&machine->arena, 1, sizeof(*row));
	struct boottime now = boottime_now();
	uint64_t needs = sink_needs(machine->inquiry->sink);
	int rc = needs & LOAD_NEED_AVERAGE ? tell_average(machine, row) : 0;

	if (!rc && (needs & LOAD_NEED_STAT))
		rc = tell_stat(machine, row);
	row->uptime = (uint64_t)now.now_ns;
	row->started = boottime_moment(&now, 0);
	facts_know(&row->facts, LOAD_UPTIME);
	facts_know(&row->facts, LOAD_STARTED);
	if (!rc)
		machine_push(machine, row);
	return rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_load = {
	.name = "load",
	.asks = "how busy is the machine?",
	.table = &load_table,
	.ask = ask,
};
