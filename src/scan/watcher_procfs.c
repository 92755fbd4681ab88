/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The watcher for whoever may not ask the kernel to tell: it reads /proc again and again, and says what
 * is different. What is open for less time than lies between two looks it never sees.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/procfile.h"
#include "scan/lastlook.h"
#include "scan/watcher.h"

enum { FEW = 8, FEW_MS = 20, MANY_MS = 200, LINK_MAX = 4096 };

struct poller {
	struct lastlook kept;
	unsigned int *members; /**< the processes asked for and their descendants, dead ones too */
	size_t member_count;
	unsigned int look;
	size_t alive;
	bool pending; /**< the command has not yet begun */
	char link[LINK_MAX];
};

/** One drain: whom to tell, and whether they want more. */
struct telling {
	struct watcher *watcher;
	bool (*take)(void *context, const struct sighting *sighting);
	void *context;
	bool wanted;
};

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

static void tell(struct telling *telling, const struct lastlook_process *process, enum deed_op op,
		 const struct lastlook_fd *fd, struct text path)
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

/** What a descriptor is now; another than before has been closed and opened. False: it is gone. */
static bool look_at_fd(struct telling *telling, struct lastlook_process *process, int dirfd,
		       struct lastlook_fd *fd)
{
	struct poller *poller = telling->watcher->state;
	char name[32];
	struct text link;

	snprintf(name, sizeof(name), "fd/%u", fd->fd);
	if (procfile_link(dirfd, name, poller->link, sizeof(poller->link), &link))
		return false;
	if (fd->link && text_equal(without_mark(text_of(fd->link)), without_mark(link)))
		return true;
	if (fd->link)
		tell(telling, process, DEED_CLOSE, fd, text_of(fd->link));
	free(fd->link);
	fd->link = lastlook_copy(link);
	fd->writes = telling->watcher->wish->writes && opened_to_write(dirfd, fd->fd);
	if (process->told)
		tell(telling, process, DEED_OPEN, fd, link);
	return true;
}

static void tell_closed(struct telling *telling, const struct lastlook_process *process,
			struct lastlook_fd *fd)
{
	tell(telling, process, DEED_CLOSE, fd, text_of(fd->link));
	free(fd->link);
}

/** Those that are there now, `numbers`, against those that were: both ascend. */
static void look_at_fds(struct telling *telling, struct lastlook_process *process, int dirfd,
			const unsigned int *numbers, size_t count)
{
	struct lastlook_fd *now = memory_resize(NULL, count + 1, sizeof(*now)), *was = process->fds;
	size_t now_count = 0, at = 0;

	for (size_t i = 0; i < count; i++) {
		struct lastlook_fd *fd = &now[now_count];

		while (at < process->fd_count && was[at].fd < numbers[i])
			tell_closed(telling, process, &was[at++]);
		*fd = (struct lastlook_fd){ .fd = numbers[i] };
		if (at < process->fd_count && was[at].fd == numbers[i])
			*fd = was[at++];
		if (look_at_fd(telling, process, dirfd, fd))
			now_count++;
		else if (fd->link)
			tell_closed(telling, process, fd);
	}
	while (at < process->fd_count)
		tell_closed(telling, process, &was[at++]);
	free(was);
	process->fds = now;
	process->fd_count = now_count;
}

static void look_at_exe(struct telling *telling, struct lastlook_process *process, int dirfd)
{
	struct poller *poller = telling->watcher->state;
	struct text link;

	if (procfile_link(dirfd, "exe", poller->link, sizeof(poller->link), &link))
		return;
	if (process->exe && text_is(link, process->exe))
		return;
	bool news = process->exe != NULL;
	free(process->exe);
	process->exe = lastlook_copy(link);
	if (!news)
		return;
	poller->pending = false;
	tell(telling, process, DEED_EXEC, NULL, link);
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
	struct lastlook_process *process = lastlook_find(&poller->kept, pid, &stat);
	process->look = poller->look;
	look_at_exe(telling, process, dirfd);
	scope_fd listed = openat(dirfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (listed < 0 || procfile_numbers(listed, arena, &fds, &count))
		return;
	if (poller->pending)
		return;
	look_at_fds(telling, process, dirfd, fds, count);
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

static void tell_end(struct telling *telling, struct lastlook_process *process)
{
	struct poller *poller = telling->watcher->state;

	look_at_fds(telling, process, -1, NULL, 0);
	if (is_member(poller, process->pid))
		tell(telling, process, DEED_EXIT, NULL, (struct text){ 0 });
	for (size_t i = 0; i < poller->member_count; i++) {
		if (poller->members[i] == process->pid)
			poller->members[i] = poller->members[--poller->member_count];
	}
	lastlook_free(process);
}

/** Who was not seen again has ended; how, is told only to its parent. */
static void drop_ended(struct telling *telling)
{
	struct poller *poller = telling->watcher->state;
	size_t kept = 0;

	poller->alive = 0;
	for (size_t i = 0; i < poller->kept.count; i++) {
		struct lastlook_process *process = poller->kept.processes[i];

		if (process->look != poller->look) {
			tell_end(telling, process);
			continue;
		}
		poller->kept.processes[kept++] = process;
		poller->alive += is_member(poller, process->pid);
	}
	poller->kept.count = kept;
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
	watcher->interval_ms = poller->look > 1 && poller->kept.count > FEW ? MANY_MS : FEW_MS;
	return rc;
}

static bool is_over(const struct watcher *watcher)
{
	const struct poller *poller = watcher->state;

	return !watcher->wish->tree_count && poller->look && !poller->alive;
}

/** Nothing is kept that was not told. */
static void stop(struct watcher *watcher)
{
	(void)watcher;
}

static void end(struct watcher *watcher)
{
	struct poller *poller = watcher->state;

	lastlook_end(&poller->kept);
	free(poller->members);
	free(poller);
}

static bool ignore(void *context, const struct sighting *sighting)
{
	(void)context;
	(void)sighting;
	return true;
}

/** Those that were asked for by number or name: is there one whose files we may see? 0 or -EACCES. */
static int check_rights(const struct watcher_wish *wish, struct error *err)
{
	size_t unread = 0;

	for (size_t i = 0; i < wish->pid_count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%u/fd", wish->pids[i]);
		scope_fd dir = openat(wish->source->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		unread += dir < 0 && (errno == EACCES || errno == EPERM);
	}
	if (!unread || unread < wish->pid_count || wish->tree_count)
		return 0;
	return error_set(err, -EACCES,
			 "the files of process %u cannot be read (not yours); run as root",
			 wish->pids[0]);
}

int watcher_procfs(const struct watcher_wish *wish, struct watcher *ret, struct error *err)
{
	struct poller *poller = memory_resize(NULL, 1, sizeof(*poller));

	memset(poller, 0, sizeof(*poller));
	if (check_rights(wish, err)) {
		free(poller);
		return -EACCES;
	}
	*ret = (struct watcher){
		.name = "procfs",
		.misses = geteuid() ? "what is open only for a moment, failures, deletions and "
				      "renames, and whatever processes do that are not yours" :
				      "what is open only for a moment, failures, deletions and "
				      "renames",
		.wish = wish,
		.state = poller,
		.interval_ms = FEW_MS,
		.wakes = -1,
		.drain = drain,
		.is_over = is_over,
		.stop = stop,
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
