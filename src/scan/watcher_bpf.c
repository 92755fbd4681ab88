/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The watcher that the kernel tells: bpf/watch.bpf.c is put at the tracepoints, and the ring it writes
 * to is read now and then.
 */
#include "scan/iterator.h"
#include "scan/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Made of bpf/watch.bpf.c by bpftool, in its own style; errno.h it expects. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/watch.lskel.h"
#pragma GCC diagnostic pop

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/bpfring.h"
#include "scan/deeds.h"
#include "scan/names.h"

enum {
	INTERVAL_MS = 25,
	LOG_SIZE = 256 << 10,
	ROWS = 16, /**< after so many it is looked at the clock */
	DRAIN_NS = 100000000,
};

struct bpf_watcher {
	struct watch *skeleton;
	struct bpfring ring;
	int trees[DEED_TREES];
	int beside[DEED_TREES]; /**< the directory of what is none; else -1 */
	uint64_t bell;
	size_t tree_count;
	int only_dir;        /**< in /proc of who has the only descriptor; or -1 */
	int64_t members;     /**< put into the map by us */
	unsigned long until; /**< where in the ring it was stopped; 0: it was not */
	struct deeds deeds;
};

/** One more, and if it is a file, the directory where another may take its name. 0 or -errno. */
static int open_tree(struct bpf_watcher *bpf, struct text tree)
{
	size_t at = bpf->tree_count;
	char path[PATH_MAX];
	struct statx is;

	snprintf(path, sizeof(path), "%.*s", (int)tree.len, tree.bytes);
	bpf->trees[at] = open(path, O_PATH | O_CLOEXEC);
	if (bpf->trees[at] < 0)
		return -errno;
	bpf->beside[at] = -1;
	bpf->tree_count++;
	if (statx(bpf->trees[at], "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &is))
		return -errno;
	if (S_ISDIR(is.stx_mode))
		return 0;
	struct text directory = text_dirname(tree);
	path[directory.len] = 0;
	bpf->beside[at] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return bpf->beside[at] < 0 ? -errno : 0;
}

/** Directories are known to the kernel by what we have open; `below` comes first. */
static int open_trees(struct bpf_watcher *bpf, const struct watcher_wish *wish,
		      struct error *reason)
{
	bool below = wish->below.len;
	size_t count = wish->tree_count + below;

	if (count > DEED_TREES)
		return error_set(reason, -E2BIG, "more than %d directories at a time",
				 DEED_TREES - 1);
	for (size_t i = 0; i < count; i++) {
		struct text tree = i < below ? wish->below : wish->trees[i - below];
		int rc = open_tree(bpf, tree);

		if (rc)
			return error_set(reason, rc, "cannot look at %.*s: %s", (int)tree.len,
					 tree.bytes, strerror(-rc));
	}
	return 0;
}

/** Who has it is known to the kernel in the same way; if it is gone, that is seen later. */
static void open_only(struct bpf_watcher *bpf, const struct watcher_wish *wish)
{
	const struct handle *only = wish->only;
	char path[64];

	bpf->only_dir = -1;
	if (!only)
		return;
	snprintf(path, sizeof(path), "%u/task/%u", only->pid, only->tid ? only->tid : only->pid);
	bpf->only_dir = openat(wish->source->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/** What lies below it may be everybody's; `below` alone only narrows. */
static unsigned int wants_of(const struct watcher_wish *wish)
{
	return (wish->children ? DEED_WANT_CHILDREN : 0) | (wish->failed ? DEED_WANT_FAILED : 0) |
	       (wish->writes ? DEED_WANT_WRITES : 0) | (wish->below.len ? DEED_WANT_BELOW : 0);
}

static void set_up(struct bpf_watcher *bpf, const struct watcher_wish *wish, bool can_cast,
		   const char *log)
{
	struct watch__rodata *settings = bpf->skeleton->rodata;

	settings->can_cast = can_cast;
	settings->wants = wants_of(wish);
	settings->only_fd = wish->only ? (int)wish->only->fd : -1;
	settings->only_dir = bpf->only_dir;
	settings->only_tid = wish->only ? wish->only->tid : 0;
	settings->tree_count = (unsigned int)bpf->tree_count;
	/* Without targets of its own `below` is no target either. */
	settings->by_tree = wish->tree_count > 0;
	memcpy(settings->tree_fds, bpf->trees, sizeof(settings->tree_fds));
	memcpy(settings->beside_fds, bpf->beside, sizeof(settings->beside_fds));
	settings->bell = bpf->bell;
	bpf->skeleton->ctx.log_level = log != NULL;
	bpf->skeleton->ctx.log_size = log ? LOG_SIZE : 0;
	bpf->skeleton->ctx.log_buf = (uintptr_t)log;
}

static int load_as(struct bpf_watcher *bpf, const struct watcher_wish *wish, bool can_cast,
		   const char *log)
{
	bpf->skeleton = watch__open();
	if (!bpf->skeleton)
		return -ENOMEM;
	set_up(bpf, wish, can_cast, log);
	int rc = watch__load(bpf->skeleton);
	if (rc < 0) {
		watch__destroy(bpf->skeleton);
		bpf->skeleton = NULL;
	}
	return rc < 0 ? rc : 0;
}

/** Kernels before 6.2 know no bpf_rdonly_cast: they are asked to do without. */
static int load(struct bpf_watcher *bpf, const struct watcher_wish *wish)
{
	int rc = load_as(bpf, wish, true, NULL);

	return rc && rc != -EPERM ? load_as(bpf, wish, false, NULL) : rc;
}

/** Why it was not loaded: once more, and this time the verifier is to say what it thinks. */
static int explain(struct bpf_watcher *bpf, const struct watcher_wish *wish, int rc,
		   struct error *reason)
{
	if (rc == -EPERM)
		return error_set(reason, rc, "it takes CAP_BPF and CAP_PERFMON");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	load_as(bpf, wish, false, log);
	return iterator_complain(rc, log, reason);
}

/** Those of io_urings may be missing: a kernel without, or an older name. */
static int attach(struct watch *skeleton)
{
	int (*const needed[])(struct watch *) = {
		watch__call_ends__attach,     watch__call_begins__attach,
		watch__process_forks__attach, watch__process_runs__attach,
		watch__process_ends__attach,
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i](skeleton) <= 0)
			return -errno;
	}
	watch__request_begins__attach(skeleton);
	watch__request_ends__attach(skeleton);
	return 0;
}

/** What the programs remember of who is told of is out of date. */
static void forget_known(const struct bpf_watcher *bpf)
{
	__atomic_fetch_add(&bpf->skeleton->bss->epoch, 1, __ATOMIC_SEQ_CST);
}

/** True: it was not there before. */
static bool add_process(struct bpf_watcher *bpf, unsigned int pid, unsigned int state)
{
	int map = bpf->skeleton->maps.processes.map_fd;

	if (skel_map_update_elem(map, &pid, &state, BPF_NOEXIST))
		return false;
	bpf->members++;
	forget_known(bpf);
	return true;
}

/** One that had ended before the kernel was asked to tell of it. */
static void drop_ended(struct bpf_watcher *bpf, const struct source *source, unsigned int pid)
{
	if (watcher_life(source, pid).runs ||
	    skel_map_delete_elem(bpf->skeleton->maps.processes.map_fd, &pid))
		return;
	bpf->members--;
	forget_known(bpf);
}

static bool add_descendant(void *context, unsigned int pid)
{
	struct bpf_watcher *bpf = context;

	if (add_process(bpf, pid, DEED_ACTIVE))
		drop_ended(bpf, bpf->deeds.wish->source, pid);
	return true;
}

static int add_processes(struct bpf_watcher *bpf, const struct watcher_wish *wish)
{
	for (size_t i = 0; i < wish->pid_count; i++)
		add_process(bpf, wish->pids[i], DEED_ACTIVE);
	if (wish->command)
		add_process(bpf, wish->command, DEED_PENDING);
	int rc = wish->children && !wish->only && wish->pid_count ?
			 watcher_descendants(wish->source, wish->pids, wish->pid_count,
					     add_descendant, bpf) :
			 0;
	for (size_t i = 0; i < wish->pid_count; i++)
		drop_ended(bpf, wish->source, wish->pids[i]);
	return rc;
}

/** What is there now: whoever writes may be faster than we are. */
static unsigned long limit_of(const struct bpf_watcher *bpf)
{
	return bpf->until ? bpf->until : bpfring_written(&bpf->ring);
}

/** It has taken long enough for one time: who is told may be slow. Looked at now and then. */
static bool is_late(unsigned int count, int64_t begun_ns)
{
	return count % ROWS == 0 && clock_ns(CLOCK_MONOTONIC) - begun_ns > DRAIN_NS;
}

static void count_lost(struct watcher *watcher)
{
	const struct bpf_watcher *bpf = watcher->state;

	watcher->lost = __atomic_load_n(&bpf->skeleton->bss->lost, __ATOMIC_RELAXED);
}

static int drain(struct watcher *watcher, bool (*take)(void *context, const struct sighting *),
		 void *context)
{
	struct bpf_watcher *bpf = watcher->state;
	unsigned long limit = limit_of(bpf);
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
	struct sighting sighting;
	struct text bytes;
	unsigned int count = 0;
	bool wanted = true, late = false;

	deeds_date(&bpf->deeds);
	while (wanted && !late && bpf->ring.at < limit && bpfring_next(&bpf->ring, &bytes)) {
		if (deeds_read(&bpf->deeds, bytes, &sighting))
			wanted = take(context, &sighting);
		bpfring_done(&bpf->ring);
		late = is_late(++count, begun_ns);
	}
	bpfring_free(&bpf->ring);
	/* The last one before it was stopped may still be in the making. */
	watcher->more = late || bpf->ring.at < bpf->until;
	count_lost(watcher);
	return 0;
}

static void stop(struct watcher *watcher)
{
	struct bpf_watcher *bpf = watcher->state;

	bpf->until = bpfring_written(&bpf->ring);
	count_lost(watcher);
}

static bool is_over(const struct watcher *watcher)
{
	const struct bpf_watcher *bpf = watcher->state;

	if (watcher->wish->tree_count || (watcher->wish->below.len && !bpf->members))
		return false;
	return bpf->members +
		       (int64_t)__atomic_load_n(&bpf->skeleton->bss->alive, __ATOMIC_RELAXED) <=
	       0;
}

static void end(struct watcher *watcher)
{
	struct bpf_watcher *bpf = watcher->state;

	bpfring_end(&bpf->ring);
	if (bpf->skeleton)
		watch__destroy(bpf->skeleton);
	for (size_t i = 0; i < bpf->tree_count; i++) {
		close(bpf->trees[i]);
		if (bpf->beside[i] >= 0)
			close(bpf->beside[i]);
	}
	if (bpf->only_dir >= 0)
		close(bpf->only_dir);
	deeds_end(&bpf->deeds);
	free(bpf);
}

static int begin(struct bpf_watcher *bpf, const struct watcher_wish *wish, struct error *reason)
{
	open_only(bpf, wish);
	int rc = open_trees(bpf, wish, reason);

	if (rc)
		return rc;
	if (getrandom(&bpf->bell, sizeof(bpf->bell), 0) != sizeof(bpf->bell))
		return error_set(reason, -errno, "getrandom: %s", strerror(errno));
	rc = load(bpf, wish);
	if (rc)
		return explain(bpf, wish, rc, reason);
	rc = bpfring_begin(bpf->skeleton->maps.events.map_fd, DEED_RING, &bpf->ring);
	if (!rc)
		rc = attach(bpf->skeleton);
	if (!rc) {
		syscall(SYS_getppid, bpf->bell);
		rc = bpf->skeleton->bss->watcher ? add_processes(bpf, wish) : -EXDEV;
	}
	return rc ? error_set(reason, rc, "the kernel's tracepoints cannot be had: %s",
			      strerror(-rc)) :
		    0;
}

int watcher_bpf(const struct watcher_wish *wish, struct watcher *ret, struct error *reason)
{
	struct bpf_watcher *bpf = memory_resize(NULL, 1, sizeof(*bpf));

	memset(bpf, 0, sizeof(*bpf));
	deeds_begin(&bpf->deeds, wish);
	*ret = (struct watcher){ .name = "bpf",
				 .wish = wish,
				 .state = bpf,
				 .interval_ms = INTERVAL_MS,
				 .wakes = -1,
				 .drain = drain,
				 .is_over = is_over,
				 .stop = stop,
				 .end = end };
	int rc = begin(bpf, wish, reason);
	if (rc)
		end(ret);
	return rc;
}
