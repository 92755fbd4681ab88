/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator_tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

/* It is made of bpf/task.bpf.c by bpftool, in its own style; errno.h it expects. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/task.lskel.h"
#pragma GCC diagnostic pop

#include "base/clock.h"
#include "base/scope.h"
#include "bpf/wire.h"
#include "scan/iterator.h"

enum {
	READ_SIZE = 32 << 10 /* kernel/bpf/bpf_iter.c: more it never gives */,
	LOG_SIZE = 256 << 10
};

/** A descriptor of our own on the program, since the skeleton closes its. */
static int load(bool of_threads, const char *log)
{
	struct task *skeleton = task__open();

	if (!skeleton)
		return -ENOMEM;
	skeleton->rodata->of_threads = of_threads;
	skeleton->ctx.log_level = log != NULL;
	skeleton->ctx.log_size = log ? LOG_SIZE : 0;
	skeleton->ctx.log_buf = (uintptr_t)log;
	int rc = task__load(skeleton);
	if (rc >= 0) {
		rc = fcntl(skeleton->progs.task.prog_fd, F_DUPFD_CLOEXEC, 0);
		rc = rc < 0 ? -errno : rc;
	}
	task__destroy(skeleton);
	return rc;
}

/** Once more, and this time the verifier is to say what it thinks. */
static int explain(bool of_threads, int rc, struct error *reason)
{
	if (rc == -EPERM)
		return error_set(reason, rc, "not permitted; it takes CAP_BPF and CAP_PERFMON");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	scope_fd fd = load(of_threads, log);
	return iterator_complain(rc, log, reason);
}

int iterator_load_tasks(bool of_threads, int64_t *load_ns, struct error *reason)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	int fd = load(of_threads, NULL);

	*load_ns += clock_ns(CLOCK_MONOTONIC) - begun;
	return fd < 0 ? explain(of_threads, fd, reason) : fd;
}

/** As much as the threads there are will take, and a little more. */
static size_t guess_size(void)
{
	struct sysinfo info;

	return (sysinfo(&info) ? 0 : info.procs) * sizeof(struct wire_task) + 2 * READ_SIZE;
}

/** After a million tasks without a record the kernel lets go (kernel/bpf/bpf_iter.c) and says EAGAIN. */
int iterator_read_tasks(int program, struct text *ret)
{
	scope_fd fd = iterator_begin(program);
	size_t size = 0, room = guess_size();
	ssize_t got;

	if (fd < 0)
		return fd;
	scope_free char *records = memory_resize(NULL, room, 1);
	while ((got = read(fd, records + size, READ_SIZE)) != 0) {
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		size += got > 0 ? (size_t)got : 0;
		if (room - size < READ_SIZE)
			records = memory_resize(records, room *= 2, 1);
	}
	*ret = (struct text){ records, size };
	records = NULL;
	return 0;
}
