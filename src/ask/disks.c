/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which disks are there, and what did they do? Partitions are rows of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "ask/machine.h"
#include "base/scope.h"
#include "kernel/diskstats.h"
#include "kernel/fdline.h"
#include "kernel/procfile.h"
#include "model/disk.h"

enum { ATTRIBUTE_MAX = 256 };

/** One attribute below /sys: its line. False when it has none. */
static bool read_attribute(struct machine *machine, int dir, const char *name, struct text *ret)
{
	char buffer[ATTRIBUTE_MAX];
	ssize_t len = procfile_read(dir, name, buffer, sizeof(buffer));
	struct text text = { buffer, len > 0 ? (size_t)len : 0 }, line;

	if (!text_next(&text, '\n', &line) || !fdline_trim(line).len)
		return false;
	*ret = arena_text(&machine->arena, fdline_trim(line));
	return true;
}

static void tell_number(struct machine *machine, int dir, const char *name, uint64_t unit,
			struct disk_row *row, enum disk_column column, uint64_t *at)
{
	struct text text;
	uint64_t number;

	if (!read_attribute(machine, dir, name, &text) || text_number(text, 10, &number))
		return;
	*at = number * unit;
	facts_know(&row->facts, column);
}

/** What only the whole disk tells; a partition's directory lies in its disk's. */
static void tell_whole(struct machine *machine, int dir, bool is_part, struct disk_row *row)
{
	scope_fd whole = openat(dir, is_part ? ".." : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (whole < 0)
		return;
	tell_number(machine, whole, "queue/rotational", 1, row, DISK_ROTATIONAL, &row->rotational);
	tell_number(machine, whole, "removable", 1, row, DISK_REMOVABLE, &row->removable);
	if (read_attribute(machine, whole, "device/model", &row->model))
		facts_know(&row->facts, DISK_MODEL);
}

/** "../../devices/…/block/vda/vda1": what stands before the last name. */
static void tell_disk(struct machine *machine, int sys, const char *name, struct disk_row *row)
{
	char buffer[PATH_MAX];
	struct text link;

	if (procfile_link(sys, name, buffer, sizeof(buffer), &link))
		return;
	row->disk = arena_text(&machine->arena, text_basename(text_dirname(link)));
	facts_know(&row->facts, DISK_DISK);
}

/** A '/' of a name is a '!' in /sys: lib/kobject.c. */
static char *sys_name(struct machine *machine, struct text name)
{
	char *copy = arena_zero(&machine->arena, name.len + 1, 1);

	memcpy(copy, name.bytes, name.len);
	for (char *at = copy; (at = strchr(at, '/'));)
		*at = '!';
	return copy;
}

static void tell_attributes(struct machine *machine, int sys, struct disk_row *row)
{
	const char *name = sys_name(machine, row->name);
	scope_fd dir = openat(sys, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return;
	bool is_part = faccessat(dir, "partition", F_OK, 0) == 0;
	tell_number(machine, dir, "size", DISKSTATS_SECTOR, row, DISK_SIZE, &row->size);
	tell_number(machine, dir, "ro", 1, row, DISK_READ_ONLY, &row->read_only);
	tell_whole(machine, dir, is_part, row);
	if (is_part)
		tell_disk(machine, sys, name, row);
}

static struct disk_row *make_row(struct machine *machine, const struct diskstats *stats)
{
	struct disk_row *row = arena_zero(&machine->arena, 1, sizeof(*row));

	row->name = stats->name;
	row->device = stats->dev;
	row->reads = stats->reads;
	row->read = stats->read_sectors * DISKSTATS_SECTOR;
	row->read_time = stats->read_ms * 1000000;
	row->writes = stats->writes;
	row->written = stats->write_sectors * DISKSTATS_SECTOR;
	row->write_time = stats->write_ms * 1000000;
	row->busy = stats->busy_ms * 1000000;
	row->in_flight = stats->in_flight;
	facts_know(&row->facts, DISK_NAME);
	facts_know(&row->facts, DISK_DEVICE);
	for (unsigned int i = DISK_READS; i <= DISK_IN_FLIGHT; i++)
		facts_know(&row->facts, i);
	return row;
}

static int fill(struct machine *machine)
{
	bool attributes = sink_needs(machine->inquiry->sink) & DISK_NEED_ATTRIBUTES;
	scope_fd sys = attributes ? open("/sys/class/block", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	struct diskstats stats;
	struct text text;
	int rc = machine_load(machine, "diskstats", DISKSTATS_MAX, &text);

	while (!rc && diskstats_next(&text, &stats)) {
		struct disk_row *row = make_row(machine, &stats);

		if (sys >= 0)
			tell_attributes(machine, sys, row);
		if (!machine_push(machine, row))
			break;
	}
	return rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_disks = {
	.name = "disks",
	.asks = "which disks are there, and what did they do?",
	.table = &disk_table,
	.ask = ask,
};
