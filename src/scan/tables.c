/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "kernel/task.h"

/** st_nlink of /proc/PID/task is 2 + threads: proc_task_getattr of fs/proc/base.c. */
static nlink_t count_threads(int dir)
{
	struct stat stat;

	if (fstatat(dir, "task", &stat, 0) || stat.st_nlink < 3)
		return 1;
	return stat.st_nlink - 2;
}

/** An executable means that there is an mm: kernel threads and zombies have none. */
static bool has_exe(int dir, unsigned int tid)
{
	char name[48], byte[1];

	snprintf(name, sizeof(name), tid ? "task/%u/exe" : "exe", tid);
	return readlinkat(dir, name, byte, sizeof(byte)) >= 0 || errno != ENOENT;
}

/**
 * Where `tid` belongs among the tables seen, which are sorted by kcmp's order. 0 and the place, or
 * -EEXIST when its table is there already.
 */
static int place_of(const struct tables *tables, unsigned int pid, unsigned int tid, size_t *ret)
{
	size_t low = 0, high = tables->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		unsigned int other = tables->tids[middle] ? tables->tids[middle] : pid;
		int order = task_compare_files(tid, other);

		if (order == 0)
			return -EEXIST;
		if (order < 0)
			return order;
		if (order == 1)
			high = middle;
		else
			low = middle + 1;
	}
	*ret = low;
	return 0;
}

static void insert(struct tables *tables, size_t at, unsigned int tid)
{
	memmove(tables->tids + at + 1, tables->tids + at,
		(tables->count - at) * sizeof(*tables->tids));
	tables->tids[at] = tid;
	tables->count++;
}

/**
 * Without kcmp (CONFIG_KCMP off, or PIDs of another namespace) every thread is taken for one with its
 * own table; whoever groups by file then folds what repeats.
 */
static void add_table(struct tables *tables, unsigned int pid, unsigned int tid, bool can_compare)
{
	size_t at = tables->count;
	int rc = can_compare ? place_of(tables, pid, tid, &at) : 0;

	if (rc == 0)
		insert(tables, at, tid);
	else if (rc != -EEXIST) /* also when the other of the two has just ended */
		insert(tables, tables->count, tid);
}

/** A thread that still has a memory, where the main one, which has ended, has none. */
static unsigned int find_alive(int dir, unsigned int pid, const unsigned int *tids, size_t count)
{
	if (has_exe(dir, 0))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (tids[i] != pid && has_exe(dir, tids[i]))
			return tids[i];
	}
	return 0;
}

static int list_threads(int dir, struct arena *arena, unsigned int **ret, size_t *count)
{
	scope_fd task = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret = NULL;
	*count = 0;
	return task < 0 ? -errno : procfile_numbers(task, arena, ret, count);
}

unsigned int tables_alive(int dir, unsigned int pid, struct arena *arena)
{
	unsigned int *tids;
	size_t count;

	if (has_exe(dir, 0) || count_threads(dir) <= 1 || list_threads(dir, arena, &tids, &count))
		return 0;
	return find_alive(dir, pid, tids, count);
}

int tables_read(const struct source *source, int dir, unsigned int pid, struct arena *arena,
		struct tables *ret)
{
	unsigned int *tids;
	size_t count;

	*ret = (struct tables){ .tids = arena_zero(arena, 1, sizeof(*ret->tids)), .count = 1 };
	if (count_threads(dir) <= 1)
		return 0;
	int rc = list_threads(dir, arena, &tids, &count);
	if (rc)
		return rc;
	ret->tids = arena_zero(arena, count + 1, sizeof(*ret->tids));
	ret->alive = find_alive(dir, pid, tids, count);
	bool can_compare = !source->foreign && task_compare_files(pid, pid) == 0;
	ret->count = !ret->alive;
	for (size_t i = 0; i < count; i++) {
		if (tids[i] != pid)
			add_table(ret, pid, tids[i], can_compare);
	}
	return 0;
}
