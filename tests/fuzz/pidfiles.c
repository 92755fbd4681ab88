/* SPDX-License-Identifier: GPL-2.0-or-later */
/** The small files of /proc/PID: what is refused leaves no trace, what is read is within bounds. */
#include "kernel/cgroup.h"
#include "kernel/limits.h"
#include "kernel/pidio.h"
#include "kernel/rollup.h"
#include "kernel/schedstat.h"
#include "kernel/statm.h"

#include "fuzz.h"

static void read_limits(struct text text)
{
	struct limits limits = { .soft = { 4711 } };

	if (limits_parse(text, &limits))
		must(limits.soft[0] == 4711 && !limits.hard[0]);
}

static void read_io(struct text text)
{
	struct pidio io = { .rchar = 4711 };

	if (pidio_parse(text, &io))
		must(io.rchar == 4711 && !io.cancelled);
}

static void read_rollup(struct text text)
{
	struct rollup rollup = { .rss = 4711 };

	if (rollup_parse(text, &rollup))
		must(rollup.rss == 4711 && !rollup.pss);
	else
		must(rollup.pss % 1024 == 0 && rollup.swap % 1024 == 0);
}

static void read_numbers(struct text text)
{
	struct statm statm = { .size = 4711 };
	struct schedstat schedstat = { .slices = 4711 };

	if (statm_parse(text, &statm))
		must(statm.size == 4711);
	if (schedstat_parse(text, &schedstat))
		must(schedstat.slices == 4711);
}

static void read_cgroup(struct text text)
{
	struct text path = { 0 };

	if (cgroup_path_parse(text, &path)) {
		must(!path.bytes);
		return;
	}
	must(path.len && *path.bytes == '/' && path.bytes >= text.bytes &&
	     path.bytes + path.len <= text.bytes + text.len);
	struct text unit = cgroup_unit(path);
	must(!unit.len || (unit.bytes >= path.bytes && unit.len < path.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);

	read_limits(text);
	read_io(text);
	read_rollup(text);
	read_numbers(text);
	read_cgroup(text);
	return 0;
}
