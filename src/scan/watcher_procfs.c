/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The watcher for whoever may not ask the kernel to tell: it reads /proc again and again, and says what
 * is different. What is open for less time than lies between two looks it never sees.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "scan/watcher.h"

enum { FEW = 8, FEW_MS = 20, MANY_MS = 200, LINK_MAX = 4096, TEXT_KEPT = 8192 };

/** A descriptor as it was at the last look. */
struct kept_fd {
	struct kept_fd *next;
	unsigned int fd;
	unsigned int look; /**< at which it was seen */
	bool writes;
	char *link;
};

struct kept_process {
	unsigned int pid;
	unsigned int look;
	uint64_t start;
	char comm[32];
	char *exe;
	struct kept_fd *fds;
	bool told; /**< what it had open at first is no news */
};

struct poller {
	struct kept_process **processes; /**< by pid, ascending */
	size_t count;
	unsigned int *members; /**< the processes asked for and their descendants, dead ones too */
	size_t member_count;
	unsigned int look;
	size_t alive;
	bool pending; /**< the command has not yet begun */
	char link[LINK_MAX], changed[TEXT_KEPT];
};

/** One drain: whom to tell, and whether they want more. */
struct telling {
	struct watcher *watcher;
	bool (*take)(void *context, const struct sighting *sighting);
	void *context;
	bool wanted;
};

static char *copy(struct text text)
{
	char *ret = memory_resize(NULL, text.len + 1, 1);

	memcpy(ret, text.bytes, text.len);
	ret[text.len] = 0;
	return ret;
}

static struct text without_mark(struct text link)
{
	return text_ends(link, " (deleted)") ? text_first(link, link.len - 10) : link;
}

static bool is_meant(const struct watcher_wish *wish, struct text path, bool by_process)
{
	if (wish->below.len && !watcher_is_below(path, wish->below))
		return false;
	for (size_t i = 0; i < wish->tree_count && !by_process; i++) {
		if (watcher_is_below(path, wish->trees[i]))
			return true;
	}
	return by_process;
}

static bool is_member(const struct poller *poller, unsigned int pid)
{
	for (size_t i = 0; i < poller->member_count; i++) {
		if (poller->members[i] == pid)
			return true;
	}
	return false;
}

static void tell(struct telling *telling, const struct kept_process *process, enum deed_op op,
		 const struct kept_fd *fd, struct text path)
{
	const struct watcher_wish *wish = telling->watcher->wish;
	const struct poller *poller = telling->watcher->state;
	struct sighting sighting = { .at_ns = clock_ns(CLOCK_REALTIME),
				     .pid = process->pid,
				     .comm = text_of(process->comm),
				     .op = op,
				     .fd = fd ? (int)fd->fd : -1,
				     .path = without_mark(path) };

	if (wish->failed || (wish->writes && !(fd && fd->writes)) || !telling->wanted)
		return;
	if (wish->only && fd && fd->fd != wish->only->fd)
		return;
	/* What has no path is of interest only where it is asked for. */
	if (fd && !wish->only && !text_starts(path, "/"))
		return;
	if (!is_meant(wish, sighting.path, is_member(poller, process->pid)) && op != DEED_EXIT)
		return;
	telling->wanted = telling->take(telling->context, &sighting);
}

static bool opened_to_write(int dirfd, unsigned int fd)
{
	struct fdinfo info;

	return fdinfo_read(dirfd, fd, &info) == 0 && (info.flags & O_ACCMODE) != O_RDONLY;
}

static struct kept_fd *find_fd(struct kept_process *process, unsigned int fd)
{
	for (struct kept_fd *at = process->fds; at; at = at->next) {
		if (at->fd == fd)
			return at;
	}
	struct kept_fd *made = memory_resize(NULL, 1, sizeof(*made));
	*made = (struct kept_fd){ .next = process->fds, .fd = fd };
	process->fds = made;
	return made;
}

/** What a descriptor is now; another than before has been closed and opened. */
static void look_at_fd(struct telling *telling, struct kept_process *process, int dirfd,
		       unsigned int number)
{
	struct poller *poller = telling->watcher->state;
	char name[32];
	struct text link;

	snprintf(name, sizeof(name), "fd/%u", number);
	if (procfile_link(dirfd, name, poller->link, sizeof(poller->link), &link))
		return;
	struct kept_fd *fd = find_fd(process, number);
	fd->look = poller->look;
	if (fd->link && text_equal(without_mark(text_of(fd->link)), without_mark(link)))
		return;
	if (fd->link)
		tell(telling, process, DEED_CLOSE, fd, text_of(fd->link));
	free(fd->link);
	fd->link = copy(link);
	fd->writes = telling->watcher->wish->writes && opened_to_write(dirfd, number);
	if (process->told)
		tell(telling, process, DEED_OPEN, fd, link);
}

/** Those that were not seen again. */
static void drop_closed(struct telling *telling, struct kept_process *process, unsigned int look)
{
	for (struct kept_fd **at = &process->fds; *at;) {
		struct kept_fd *fd = *at;

		if (fd->look == look) {
			at = &fd->next;
			continue;
		}
		tell(telling, process, DEED_CLOSE, fd, text_of(fd->link));
		*at = fd->next;
		free(fd->link);
		free(fd);
	}
}

static void look_at_exe(struct telling *telling, struct kept_process *process, int dirfd)
{
	struct poller *poller = telling->watcher->state;
	struct text link;

	if (procfile_link(dirfd, "exe", poller->link, sizeof(poller->link), &link))
		return;
	if (process->exe && text_is(link, process->exe))
		return;
	bool news = process->exe != NULL;
	free(process->exe);
	process->exe = copy(link);
	if (!news)
		return;
	poller->pending = false;
	tell(telling, process, DEED_EXEC, NULL, link);
}

static void free_process(struct kept_process *process)
{
	for (struct kept_fd *fd = process->fds, *next; fd; fd = next) {
		next = fd->next;
		free(fd->link);
		free(fd);
	}
	free(process->exe);
	free(process);
}

/** Where it is among them, or belongs. */
static size_t place_of(const struct poller *poller, unsigned int pid)
{
	size_t low = 0, high = poller->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (poller->processes[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct kept_process *add_process(struct poller *poller, size_t at, unsigned int pid)
{
	struct kept_process *process = memory_resize(NULL, 1, sizeof(*process));

	*process = (struct kept_process){ .pid = pid };
	memory_grow(&poller->processes, poller->count, sizeof(struct kept_process *));
	memmove(poller->processes + at + 1, poller->processes + at,
		(poller->count - at) * sizeof(struct kept_process *));
	poller->processes[at] = process;
	poller->count++;
	return process;
}

/** The process as it was kept; another one that has its number now is a new one. */
static struct kept_process *find_process(struct poller *poller, unsigned int pid,
					 const struct pidstat *stat)
{
	size_t at = place_of(poller, pid);
	bool there = at < poller->count && poller->processes[at]->pid == pid;
	struct kept_process *process = there ? poller->processes[at] : add_process(poller, at, pid);

	if (there && process->start != stat->start) {
		free_process(process);
		process = memory_resize(NULL, 1, sizeof(*process));
		*process = (struct kept_process){ .pid = pid };
		poller->processes[at] = process;
	}
	process->start = stat->start;
	snprintf(process->comm, sizeof(process->comm), "%.*s", (int)stat->comm.len,
		 stat->comm.bytes);
	return process;
}

static void look_at_process(struct telling *telling, unsigned int pid, struct arena *arena)
{
	struct watcher *watcher = telling->watcher;
	struct poller *poller = watcher->state;
	char name[32], bytes[PIDSTAT_MAX];
	struct pidstat stat;
	unsigned int *fds;
	size_t count;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dirfd =
		openat(watcher->wish->source->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0 || pidstat_read(dirfd, bytes, &stat) || stat.state == 'Z')
		return;
	struct kept_process *process = find_process(poller, pid, &stat);
	process->look = poller->look;
	look_at_exe(telling, process, dirfd);
	scope_fd listed = openat(dirfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (listed < 0 || procfile_numbers(listed, arena, &fds, &count))
		return;
	if (poller->pending)
		return;
	for (size_t i = 0; i < count; i++)
		look_at_fd(telling, process, dirfd, fds[i]);
	drop_closed(telling, process, poller->look);
	process->told = true;
}

static bool add_member(void *context, unsigned int pid)
{
	struct poller *poller = context;

	if (is_member(poller, pid))
		return true;
	memory_grow(&poller->members, poller->member_count, sizeof(*poller->members));
	poller->members[poller->member_count++] = pid;
	return true;
}

static void tell_end(struct telling *telling, struct kept_process *process)
{
	struct poller *poller = telling->watcher->state;

	drop_closed(telling, process, poller->look);
	if (is_member(poller, process->pid))
		tell(telling, process, DEED_EXIT, NULL, (struct text){ 0 });
	for (size_t i = 0; i < poller->member_count; i++) {
		if (poller->members[i] == process->pid)
			poller->members[i] = poller->members[--poller->member_count];
	}
	free_process(process);
}

/** Who was not seen again has ended; how, is told only to its parent. */
static void drop_ended(struct telling *telling)
{
	struct poller *poller = telling->watcher->state;
	size_t kept = 0;

	poller->alive = 0;
	for (size_t i = 0; i < poller->count; i++) {
		struct kept_process *process = poller->processes[i];

		if (process->look != poller->look) {
			tell_end(telling, process);
			continue;
		}
		poller->processes[kept++] = process;
		poller->alive += is_member(poller, process->pid);
	}
	poller->count = kept;
}

static int list_targets(struct watcher *watcher, struct arena *arena, unsigned int **ret,
			size_t *count)
{
	const struct watcher_wish *wish = watcher->wish;
	struct poller *poller = watcher->state;
	unsigned int *known;

	if (wish->tree_count) {
		struct tally tally = { 0 };
		struct error err;

		return source_pids(wish->source, arena, ret, count, &tally, &err);
	}
	*count = poller->member_count;
	known = arena_zero(arena, *count + 1, sizeof(*known));
	memcpy(known, poller->members, *count * sizeof(*known));
	*ret = known;
	return 0;
}

static int drain(struct watcher *watcher,
		 bool (*take)(void *context, const struct sighting *sighting), void *context)
{
	struct telling telling = { watcher, take, context, true };
	const struct watcher_wish *wish = watcher->wish;
	struct poller *poller = watcher->state;
	struct arena arena;
	unsigned int *pids;
	size_t count;
	int rc = 0;

	poller->look++;
	if (wish->children && !poller->pending)
		rc = watcher_descendants(wish->source, poller->members, poller->member_count,
					 add_member, poller);
	arena_init(&arena);
	if (!rc)
		rc = list_targets(watcher, &arena, &pids, &count);
	for (size_t i = 0; !rc && i < count; i++)
		look_at_process(&telling, pids[i], &arena);
	arena_end(&arena);
	drop_ended(&telling);
	watcher->interval_ms = poller->look > 1 && poller->count > FEW ? MANY_MS : FEW_MS;
	return rc;
}

static bool is_over(const struct watcher *watcher)
{
	const struct poller *poller = watcher->state;

	return !watcher->wish->tree_count && poller->look && !poller->alive;
}

static void end(struct watcher *watcher)
{
	struct poller *poller = watcher->state;

	for (size_t i = 0; i < poller->count; i++)
		free_process(poller->processes[i]);
	free(poller->processes);
	free(poller->members);
	free(poller);
}

static bool ignore(void *context, const struct sighting *sighting)
{
	(void)context;
	(void)sighting;
	return true;
}

int watcher_procfs(const struct watcher_wish *wish, struct watcher *ret, struct error *err)
{
	struct poller *poller = memory_resize(NULL, 1, sizeof(*poller));

	memset(poller, 0, sizeof(*poller));
	*ret = (struct watcher){
		.name = "procfs",
		.misses = "what is open only for a moment, failures, deletions and renames",
		.wish = wish,
		.state = poller,
		.interval_ms = FEW_MS,
		.wakes = -1,
		.drain = drain,
		.is_over = is_over,
		.end = end,
	};
	for (size_t i = 0; i < wish->pid_count; i++)
		add_member(poller, wish->pids[i]);
	if (wish->command)
		add_member(poller, wish->command);
	poller->pending = wish->command != 0;
	int rc = drain(ret, ignore, NULL);
	if (rc) {
		end(ret);
		return error_set(err, rc, "cannot read /proc: %s", strerror(-rc));
	}
	return 0;
}
