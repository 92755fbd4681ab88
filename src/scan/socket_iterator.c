/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/socket_iterator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Made of bpf/task_socket.bpf.c by bpftool, in its own style; errno.h it expects. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/task_socket.lskel.h"
#pragma GCC diagnostic pop

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"

enum { LOG_SIZE = 256 << 10 };

/** The walk of what was loaded: a descriptor that keeps alive what it needs, or -errno. */
static int attach(struct task_socket *skeleton)
{
	union bpf_attr attr = { 0 };
	int rc = task_socket__attach(skeleton);

	if (rc < 0)
		return rc;
	attr.iter_create.link_fd = (__u32)skeleton->links.task_socket_fd;
	rc = skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr.iter_create));
	return rc < 0 ? -errno : rc;
}

/** With `log` the verifier says there what it does not like. */
static int begin(const struct wire_socket_wants *wants, const char *log)
{
	struct task_socket *skeleton = task_socket__open();

	if (!skeleton)
		return -ENOMEM;
	memcpy(&skeleton->rodata->wants, wants, sizeof(*wants));
	skeleton->ctx.log_level = log != NULL;
	skeleton->ctx.log_size = log ? LOG_SIZE : 0;
	skeleton->ctx.log_buf = (uintptr_t)log;
	int rc = task_socket__load(skeleton);
	if (rc >= 0)
		rc = attach(skeleton);
	task_socket__destroy(skeleton);
	return rc;
}

static int explain(const struct wire_socket_wants *wants, int rc, struct error *reason)
{
	if (rc == -EPERM)
		return error_set(reason, rc, "not permitted; it takes CAP_BPF and CAP_PERFMON");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	int fd = begin(wants, log);
	if (fd >= 0)
		close(fd);
	return iterator_complain(rc, log, reason);
}

void socket_iterator_run(const struct wire_socket_wants *wants, struct job *job,
			 struct iterator_answer *ret)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	scope_fd fd = begin(wants, NULL);
	int64_t loaded = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct iterator_answer){ .rc = fd < 0 ? fd : 0, .load_ns = loaded - begun };
	if (fd < 0) {
		explain(wants, fd, &ret->reason);
		return;
	}
	ret->rc = iterator_read(fd, job, &ret->records);
	ret->walk_ns = clock_ns(CLOCK_MONOTONIC) - loaded;
	if (ret->rc)
		error_set(&ret->reason, ret->rc, "the kernel's walk ended early: %s",
			  strerror(-ret->rc));
}
