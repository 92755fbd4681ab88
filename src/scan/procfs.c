/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The source that reads /proc: any user, any kernel. It lists the processes, hands them to the
 * workers and counts what could be seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "scan/crew.h"
#include "scan/holdings.h"
#include "scan/idle.h"
#include "scan/procfs.h"
#include "scan/worker.h"

struct walk {
	struct source source;
	struct look look;
	struct guide guide;
	struct tally *tally;
	const unsigned int *pids;
	struct flight *flights; /**< the sockets that were counted already */
	size_t flight_count;
	bool is_root; /**< with the right to look into others */
};

static void work(const void *context, struct job *job)
{
	const struct walk *walk = context;
	struct holdings *holdings = arena_zero(&job->arena, 1, sizeof(*holdings));

	holdings_read(&walk->source, &walk->look, &walk->guide, walk->pids[job->index], job,
		      holdings);
	job->result = holdings;
}

/** A kernel thread holds no files: that it may not be read is no loss. */
static bool is_kernel_thread(const struct walk *walk, unsigned int pid)
{
	char name[16], buffer[PIDSTAT_MAX];
	struct pidstat stat;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(walk->source.proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && pidstat_read(dir, buffer, &stat) == 0 && (stat.flags & PIDSTAT_KTHREAD);
}

static void count(const struct walk *walk, unsigned int pid, int rc)
{
	struct tally *tally = walk->tally;

	switch (-rc) {
	case 0:
		tally->looked++;
		return;
	case ENOENT:
	case ESRCH:
		tally->vanished++;
		return;
	default:
		if (!is_kernel_thread(walk, pid))
			tally->denied++;
		return;
	}
}

/** A socket that several processes have is one. */
static void count_flight(struct walk *walk, const struct flight *flight)
{
	for (size_t i = 0; i < walk->flight_count; i++) {
		if (walk->flights[i].ino == flight->ino)
			return;
	}
	memory_grow(&walk->flights, walk->flight_count, sizeof(*walk->flights));
	walk->flights[walk->flight_count++] = *flight;
	if (!walk->tally->in_flight)
		walk->tally->in_flight_at = flight->at;
	walk->tally->in_flight += flight->count;
	walk->tally->sockets++;
}

static void consume(void *context, size_t index, const struct job *job)
{
	struct walk *walk = context;
	const struct holdings *holdings = job ? job->result : NULL;

	if (!holdings) {
		tally_add_blocked(walk->tally, walk->pids[index]);
		return;
	}
	if (!holdings->rc && holdings->denied && walk->is_root)
		walk->tally->guarded++;
	else
		count(walk, walk->pids[index], holdings->denied ? -EACCES : holdings->rc);
	if (holdings->maps_missed && !holdings->rc)
		tally_add_blocked(walk->tally, walk->pids[index]);
	for (size_t i = 0; i < holdings->flight_count; i++)
		count_flight(walk, &holdings->flights[i]);
	walk->tally->rings += holdings->rings;
	if (holdings->busy_rings && !walk->tally->busy_rings)
		walk->tally->busy_ring_at = holdings->busy_ring_at;
	walk->tally->busy_rings += holdings->busy_rings;
	if (holdings->process.count)
		walk->look.found(walk->look.context, &holdings->process);
	free(holdings->files);
	free(holdings->flights);
}

/** Our own process is no part of the answer. */
static size_t without_self(unsigned int *pids, size_t count)
{
	unsigned int self = (unsigned int)getpid();
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (pids[i] != self)
			pids[kept++] = pids[i];
	}
	return kept;
}

/** hidepid=1 denies, 2 and 4 hide: then PID 1, which is always there, is not to be seen (proc(5)). */
bool source_hides_others(const struct source *source)
{
	return geteuid() != 0 && faccessat(source->proc, "1", F_OK, AT_EACCESS) != 0;
}

/* The first PID namespace has a fixed number: PROC_PID_INIT_INO of include/linux/proc_ns.h. */
bool procfs_is_namespaced(void)
{
	return procfile_namespace(AT_FDCWD, "/proc/self/ns/pid") != UINT64_C(0xEFFFFFFC);
}

/**
 * Root without CAP_SYS_PTRACE sees nothing of who has more rights: __ptrace_may_access of
 * kernel/ptrace.c. There is no telling who that is, so it counts as for any user.
 */
static bool is_root(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return geteuid() == 0 && syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE));
}

int source_pids(const struct source *source, struct arena *arena, unsigned int **ret, size_t *count,
		struct tally *tally, struct error *err)
{
	scope_fd dir = openat(source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = dir < 0 ? -errno : procfile_numbers(dir, arena, ret, count);

	if (rc)
		return error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc));
	tally->hidden |= source_hides_others(source);
	tally->namespaced |= procfs_is_namespaced();
	if (!source->foreign)
		*count = without_self(*ret, *count);
	return 0;
}

/** Of a few processes the sockets are asked sooner than all that there are. */
static void run(struct walk *walk, size_t count)
{
	unsigned int blocked = walk->tally->blocked;
	struct idle *idle = NULL;

	if ((walk->look.needs & LOOK_IDLE) && !walk->look.pids && !walk->guide.hints)
		walk->look.idle = idle = idle_begin();
	if (count > 1 && (walk->look.needs & LOOK_MAPPED))
		walk->guide.known = known_new();
	worker_run(&(struct jobs){ count, work, consume, walk, sizeof(*walk), walk->look.enough });
	/* A worker that was given up may still have them in hand. */
	if (walk->tally->blocked == blocked) {
		idle_end(idle);
		known_free(walk->guide.known);
	}
}

int procfs_look(const struct source *source, const struct look *look, const struct guide *guide,
		struct tally *tally, struct error *err)
{
	struct arena arena;
	unsigned int *pids = NULL;
	size_t count = 0;
	int rc = 0;

	arena_init(&arena);
	if (look->pids) {
		pids = arena_zero(&arena, look->pid_count, sizeof(*pids));
		count = look->pid_count;
		memcpy(pids, look->pids, count * sizeof(*pids));
	} else {
		rc = source_pids(source, &arena, &pids, &count, tally, err);
		if (rc) {
			arena_end(&arena);
			return rc;
		}
	}
	struct walk walk = {
		.source = *source,
		.look = *look,
		.guide = guide ? *guide : (struct guide){ 0 },
		.tally = tally,
		.pids = pids,
		.is_root = is_root(),
	};
	run(&walk, count);
	free(walk.flights);
	arena_end(&arena);
	return 0;
}

static int look_plainly(const struct source *source, const struct look *look, struct tally *tally,
			struct error *err)
{
	return procfs_look(source, look, NULL, tally, err);
}

int source_procfs(const char *directory, struct source *ret, struct error *err)
{
	const char *path = directory ? directory : "/proc";
	struct statfs fs;
	scope_fd fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	if (fstatfs(fd, &fs))
		return error_set(err, -errno, "cannot ask what %s is: %s", path, strerror(errno));
	if (fs.f_type != PROC_SUPER_MAGIC)
		return error_set(err, -EINVAL,
				 "%s is no procfs; mount one with: mount -t proc proc DIRECTORY",
				 path);
	*ret = (struct source){ .name = "procfs",
				.proc = scope_fd_take(&fd),
				.foreign = directory != NULL,
				.look = look_plainly };
	return 0;
}

void source_close(struct source *source)
{
	if (source->proc >= 0)
		close(source->proc);
	source->proc = -1;
	if (source->bpf && source->bpf->crew)
		crew_free(source->bpf->crew);
	free(source->bpf);
	source->bpf = NULL;
}
