/* SPDX-License-Identifier: GPL-2.0-or-later */
/** What Linux tells of the machine: meminfo, sysstat, loadavg, pressure, diskstats, netdev. */
#include <errno.h>
#include <sys/sysmacros.h>

#include "check.h"
#include "kernel/diskstats.h"
#include "kernel/loadavg.h"
#include "kernel/meminfo.h"
#include "kernel/netdev.h"
#include "kernel/pressure.h"
#include "kernel/sysstat.h"

static void memory_is_bytes_or_a_count(void **state)
{
	struct text text = text_of("MemTotal:       24684096 kB\nodd line\nHuge: 1 MB\n"
				   "TooMuch: 18014398509481984 kB\nHugePages_Total:       3\n");
	struct meminfo line;

	(void)state;
	assert_true(meminfo_next(&text, &line));
	check_string(line.name, "MemTotal");
	assert_true(line.is_size);
	assert_true(line.number == UINT64_C(24684096) * 1024);
	assert_true(meminfo_next(&text, &line));
	check_string(line.name, "HugePages_Total");
	assert_false(line.is_size);
	assert_int_equal(line.number, 3);
	assert_false(meminfo_next(&text, &line));
}

#define STAT                                                                           \
	"cpu  30 2 40 50 6 0 7 8 9 10\ncpu0 10 1 20 30 3\ncpu12 1 2 x 4\nintr 5 0 3\n" \
	"ctxt 77\nbtime 1\nprocesses 88\nprocs_running 3\n"

static void a_processor_has_the_times_that_its_kernel_knows(void **state)
{
	struct text text = text_of(STAT);
	struct sysstat_cpu cpu;

	(void)state;
	assert_true(sysstat_next(&text, &cpu));
	assert_true(cpu.all && cpu.known == SYSSTAT_TIMES);
	assert_int_equal(cpu.ticks[SYSSTAT_USER], 30);
	assert_int_equal(cpu.ticks[SYSSTAT_GUEST_NICE], 10);
	assert_true(sysstat_next(&text, &cpu));
	assert_true(!cpu.all && cpu.number == 0);
	assert_int_equal(cpu.known, 5);
	assert_int_equal(cpu.ticks[SYSSTAT_IOWAIT], 3);
	assert_false(sysstat_next(&text, &cpu));
}

static void all_counters_of_stat_must_be_there(void **state)
{
	struct sysstat stat = { .forks = 42 };

	(void)state;
	assert_int_equal(sysstat_parse(text_of(STAT), &stat), -EINVAL);
	assert_int_equal(stat.forks, 42);
	assert_int_equal(sysstat_parse(text_of(STAT "procs_blocked 1\nsoftirq 3 4\n"), &stat), 0);
	assert_int_equal(stat.switches, 77);
	assert_int_equal(stat.forks, 88);
	assert_int_equal(stat.running, 3);
	assert_int_equal(stat.blocked, 1);
}

static void load_is_three_averages_and_two_numbers(void **state)
{
	static const char *const refused[] = { "", "1.0 2.0 3.0", "1.0 2.0 3.0 4 5",
					       "1.0 2.0 x 4/5" };
	struct loadavg load = { .threads = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_int_equal(loadavg_parse(text_of(refused[i]), &load), -EINVAL);
	assert_int_equal(load.threads, 42);
	assert_int_equal(loadavg_parse(text_of("13.07 16.05 13.36 15/183 24075\n"), &load), 0);
	assert_int_equal(load.hundredths[0], 1307);
	assert_int_equal(load.hundredths[2], 1336);
	assert_int_equal(load.running, 15);
	assert_int_equal(load.threads, 183);
}

static void pressure_is_some_and_full(void **state)
{
	struct text text = text_of("some avg10=94.10 avg60=95.32 avg300=0.01 total=13056159419\n"
				   "most avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
				   "full avg10=0.00 avg300=0.00 avg60=0.00 total=0\n"
				   "full avg10=0.00 avg60=0.00 avg300=0.00 total=7");
	struct pressure line;

	(void)state;
	assert_true(pressure_next(&text, &line));
	assert_false(line.full);
	assert_int_equal(line.averages[0], 94100);
	assert_int_equal(line.averages[2], 10);
	assert_true(line.total_us == UINT64_C(13056159419));
	assert_true(pressure_next(&text, &line));
	assert_true(line.full && line.total_us == 7);
	assert_false(pressure_next(&text, &line));
}

static void a_disk_is_a_line_as_old_and_new_kernels_write_it(void **state)
{
	struct text text =
		text_of("   7       0 loop0 1 2 3 4 5 6 7 8 9 10 11\n   8 1 sda1 1 2 3 4\n"
			" 259       3 nvme0n1p1 21 22 23 24 25 26 27 28 29 30 31 0 0 0 0 1 1\n");
	struct diskstats disk;

	(void)state;
	assert_true(diskstats_next(&text, &disk));
	check_string(disk.name, "loop0");
	assert_true(disk.dev == makedev(7, 0));
	assert_int_equal(disk.reads, 1);
	assert_int_equal(disk.read_sectors, 3);
	assert_int_equal(disk.read_ms, 4);
	assert_int_equal(disk.writes, 5);
	assert_int_equal(disk.write_sectors, 7);
	assert_int_equal(disk.write_ms, 8);
	assert_int_equal(disk.in_flight, 9);
	assert_int_equal(disk.busy_ms, 10);
	assert_int_equal(disk.weighted_ms, 11);
	assert_true(diskstats_next(&text, &disk));
	check_string(disk.name, "nvme0n1p1");
	assert_false(diskstats_next(&text, &disk));
}

static void an_interface_is_known_with_and_without_a_blank(void **state)
{
	struct text text = text_of(
		"Inter-|   Receive                    |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
		"    lo:  1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
		"eth0:99 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
		"short: 1 2 3\n");
	struct netdev device;

	(void)state;
	assert_true(netdev_next(&text, &device));
	check_string(device.name, "lo");
	assert_int_equal(device.received.bytes, 1);
	assert_int_equal(device.received.drops, 4);
	assert_int_equal(device.sent.bytes, 5);
	assert_int_equal(device.sent.errors, 7);
	assert_int_equal(device.sent.drops, 8);
	assert_true(netdev_next(&text, &device));
	check_string(device.name, "eth0");
	assert_int_equal(device.received.bytes, 99);
	assert_false(netdev_next(&text, &device));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_bytes_or_a_count),
		cmocka_unit_test(a_processor_has_the_times_that_its_kernel_knows),
		cmocka_unit_test(all_counters_of_stat_must_be_there),
		cmocka_unit_test(load_is_three_averages_and_two_numbers),
		cmocka_unit_test(pressure_is_some_and_full),
		cmocka_unit_test(a_disk_is_a_line_as_old_and_new_kernels_write_it),
		cmocka_unit_test(an_interface_is_known_with_and_without_a_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
