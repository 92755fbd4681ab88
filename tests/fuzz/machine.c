/* SPDX-License-Identifier: GPL-2.0-or-later */
/** meminfo, stat, loadavg, pressure, diskstats, net/dev: at most one thing a line, whose name lies in it. */
#include "fuzz.h"
#include "kernel/diskstats.h"
#include "kernel/loadavg.h"
#include "kernel/meminfo.h"
#include "kernel/netdev.h"
#include "kernel/pressure.h"
#include "kernel/sysstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = fuzz_text(data, size), text;
	size_t lines = 1, found = 0;
	struct diskstats disk;
	struct meminfo memory;
	struct netdev device;
	struct pressure pressure;
	struct sysstat_cpu cpu;
	struct sysstat stat;
	struct loadavg load;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	for (text = whole; diskstats_next(&text, &disk); found++)
		must_lie_in(disk.name, whole);
	for (text = whole; meminfo_next(&text, &memory); found++)
		must_lie_in(memory.name, whole);
	for (text = whole; netdev_next(&text, &device); found++)
		must_lie_in(device.name, whole);
	for (text = whole; pressure_next(&text, &pressure); found++)
		must_lie_in(text, whole);
	for (text = whole; sysstat_next(&text, &cpu); found++)
		must(cpu.known <= SYSSTAT_TIMES);
	must(found <= 5 * lines);
	sysstat_parse(whole, &stat);
	loadavg_parse(whole, &load);
	return 0;
}
