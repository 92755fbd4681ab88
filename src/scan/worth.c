/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/worth.h"

#include <stdio.h>
#include <sys/stat.h>

/** Descriptors, each of which takes five system calls of /proc; a program is loaded in the time of so many. */
static const off_t MANY = 2000;

/** Of so many processes the descriptors are counted. */
enum { COUNTED_MAX = 64 };

/** /proc/PID/fd has their number as its size since Linux 6.2 (fs/proc/fd.c); before it is 0. */
static off_t descriptors_of(const struct source *source, unsigned int pid)
{
	char name[32];
	struct stat stat;

	snprintf(name, sizeof(name), "%u/fd", pid);
	return fstatat(source->proc, name, &stat, 0) ? 0 : stat.st_size;
}

static bool has_many(const struct source *source, const struct look *look)
{
	off_t count = 0;

	for (size_t i = 0; i < look->pid_count && i < COUNTED_MAX; i++)
		count += descriptors_of(source, look->pids[i]);
	return count >= MANY;
}

bool worth_walking(const struct source *source, const struct look *look)
{
	if (!look->pids)
		return true;
	return look->filter == LOOK_ALL && !look_is_narrow(look) && has_many(source, look);
}
