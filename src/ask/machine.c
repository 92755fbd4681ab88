/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/machine.h"

#include <errno.h>

#include "kernel/procfile.h"

int machine_ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err,
		int (*fill)(struct machine *machine))
{
	struct machine machine = { .inquiry = inquiry, .outcome = outcome, .err = err };

	if (inquiry->target_count)
		return error_set(err, -EINVAL,
				 "this is about the machine: it takes no target, such as '%.*s'",
				 (int)inquiry->targets[0].text.len, inquiry->targets[0].text.bytes);
	arena_init(&machine.arena);
	int rc = fill(&machine);
	sink_finish(inquiry->sink);
	arena_end(&machine.arena);
	return rc;
}

int machine_load(struct machine *machine, const char *name, size_t limit, struct text *ret)
{
	int rc = procfile_load(machine->inquiry->source->proc, name, limit, &machine->arena, ret);

	return rc ? error_set(machine->err, rc, "cannot read /proc/%s: %s", name, strerror(-rc)) :
		    0;
}

bool machine_push(struct machine *machine, const void *row)
{
	machine->outcome->rows++;
	return sink_push(machine->inquiry->sink, row);
}
