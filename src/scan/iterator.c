/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* All are made of bpf/NAME.bpf.c by bpftool, in its own style; errno.h they expect. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/table.lskel.h"
#include "bpf/task_file.lskel.h"
#include "bpf/task_vma.lskel.h"
#pragma GCC diagnostic pop

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"

enum {
	READ_SIZE = 32 << 10 /* kernel/bpf/bpf_iter.c: more it never gives */,
	LOG_SIZE = 256 << 10
};

/**
 * Load the program and begin its walk: a descriptor that keeps alive what it needs, or -errno. With
 * `log` the verifier says there what it does not like.
 */
#define DEFINE_BEGIN(name)                                                                   \
	static int begin_##name(const struct iterator_wants *wants, const char *log)         \
	{                                                                                    \
		struct name *skeleton = name##__open();                                      \
		union bpf_attr attr = { 0 };                                                 \
                                                                                             \
		if (!skeleton)                                                               \
			return -ENOMEM;                                                      \
		skeleton->rodata->wants = wants->wants;                                      \
		memcpy(skeleton->rodata->sought, wants->sought, sizeof(wants->sought));      \
		skeleton->ctx.log_level = log != NULL;                                       \
		skeleton->ctx.log_size = log ? LOG_SIZE : 0;                                 \
		skeleton->ctx.log_buf = (uintptr_t)log;                                      \
		int rc = name##__load(skeleton);                                             \
		if (rc >= 0)                                                                 \
			rc = name##__attach(skeleton);                                       \
		if (rc >= 0) {                                                               \
			attr.iter_create.link_fd = (__u32)skeleton->links.name##_fd;         \
			rc = skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr.iter_create)); \
			rc = rc < 0 ? -errno : rc;                                           \
		}                                                                            \
		name##__destroy(skeleton);                                                   \
		return rc;                                                                   \
	}

DEFINE_BEGIN(task_file)
DEFINE_BEGIN(task_vma)

/** Load the program that tells a table: a descriptor on it, or -errno. */
static int load_table(unsigned int tells, const char *log)
{
	struct table *skeleton = table__open();

	if (!skeleton)
		return -ENOMEM;
	skeleton->rodata->tells = tells;
	skeleton->ctx.log_level = log != NULL;
	skeleton->ctx.log_size = log ? LOG_SIZE : 0;
	skeleton->ctx.log_buf = (uintptr_t)log;
	int rc = table__load(skeleton);
	if (rc >= 0) {
		rc = fcntl(skeleton->progs.table.prog_fd, F_DUPFD_CLOEXEC, 0);
		rc = rc < 0 ? -errno : rc;
	}
	table__destroy(skeleton);
	return rc;
}

static int begin(enum iterator which, const struct iterator_wants *wants, const char *log)
{
	switch (which) {
	case ITERATOR_DESCRIPTORS:
		return begin_task_file(wants, log);
	case ITERATOR_MAPPINGS:
		return begin_task_vma(wants, log);
	case ITERATOR_TABLE:
		return load_table(wants->wants, log);
	}
	return -EINVAL;
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
static int explain(enum iterator which, const struct iterator_wants *wants, int rc,
		   struct error *reason)
{
	if (rc == -EPERM)
		return error_set(reason, rc, "not permitted; it takes CAP_BPF and CAP_PERFMON");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	int fd = begin(which, wants, log);
	if (fd >= 0)
		close(fd);
	struct text why = text_first(complaint(log), 120);
	return error_set(reason, rc, "the kernel did not take the program: %s%s%.*s", strerror(-rc),
			 why.len ? ": " : "", (int)why.len, why.len ? why.bytes : "");
}

int iterator_try(enum iterator which, struct error *reason)
{
	const struct iterator_wants wants = { 0 };
	scope_fd fd = begin(which, &wants, NULL);

	return fd < 0 ? explain(which, &wants, fd, reason) : 0;
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

void iterator_run(enum iterator which, const struct iterator_wants *wants, struct job *job,
		  struct iterator_answer *ret)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	scope_fd fd = begin(which, wants, NULL);
	int64_t loaded = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct iterator_answer){ .rc = fd < 0 ? fd : 0, .load_ns = loaded - begun };
	if (fd < 0) {
		explain(which, wants, fd, &ret->reason);
		return;
	}
	ret->rc = walk(fd, job, &ret->records);
	ret->walk_ns = clock_ns(CLOCK_MONOTONIC) - loaded;
	if (ret->rc)
		error_set(&ret->reason, ret->rc, "the kernel's walk ended early: %s",
			  strerror(-ret->rc));
}

int iterator_load_table(unsigned int tells, int64_t *load_ns, struct error *reason)
{
	const struct iterator_wants wants = { .wants = tells };
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	int fd = begin(ITERATOR_TABLE, &wants, NULL);

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
	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = (uint32_t)link;
	int fd = skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr.iter_create));
	return fd < 0 ? -errno : fd;
}

int iterator_read_table(int program, unsigned int pid, struct job *job, struct text *ret)
{
	scope_fd fd = begin_table(program, pid);

	return fd < 0 ? fd : walk(fd, job, ret);
}
