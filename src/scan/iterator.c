/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All are made of bpf/NAME.bpf.c by bpftool, in its own style; errno.h they expect. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/descriptors.lskel.h"
#include "bpf/table.lskel.h"
#include "bpf/task_vma.lskel.h"
#pragma GCC diagnostic pop

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"

enum {
	READ_SIZE = 32 << 10 /* kernel/bpf/bpf_iter.c: more it never gives */,
	LOG_SIZE = 256 << 10,
	WALKS_SIZE = WIRE_WALKERS * sizeof(struct wire_walk)
};

/** Settings that all skeletons have: with `log` the verifier says there what it does not like. */
#define SET_LOG(skeleton, log)                                   \
	do {                                                     \
		(skeleton)->ctx.log_level = (log) != NULL;       \
		(skeleton)->ctx.log_size = (log) ? LOG_SIZE : 0; \
		(skeleton)->ctx.log_buf = (uintptr_t)(log);      \
	} while (0)

/** A descriptor of our own, since a skeleton closes all of its. */
static int keep(int fd)
{
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return kept < 0 ? -errno : kept;
}

/** Begin a walk: a descriptor to read it from, or -errno. */
static int begin_walk(int link)
{
	union bpf_attr attr = { 0 };

	attr.iter_create.link_fd = (__u32)link;
	int fd = skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr.iter_create));
	return fd < 0 ? -errno : fd;
}

int iterator_begin(int program)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	scope_fd link = skel_sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr.link_create));
	return link < 0 ? -errno : begin_walk(link);
}

/** As when it was loaded: nobody was told. */
void iterator_aim_mappings(struct iterator_mappings *mappings, const struct iterator_wants *wants)
{
	mappings->program->bss->last = 0;
	memcpy(mappings->program->bss->sought, wants->sought, sizeof(wants->sought));
}

static int load_mappings(const struct iterator_wants *wants, const char *log,
			 struct iterator_mappings *ret)
{
	struct task_vma *program = task_vma__open();

	if (!program)
		return -ENOMEM;
	program->rodata->wants = wants->wants;
	SET_LOG(program, log);
	int rc = task_vma__load(program);
	if (rc >= 0)
		rc = task_vma__attach(program);
	if (rc < 0) {
		task_vma__destroy(program);
		return rc;
	}
	*ret = (struct iterator_mappings){ program };
	iterator_aim_mappings(ret, wants);
	return 0;
}

void iterator_end_mappings(struct iterator_mappings *mappings)
{
	task_vma__destroy(mappings->program);
	mappings->program = NULL;
}

/** As when it was loaded: no task is taken, and nobody reads. */
void iterator_aim_tables(struct iterator_tables *tables, const struct iterator_wants *wants)
{
	tables->program->bss->taken = 0;
	memcpy(tables->program->bss->sought, wants->sought, sizeof(wants->sought));
	memset(tables->walks, 0, WALKS_SIZE);
}

static int load_tables(const struct iterator_wants *wants, const char *log,
		       struct iterator_tables *ret)
{
	struct descriptors *program = descriptors__open();

	if (!program)
		return -ENOMEM;
	program->rodata->wants = wants->wants;
	SET_LOG(program, log);
	int rc = descriptors__load(program);
	if (rc >= 0)
		rc = descriptors__attach(program);
	void *walks = rc < 0 ? MAP_FAILED :
			       mmap(NULL, WALKS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
				    program->maps.walks.map_fd, 0);
	if (walks == MAP_FAILED) {
		rc = rc < 0 ? rc : -errno;
		descriptors__destroy(program);
		return rc;
	}
	*ret = (struct iterator_tables){ program, walks };
	iterator_aim_tables(ret, wants);
	return 0;
}

void iterator_end_tables(struct iterator_tables *tables)
{
	munmap(tables->walks, WALKS_SIZE);
	descriptors__destroy(tables->program);
	tables->program = NULL;
}

/** Load the program that tells a table: a descriptor on it, or -errno. */
static int load_table(unsigned int tells, const char *log)
{
	struct table *skeleton = table__open();

	if (!skeleton)
		return -ENOMEM;
	skeleton->rodata->tells = tells;
	SET_LOG(skeleton, log);
	int rc = table__load(skeleton);
	if (rc >= 0)
		rc = keep(skeleton->progs.table.prog_fd);
	table__destroy(skeleton);
	return rc;
}

/** Only to see whether it can be had. 0 or -errno. */
static int try(enum iterator which, const struct iterator_wants *wants, const char *log)
{
	struct iterator_tables tables = { 0 };
	struct iterator_mappings mappings = { 0 };
	int rc = -EINVAL;

	switch (which) {
	case ITERATOR_DESCRIPTORS:
		rc = load_tables(wants, log, &tables);
		if (!rc)
			iterator_end_tables(&tables);
		return rc;
	case ITERATOR_MAPPINGS:
		rc = load_mappings(wants, log, &mappings);
		if (!rc)
			iterator_end_mappings(&mappings);
		return rc;
	case ITERATOR_TABLE:
		rc = load_table(wants->wants, log);
		if (rc >= 0)
			close(rc);
		return rc < 0 ? rc : 0;
	}
	return rc;
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

int iterator_complain(int rc, char *log, struct error *reason)
{
	struct text why = text_first(complaint(log), 120);

	return error_set(reason, rc, "the kernel did not take the program: %s%s%.*s", strerror(-rc),
			 why.len ? ": " : "", (int)why.len, why.len ? why.bytes : "");
}

/** Why it was not loaded: once more, and this time the verifier is to say what it thinks. */
static int explain(enum iterator which, const struct iterator_wants *wants, int rc,
		   struct error *reason)
{
	if (rc == -EPERM)
		return error_set(reason, rc, "not permitted; it takes CAP_BPF and CAP_PERFMON");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	try(which, wants, log);
	return iterator_complain(rc, log, reason);
}

int iterator_try(enum iterator which, struct error *reason)
{
	const struct iterator_wants wants = { 0 };
	int rc = try(which, &wants, NULL);

	return rc ? explain(which, &wants, rc, reason) : 0;
}

/** After a million objects without a record the kernel lets go (kernel/bpf/bpf_iter.c) and says EAGAIN. */
static int walk(int fd, struct job *job, struct text *ret)
{
	char *records = NULL;
	size_t size = 0, room = 0;

	for (;;) {
		if (room - size < READ_SIZE) {
			room = room ? room * 2 : 2 * READ_SIZE;
			records = memory_resize(records, room, 1);
		}
		ssize_t got = read(fd, records + size, READ_SIZE);

		job_beat(job);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0) {
			int rc = -errno;

			free(records);
			return rc;
		}
		if (got == 0)
			break;
		size += (size_t)got;
	}
	*ret = (struct text){ records, size };
	return 0;
}

int iterator_begin_mappings(const struct iterator_wants *wants, struct iterator_mappings *ret,
			    struct error *reason)
{
	int rc = load_mappings(wants, NULL, ret);

	return rc ? explain(ITERATOR_MAPPINGS, wants, rc, reason) : 0;
}

int iterator_walk_mappings(const struct iterator_mappings *mappings, struct job *job,
			   struct text *ret)
{
	scope_fd fd = begin_walk(mappings->program->links.task_vma_fd);

	return fd < 0 ? fd : walk(fd, job, ret);
}

int iterator_begin_tables(const struct iterator_wants *wants, struct iterator_tables *ret,
			  struct error *reason)
{
	int rc = load_tables(wants, NULL, ret);

	return rc ? explain(ITERATOR_DESCRIPTORS, wants, rc, reason) : 0;
}

int iterator_walk_tables(const struct iterator_tables *tables, unsigned int reader, struct job *job,
			 struct text *ret)
{
	struct wire_walk *walk = &tables->walks[reader];
	scope_fd fd = begin_walk(tables->program->links.descriptors_fd);
	char *records = NULL, none;
	size_t size = 0;
	ssize_t got;

	if (fd < 0)
		return fd;
	walk->reader = (unsigned int)syscall(SYS_gettid);
	do { /* there is nothing to read: the program writes to where `walk` is */
		got = read(fd, &none, sizeof(none));
		int rc = got < 0 ? errno : 0;
		size_t more = walk->count * sizeof(walk->found[0]);

		job_beat(job);
		if (rc && rc != EAGAIN && rc != EINTR) {
			free(records);
			return -rc;
		}
		records = memory_resize(records, size + more + 1, 1);
		memcpy(records + size, walk->found, more);
		size += more;
		walk->count = 0;
	} while (got);
	*ret = (struct text){ records, size };
	return 0;
}

int iterator_load_table(unsigned int tells, int64_t *load_ns, struct error *reason)
{
	const struct iterator_wants wants = { .wants = tells };
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	int fd = load_table(tells, NULL);

	*load_ns += clock_ns(CLOCK_MONOTONIC) - begun;
	return fd < 0 ? explain(ITERATOR_TABLE, &wants, fd, reason) : fd;
}

/** union bpf_iter_link_info of linux/bpf.h, its part for tasks: Linux 6.1. */
struct one_task {
	uint32_t tid, pid, pid_fd;
	uint32_t pad;
};

/** Of this process only: before Linux 6.1 all are told, which the records give away. */
static int begin_table(int program, unsigned int pid)
{
	struct one_task task = { .tid = pid };
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	attr.link_create.iter_info = (uintptr_t)&task;
	attr.link_create.iter_info_len = sizeof(task);
	scope_fd link = skel_sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr.link_create));
	if (link < 0)
		return -errno;
	return begin_walk(link);
}

int iterator_read_table(int program, unsigned int pid, struct job *job, struct text *ret)
{
	scope_fd fd = begin_table(program, pid);

	return fd < 0 ? fd : walk(fd, job, ret);
}

int iterator_read(int fd, struct job *job, struct text *ret)
{
	return walk(fd, job, ret);
}
