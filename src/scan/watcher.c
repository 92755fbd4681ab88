/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/scope.h"
#include "kernel/pidstat.h"
#include "kernel/pidstatus.h"
#include "kernel/procfile.h"
#include "scan/names.h"

/** Only fanotify and /proc are left, of which neither is told of what fails. */
static int begin_without(const struct watcher_wish *wish, const char *name, struct watcher *ret,
			 const struct error *reason, struct error *err)
{
	if (wish->failed)
		return error_set(err, -EOPNOTSUPP, "what fails can only be seen by bpf%s%s",
				 *reason->message ? ": " : "", reason->message);
	if (name ? strcmp(name, "fanotify") == 0 : !wish->only) {
		int rc = watcher_fanotify(wish, ret, err);

		if (!rc || name)
			return rc;
		*err->message = 0;
	}
	return watcher_procfs(wish, ret, err);
}

int watcher_begin(const struct watcher_wish *wish, const char *name, struct watcher *ret,
		  struct error *reason, struct error *err)
{
	*reason->message = 0;
	if (name && strcmp(name, "fanotify") == 0 && wish->only)
		return error_set(err, -EOPNOTSUPP, "fanotify does not tell descriptors apart");
	if (!name || strcmp(name, "bpf") == 0) {
		int rc = watcher_bpf(wish, ret, reason);

		if (!rc)
			return 0;
		if (name)
			return error_set(err, rc, "--source bpf is not possible: %s",
					 reason->message);
	}
	return begin_without(wish, name, ret, reason, err);
}

/** /proc/PID/stat; hidden from us, or gone: 0 or -errno. */
static int read_stat(const struct source *source, unsigned int pid, struct pidstat *ret)
{
	char name[32], bytes[PIDSTAT_MAX];

	snprintf(name, sizeof(name), "%u/stat", pid);
	ssize_t len = procfile_read_record(source->proc, name, bytes, sizeof(bytes));
	if (len < 0)
		return (int)len;
	return pidstat_parse((struct text){ bytes, (size_t)len }, ret);
}

/** The parent of `pid`; 0: it is gone, or has none here. */
static unsigned int parent_of(const struct source *source, unsigned int pid)
{
	struct pidstat stat;

	return read_stat(source, pid, &stat) ? 0 : stat.ppid;
}

/** Which process a thread is of; it has a directory in /proc as well, though that is not listed. */
static unsigned int process_of(const struct source *source, unsigned int tid)
{
	char name[32], bytes[PIDSTATUS_MAX];
	struct pidstatus status;

	snprintf(name, sizeof(name), "%u/status", tid);
	ssize_t len = procfile_read_record(source->proc, name, bytes, sizeof(bytes));
	if (len <= 0)
		return 0;
	pidstatus_parse((struct text){ bytes, (size_t)len }, &status);
	return (unsigned int)status.number[PIDSTATUS_TGID];
}

struct watcher_life watcher_life(const struct source *source, unsigned int pid)
{
	struct watcher_life ret = { .exists = names_exists(source, pid) };
	struct pidstat stat;
	int rc = ret.exists ? read_stat(source, pid, &stat) : -ENOENT;

	/* A leader that has ended is a zombie while others of its threads run. */
	ret.runs = rc ? ret.exists && rc != -ENOENT && rc != -ESRCH :
			(stat.state != 'Z' && stat.state != 'X') || stat.threads > 1;
	if (!rc) {
		ret.parent = stat.ppid;
		ret.process = process_of(source, pid);
	}
	return ret;
}

struct family {
	unsigned int *pids;
	size_t count;
};

static bool is_of(const struct family *family, unsigned int pid)
{
	for (size_t i = 0; i < family->count; i++) {
		if (family->pids[i] == pid)
			return true;
	}
	return false;
}

static void join(struct family *family, unsigned int pid)
{
	memory_grow(&family->pids, family->count, sizeof(*family->pids));
	family->pids[family->count++] = pid;
}

/** Those whose parent is of the family join it. True: some did. */
static bool look_once(const struct source *source, const unsigned int *all, size_t count,
		      struct family *family, bool (*add)(void *context, unsigned int pid),
		      void *context)
{
	bool grown = false;

	for (size_t i = 0; i < count; i++) {
		if (is_of(family, all[i]) || !is_of(family, parent_of(source, all[i])))
			continue;
		join(family, all[i]);
		grown = true;
		if (!add(context, all[i]))
			return false;
	}
	return grown;
}

int watcher_descendants(const struct source *source, const unsigned int *pids, size_t count,
			bool (*add)(void *context, unsigned int pid), void *context)
{
	struct family family = { 0 };
	struct arena arena;
	bool grown = true;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		join(&family, pids[i]);
	arena_init(&arena);
	while (grown && !rc) {
		unsigned int *all = NULL;
		size_t all_count = 0;

		arena_reset(&arena);
		scope_fd dir = openat(source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = dir < 0 ? -errno : procfile_numbers(dir, &arena, &all, &all_count);
		if (!rc)
			grown = look_once(source, all, all_count, &family, add, context);
	}
	arena_end(&arena);
	free(family.pids);
	return rc;
}
