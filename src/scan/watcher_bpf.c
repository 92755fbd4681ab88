/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The watcher that the kernel tells: bpf/watch.bpf.c is put at the tracepoints, and the ring it writes
 * to is read now and then.
 */
#include "scan/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
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
#include "kernel/procfile.h"
#include "scan/names.h"

enum {
	INTERVAL_MS = 25,
	LOG_SIZE = 256 << 10,
	REQUESTS = 1024, /**< of io_urings, under way at a time */
	TEXT_MAX = 2 * DEED_RECORD_MAX,
};

/** The names of a request to an io_uring, until it is known what came of it. */
struct request {
	unsigned long long id;
	char *record;
	size_t len;
};

struct bpf_watcher {
	struct watch *skeleton;
	struct bpfring ring;
	int trees[DEED_TREES];
	size_t tree_count;
	int64_t members;   /**< put into the map by us */
	int64_t offset_ns; /**< from CLOCK_MONOTONIC to the time of day */
	struct request requests[REQUESTS];
	char path[TEXT_MAX], to[TEXT_MAX];
};

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
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%.*s", (int)tree.len, tree.bytes);
		int fd = open(path, O_PATH | O_CLOEXEC);
		if (fd < 0)
			return error_set(reason, -errno, "cannot look at %s: %s", path,
					 strerror(errno));
		bpf->trees[i] = fd;
		bpf->tree_count = i + 1;
	}
	return 0;
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
	settings->only_tid = wish->only ? wish->only->tid : 0;
	settings->tree_count = (unsigned int)bpf->tree_count;
	/* Without targets of its own `below` is no target either. */
	settings->by_tree = wish->tree_count > 0;
	memcpy(settings->tree_fds, bpf->trees, sizeof(settings->tree_fds));
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

/** Of a verifier's log the last line says why, before it counts what it has done. */
static struct text complaint(char *log)
{
	struct text rest = text_of(log), line, last = { 0 };

	while (text_next(&rest, '\n', &line)) {
		if (line.len && !text_starts(line, "processed "))
			last = line;
	}
	return last;
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
	struct text why = text_first(complaint(log), 120);
	return error_set(reason, rc, "the kernel did not take the program: %s%s%.*s", strerror(-rc),
			 why.len ? ": " : "", (int)why.len, why.len ? why.bytes : "");
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

static bool add_descendant(void *context, unsigned int pid)
{
	add_process(context, pid, DEED_ACTIVE);
	return true;
}

/** One that had ended before the kernel was asked to tell of it. */
static void drop_ended(struct bpf_watcher *bpf, const struct source *source, unsigned int pid)
{
	if (names_exists(source, pid) ||
	    skel_map_delete_elem(bpf->skeleton->maps.processes.map_fd, &pid))
		return;
	bpf->members--;
	forget_known(bpf);
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

/** The names on the way up, the last first, as a path. `room` bytes are enough for any. */
static size_t put_place(char *to, const char *names, size_t len)
{
	size_t size = 0;

	while (len) {
		size_t begin = len - 1;

		while (begin && names[begin - 1])
			begin--;
		to[size++] = '/';
		memcpy(to + size, names + begin, len - 1 - begin);
		size += len - 1 - begin;
		len = begin;
	}
	return size;
}

/** A name and where it begins, joined; "//" and "./" at the start of it are left out. */
static struct text join(char *to, struct text base, struct text name)
{
	size_t size = put_place(to, base.bytes, base.len);

	while (text_starts(name, "./"))
		name = text_from(name, 2);
	while (text_starts(name, "/"))
		name = text_from(name, 1);
	to[size++] = '/';
	memcpy(to + size, name.bytes, name.len);
	return (struct text){ to, size + name.len };
}

/** A part of a record. */
static struct text part_of(const struct deed_record *record, enum deed_part part)
{
	const char *at = (const char *)(record + 1);

	for (unsigned int i = 0; i < part; i++)
		at += record->len[i];
	return (struct text){ at, record->len[part] };
}

/** "" is no name: what cannot be said where it begins has only itself. */
static struct text path_of(const struct deed_record *record, enum deed_part name_part,
			   enum deed_part base_part, char *to)
{
	struct text name = part_of(record, name_part), base = part_of(record, base_part);

	if (name.len <= 1)
		return (struct text){ 0 };
	name.len--; /* its NUL */
	if (!base.len && (record->is & DEED_UNREAD))
		return name;
	return join(to, base, name);
}

static struct request *request_at(struct bpf_watcher *bpf, unsigned long long id)
{
	return &bpf->requests[(id >> 6) * 0x9E3779B97F4A7C15ULL >> 54];
}

static void keep_request(struct bpf_watcher *bpf, const struct deed_record *record, size_t len)
{
	struct request *request = request_at(bpf, record->request);

	request->record = memory_resize(request->record, len, 1);
	memcpy(request->record, record, len);
	request->id = record->request;
	request->len = len;
}

/** What `record` leaves out: its own names, or those its request came with. */
static const struct deed_record *names_of(struct bpf_watcher *bpf, const struct deed_record *record)
{
	if (!(record->is & DEED_BY_RING) || !record->request)
		return record;
	struct request *request = request_at(bpf, record->request);
	if (request->id != record->request)
		return record;
	request->id = 0;
	return (const struct deed_record *)request->record;
}

/** Restarted calls are told with numbers that no program ever sees: include/linux/errno.h. */
static int errno_of(int error)
{
	enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

	return error >= ERESTARTSYS && error <= ERESTART_RESTARTBLOCK ? EINTR : error;
}

/** Sockets and their like have no path; what they are /proc says, if it still is there. */
static struct text link_of(const struct bpf_watcher *bpf, const struct watcher_wish *wish,
			   const struct deed_record *record)
{
	char name[64];
	struct text text;

	snprintf(name, sizeof(name), "%u/fd/%d", record->pid, record->fd);
	if (procfile_link(wish->source->proc, name, (char *)bpf->path, sizeof(bpf->path), &text))
		return (struct text){ 0 };
	return text;
}

static void find_names(struct bpf_watcher *bpf, const struct watcher_wish *wish,
		       const struct deed_record *record, struct sighting *ret)
{
	struct text place = part_of(record, DEED_PLACE);
	const struct deed_record *named = names_of(bpf, record);

	if (record->is & DEED_NAMELESS)
		ret->path = record->op == DEED_CLOSE ? (struct text){ 0 } :
						       link_of(bpf, wish, record);
	else if (place.len)
		ret->path =
			(struct text){ bpf->path, put_place(bpf->path, place.bytes, place.len) };
	else if (record->fd >= 0 && !ret->error && !(record->is & DEED_UNREAD))
		ret->path = text_of("/");
	else
		ret->path = path_of(named, DEED_NAME, DEED_BASE, bpf->path);
	ret->to = path_of(named, DEED_NEW_NAME, DEED_NEW_BASE, bpf->to);
	ret->unread = (named->is & (DEED_UNREAD | DEED_CUT)) || (record->is & DEED_CUT);
}

/** By its names: of what has but these the kernel could not say where it lies. */
static bool is_meant(const struct watcher_wish *wish, const struct deed_record *record,
		     const struct sighting *sighting)
{
	bool by_name = !part_of(record, DEED_PLACE).len;

	if (record->op == DEED_EXIT || !by_name)
		return true;
	if (wish->below.len && !watcher_is_below(sighting->path, wish->below) &&
	    !watcher_is_below(sighting->to, wish->below))
		return false;
	if (record->is & DEED_WATCHED)
		return true;
	for (size_t i = 0; i < wish->tree_count; i++) {
		if (watcher_is_below(sighting->path, wish->trees[i]) ||
		    watcher_is_below(sighting->to, wish->trees[i]))
			return true;
	}
	return false;
}

static struct text comm_of(const struct deed_record *record)
{
	return (struct text){ record->comm, strnlen(record->comm, sizeof(record->comm)) };
}

static bool understand(struct watcher *watcher, const struct deed_record *record,
		       struct sighting *ret)
{
	struct bpf_watcher *bpf = watcher->state;
	bool exit = record->op == DEED_EXIT;

	*ret = (struct sighting){
		.at_ns = (int64_t)record->at_ns + bpf->offset_ns,
		.pid = record->pid,
		.tid = record->tid,
		.comm = comm_of(record),
		.op = (enum deed_op)record->op,
		.fd = record->fd,
		.error = exit ? record->error : errno_of(-record->error),
		.flags = record->flags,
		.flags_known = record->op == DEED_OPEN ||
			       (record->op == DEED_CLOSE && !record->error),
	};
	find_names(bpf, watcher->wish, record, ret);
	return is_meant(watcher->wish, record, ret);
}

static int drain(struct watcher *watcher, bool (*take)(void *context, const struct sighting *),
		 void *context)
{
	struct bpf_watcher *bpf = watcher->state;
	struct sighting sighting;
	struct text bytes;
	bool wanted = true;

	bpf->offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	while (wanted && bpfring_next(&bpf->ring, &bytes)) {
		const struct deed_record *record = (const void *)bytes.bytes;

		if (record->op == DEED_SUBMIT)
			keep_request(bpf, record, bytes.len);
		else if (understand(watcher, record, &sighting))
			wanted = take(context, &sighting);
		bpfring_done(&bpf->ring);
	}
	bpfring_free(&bpf->ring);
	watcher->lost = __atomic_load_n(&bpf->skeleton->bss->lost, __ATOMIC_RELAXED);
	return 0;
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
	for (size_t i = 0; i < bpf->tree_count; i++)
		close(bpf->trees[i]);
	for (size_t i = 0; i < REQUESTS; i++)
		free(bpf->requests[i].record);
	free(bpf);
}

static int begin(struct bpf_watcher *bpf, const struct watcher_wish *wish, struct error *reason)
{
	int rc = open_trees(bpf, wish, reason);

	if (rc)
		return rc;
	rc = load(bpf, wish);
	if (rc)
		return explain(bpf, wish, rc, reason);
	rc = bpfring_begin(bpf->skeleton->maps.events.map_fd, DEED_RING, &bpf->ring);
	if (!rc)
		rc = attach(bpf->skeleton);
	if (!rc) {
		syscall(SYS_getppid, DEED_BELL);
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
	*ret = (struct watcher){ .name = "bpf",
				 .wish = wish,
				 .state = bpf,
				 .interval_ms = INTERVAL_MS,
				 .wakes = -1,
				 .drain = drain,
				 .is_over = is_over,
				 .end = end };
	int rc = begin(bpf, wish, reason);
	if (rc)
		end(ret);
	return rc;
}
