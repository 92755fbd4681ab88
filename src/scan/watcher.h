/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who looks at what processes do with files as they do it. None of them stops, signals or slows down
 * what it looks at by more than it must: the best asks the kernel to tell (bpf), the others see less.
 */
#pragma once
#include "base/error.h"
#include "bpf/deed.h"
#include "model/handle.h"
#include "scan/source.h"

/** What was seen. Its texts live until the next one. */
struct sighting {
	int64_t at_ns;         /**< CLOCK_REALTIME */
	unsigned int pid, tid; /**< 0: not known */
	struct text comm;
	enum deed_op op;
	int fd;    /**< or -1 */
	int error; /**< errno; DEED_EXIT: the status as wait(2) has it */
	bool flags_known;
	uint32_t flags; /**< O_* */
	struct text path, to;
	bool unread; /**< a name is there, but could not be read, or not wholly */
};

/** What is looked for. It outlives the watcher. */
struct watcher_wish {
	const struct source *source;
	const unsigned int *pids; /**< these processes */
	size_t pid_count;
	const struct text *trees; /**< and whoever opens what is this or lies below it; resolved */
	size_t tree_count;
	struct text below; /**< of all that nothing but what lies below it; empty: wherever */
	bool children;     /**< of the processes, too */
	bool failed;       /**< nothing but failures */
	bool writes;       /**< nothing but what is opened for writing, deleted, renamed */
	const struct handle *only; /**< nothing but this descriptor of the only process; or NULL */
	unsigned int command;      /**< a child of ours, watched from its next exec on; or 0 */
};

struct watcher {
	const char *name;
	const char *misses; /**< what it cannot see, for people; NULL: nothing to speak of */
	const struct watcher_wish *wish;
	void *state;
	uint64_t lost;   /**< how much happened that it could not tell */
	bool lost_more;  /**< and more, which nobody has counted */
	int interval_ms; /**< how often it wants to be drained */
	int wakes; /**< poll(2) finds it readable when there is something; -1: nobody is woken */
	bool more; /**< the last drain left something, so that others have their turn */
	/** Give what was seen to `take`, which returns false when it wants no more. 0 or -errno. */
	int (*drain)(struct watcher *watcher,
		     bool (*take)(void *context, const struct sighting *sighting), void *context);
	/** True when no process that was asked for lives any more. */
	bool (*is_over)(const struct watcher *watcher);
	/** What happens from now on is not to be told: drain until there is no more. `lost` is counted. */
	void (*stop)(struct watcher *watcher);
	void (*end)(struct watcher *watcher);
};

/**
 * The kernel tells of all there is: Linux 5.19, CAP_BPF and CAP_PERFMON. 0, or -errno and the reason.
 */
int watcher_bpf(const struct watcher_wish *wish, struct watcher *ret, struct error *reason);

/**
 * fanotify(7) tells of what is opened, run and closed: Linux 4.20 (the marks of whole filesystems, 5.0 for
 * what is run), CAP_SYS_ADMIN. 0, or -errno and a message.
 */
int watcher_fanotify(const struct watcher_wish *wish, struct watcher *ret, struct error *err);

/** /proc is read again and again. 0, or -errno and a message. */
int watcher_procfs(const struct watcher_wish *wish, struct watcher *ret, struct error *err);

/**
 * The best that can be had, or the one called `name` ("bpf", "fanotify", "procfs"). `*reason`: why it is
 * not the kernel that tells. 0, or -errno and a message.
 */
int watcher_begin(const struct watcher_wish *wish, const char *name, struct watcher *ret,
		  struct error *reason, struct error *err);

/**
 * All descendants of `pids`, into `arena`, themselves not among them; of these `add` is called for each.
 * Processes are made meanwhile: it is looked until there are no more. 0 or -errno.
 */
int watcher_descendants(const struct source *source, const unsigned int *pids, size_t count,
			bool (*add)(void *context, unsigned int pid), void *context);

/** What there is to be watched of a number. */
struct watcher_life {
	bool exists;
	bool runs;            /**< some thread of it does: it is no zombie */
	unsigned int process; /**< that it is a thread of, or itself; 0: not known */
	unsigned int parent;  /**< 0: not known, or none here */
};

struct watcher_life watcher_life(const struct source *source, unsigned int pid);

/** True when `path` is `tree` or lies below it. */
static inline bool watcher_is_below(struct text path, struct text tree)
{
	return text_is(tree, "/") || text_is_below(path, tree);
}
