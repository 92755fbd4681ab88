/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The watcher for root where the kernel takes no programs: fanotify(7) tells which files are opened, run
 * and closed on whole filesystems, and by which process; never what failed, nor by which descriptor. It
 * makes one event of several that are alike and wait to be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <unistd.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/mountinfo.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "scan/names.h"
#include "scan/watcher.h"

enum {
	INTERVAL_MS = 25,
	EVENTS_SIZE = 64 << 10,
	READS = 4, /**< at a time */
	LINK_MAX = 4096,
	GENERATIONS = 64, /**< so far up it is looked for a parent that is watched */
	MOUNTS_MAX = 16 << 20,
};

/** Whether a process is one of those asked for, or a descendant of one. */
struct kin {
	UT_hash_handle hh;
	unsigned int pid;
	bool is_meant;
	size_t comm_len; /**< as it was called when it was last seen alive */
	char comm[32];
};

struct listener {
	int fd;
	struct kin *kin;
	struct arena arena; /**< of them */
	char link[LINK_MAX], path[32];
	char events[EVENTS_SIZE] __attribute__((aligned(8)));
};

/** To walk to these may take for ever, or opening what we read ourselves would tell of us without end. */
static bool is_left_out(struct text type)
{
	static const char *const types[] = {
		"proc", "autofs", "9p", "cifs", "smb3", "ceph", "afs"
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (text_is(type, types[i]))
			return true;
	}
	return text_starts(type, "fuse") || text_starts(type, "nfs");
}

static uint64_t mask_of(const struct watcher_wish *wish)
{
	return wish->writes ? FAN_CLOSE_WRITE :
			      FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_WRITE | FAN_CLOSE_NOWRITE;
}

/** True when what is mounted there may be, or have in it, what is asked for. */
static bool is_of_interest(const struct watcher_wish *wish, struct text point)
{
	if (wish->below.len)
		return watcher_is_below(point, wish->below) || watcher_is_below(wish->below, point);
	for (size_t i = 0; i < wish->tree_count; i++) {
		if (watcher_is_below(point, wish->trees[i]) ||
		    watcher_is_below(wish->trees[i], point))
			return true;
	}
	return wish->pid_count || wish->command;
}

/** Every filesystem that is mounted here. 0, or why not one of them can be watched. */
static int mark_all(const struct listener *listener, const struct watcher_wish *wish)
{
	struct text all, line;
	struct arena arena;
	int worst = -ENODEV;
	bool marked = false;

	arena_init(&arena);
	int rc = procfile_load(wish->source->proc, "self/mountinfo", MOUNTS_MAX, &arena, &all);
	while (!rc && text_next(&all, '\n', &line)) {
		struct mountinfo mount;

		if (mountinfo_parse(line, &arena, &mount) || is_left_out(mount.type) ||
		    !is_of_interest(wish, mount.point))
			continue;
		struct text point = arena_text(&arena, mount.point);
		if (fanotify_mark(listener->fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask_of(wish),
				  AT_FDCWD, point.bytes) == 0)
			marked = true;
		else
			worst = -errno;
	}
	arena_end(&arena);
	return rc ? rc : marked ? 0 : worst;
}

static unsigned int parent_of(const struct watcher_wish *wish, unsigned int pid)
{
	char name[32], bytes[PIDSTAT_MAX];
	struct pidstat stat;

	snprintf(name, sizeof(name), "%u/stat", pid);
	ssize_t len = procfile_read_record(wish->source->proc, name, bytes, sizeof(bytes));
	if (len <= 0 || pidstat_parse((struct text){ bytes, (size_t)len }, &stat))
		return 0;
	return stat.ppid;
}

static bool is_asked_for(const struct watcher_wish *wish, unsigned int pid)
{
	for (size_t i = 0; i < wish->pid_count; i++) {
		if (wish->pids[i] == pid)
			return true;
	}
	return pid && pid == wish->command;
}

static bool descends(const struct watcher_wish *wish, unsigned int pid)
{
	if (!wish->children)
		return is_asked_for(wish, pid);
	for (int i = 0; pid > 1 && i < GENERATIONS; i++) {
		if (is_asked_for(wish, pid))
			return true;
		pid = parent_of(wish, pid);
	}
	return false;
}

/** Once a child of theirs, always one: its parent may end before it does. */
static struct kin *kin_of(struct listener *listener, const struct watcher_wish *wish,
			  unsigned int pid)
{
	struct kin *kin;

	HASH_FIND(hh, listener->kin, &pid, sizeof(pid), kin);
	if (!kin) {
		kin = arena_zero(&listener->arena, 1, sizeof(*kin));
		kin->pid = pid;
		kin->is_meant = descends(wish, pid);
		HASH_ADD(hh, listener->kin, pid, sizeof(pid), kin);
	}
	return kin;
}

static bool is_meant(const struct watcher_wish *wish, const struct kin *kin, struct text path)
{
	if (wish->below.len && !watcher_is_below(path, wish->below))
		return false;
	for (size_t i = 0; i < wish->tree_count; i++) {
		if (watcher_is_below(path, wish->trees[i]))
			return true;
	}
	return kin->is_meant;
}

static struct text comm_of(struct kin *kin, const struct watcher_wish *wish)
{
	char name[32], comm[32];

	snprintf(name, sizeof(name), "%u/comm", kin->pid);
	ssize_t len = procfile_read_record(wish->source->proc, name, comm, sizeof(comm));
	if (len > 0) {
		kin->comm_len = (size_t)len - (comm[len - 1] == '\n');
		memcpy(kin->comm, comm, kin->comm_len);
	}
	return kin->comm_len ? (struct text){ kin->comm, kin->comm_len } : text_of("?");
}

/** In the order in which they happen to a file where one event stands for several. */
static bool tell(struct watcher *watcher, const struct fanotify_event_metadata *event,
		 bool (*take)(void *context, const struct sighting *sighting), void *context)
{
	static const struct {
		uint64_t mask;
		enum deed_op op;
	} deeds[] = { { FAN_OPEN_EXEC, DEED_EXEC },
		      { FAN_OPEN, DEED_OPEN },
		      { FAN_CLOSE_WRITE | FAN_CLOSE_NOWRITE, DEED_CLOSE } };
	struct listener *listener = watcher->state;
	unsigned int pid = (unsigned int)event->pid;
	struct sighting sighting = { .at_ns = clock_ns(CLOCK_REALTIME), .pid = pid, .fd = -1 };

	snprintf(listener->path, sizeof(listener->path), "self/fd/%d", event->fd);
	if (pid == (unsigned int)getpid() ||
	    procfile_link(watcher->wish->source->proc, listener->path, listener->link,
			  sizeof(listener->link), &sighting.path))
		return true;
	if (text_ends(sighting.path, " (deleted)"))
		sighting.path.len -= sizeof(" (deleted)") - 1;
	struct kin *kin = kin_of(listener, watcher->wish, pid);
	if (!is_meant(watcher->wish, kin, sighting.path))
		return true;
	sighting.comm = comm_of(kin, watcher->wish);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		sighting.op = deeds[i].op;
		/* To run a program is to open it, too: that is told once. */
		if (!(event->mask & deeds[i].mask) ||
		    (sighting.op == DEED_OPEN && (event->mask & FAN_OPEN_EXEC)))
			continue;
		if (!take(context, &sighting))
			return false;
	}
	return true;
}

static int drain(struct watcher *watcher,
		 bool (*take)(void *context, const struct sighting *sighting), void *context)
{
	struct listener *listener = watcher->state;
	bool wanted = true;

	watcher->more = false;
	for (int i = 0; wanted; i++) {
		watcher->more = i == READS;
		if (watcher->more)
			return 0;
		ssize_t len = read(listener->fd, listener->events, sizeof(listener->events));
		if (len <= 0)
			return len < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
		const struct fanotify_event_metadata *event = (const void *)listener->events;
		for (; FAN_EVENT_OK(event, len); event = FAN_EVENT_NEXT(event, len)) {
			watcher->lost_more |= (event->mask & FAN_Q_OVERFLOW) != 0;
			if (event->fd < 0)
				continue;
			wanted = wanted && tell(watcher, event, take, context);
			close(event->fd);
		}
	}
	return 0;
}

static bool is_over(const struct watcher *watcher)
{
	const struct watcher_wish *wish = watcher->wish;

	for (size_t i = 0; i < wish->pid_count; i++) {
		if (names_exists(wish->source, wish->pids[i]))
			return false;
	}
	return !wish->tree_count;
}

static void stop(struct watcher *watcher)
{
	const struct listener *listener = watcher->state;

	fanotify_mark(listener->fd, FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD, NULL);
}

static void end(struct watcher *watcher)
{
	struct listener *listener = watcher->state;

	HASH_CLEAR(hh, listener->kin);
	arena_end(&listener->arena);
	if (listener->fd >= 0)
		close(listener->fd);
	free(listener);
}

/**
 * O_NONBLOCK: what is opened for us to name it may be a fifo. The kernel's queue has an end, since it holds
 * what it waits for in memory when we have to wait ourselves: fanotify(7), max_queued_events.
 */
static int begin(struct listener *listener, const struct watcher_wish *wish)
{
	listener->fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK,
				     O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
	if (listener->fd < 0)
		return -errno;
	return mark_all(listener, wish);
}

int watcher_fanotify(const struct watcher_wish *wish, struct watcher *ret, struct error *err)
{
	struct listener *listener = memory_resize(NULL, 1, sizeof(*listener));

	listener->kin = NULL;
	arena_init(&listener->arena);
	*ret = (struct watcher){
		.name = "fanotify",
		.misses = "failures, deletions, renames and the numbers of descriptors, and makes "
			  "one of several opens that are alike",
		.wish = wish,
		.state = listener,
		.interval_ms = INTERVAL_MS,
		.drain = drain,
		.is_over = is_over,
		.stop = stop,
		.end = end,
	};
	int rc = begin(listener, wish);
	/* Who its parent is can only be asked while it lives. */
	ret->wakes = listener->fd;
	if (rc) {
		end(ret);
		return error_set(err, rc, "fanotify cannot be had: %s", strerror(-rc));
	}
	return 0;
}
