/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator_tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* It is made of bpf/task.bpf.c by bpftool, in its own style; errno.h it expects. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/task.lskel.h"
#pragma GCC diagnostic pop

#include "base/scope.h"
#include "bpf/wire.h"
#include "scan/iterator.h"

enum {
	READ_SIZE = 32 << 10 /* kernel/bpf/bpf_iter.c: more it never gives */,
	LOG_SIZE = 256 << 10
};

static int load(bool of_threads, const char *log, struct iterator_tasks *ret)
{
	struct task *program = task__open();

	if (!program)
		return -ENOMEM;
	program->rodata->of_threads = of_threads;
	program->ctx.log_level = log != NULL;
	program->ctx.log_size = log ? LOG_SIZE : 0;
	program->ctx.log_buf = (uintptr_t)log;
	int rc = task__load(program);
	if (rc < 0) {
		task__destroy(program);
		return rc;
	}
	ret->program = program;
	return 0;
}

/** Once more, and this time the verifier is to say what it thinks. */
static int explain(bool of_threads, int rc, struct error *reason)
{
	struct iterator_tasks tasks = { 0 };

	if (rc == -EPERM)
		return error_set(reason, rc, "not permitted; it takes CAP_BPF and CAP_PERFMON");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	if (load(of_threads, log, &tasks) == 0)
		iterator_end_tasks(&tasks);
	return iterator_complain(rc, log, reason);
}

int iterator_begin_tasks(bool of_threads, struct iterator_tasks *ret, struct error *reason)
{
	*ret = (struct iterator_tasks){ 0 };
	int rc = load(of_threads, NULL, ret);

	return rc ? explain(of_threads, rc, reason) : 0;
}

void iterator_end_tasks(struct iterator_tasks *tasks)
{
	if (tasks->program)
		task__destroy(tasks->program);
	tasks->program = NULL;
}

void iterator_share_tasks(const struct iterator_tasks *tasks, unsigned int readers)
{
	memset(tasks->program->bss->readers, 0, sizeof(tasks->program->bss->readers));
	tasks->program->bss->reader_count = readers;
}

/** As much as the threads there are will take, and a little more. */
static size_t guess_size(unsigned int readers)
{
	struct sysinfo info;
	size_t threads = sysinfo(&info) ? 0 : info.procs;

	return threads * sizeof(struct wire_task) / (readers ? readers : 1) + 2 * READ_SIZE;
}

/** After a million tasks without a record the kernel lets go (kernel/bpf/bpf_iter.c) and says EAGAIN. */
static int read_all(int fd, size_t room, struct text *ret)
{
	scope_free char *records = memory_resize(NULL, room, 1);
	size_t size = 0;
	ssize_t got;

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

int iterator_walk_tasks(const struct iterator_tasks *tasks, unsigned int reader, struct text *ret)
{
	unsigned int *self = &tasks->program->bss->readers[reader];
	scope_fd fd = iterator_begin(tasks->program->progs.task.prog_fd);

	if (fd < 0)
		return fd;
	*self = (unsigned int)syscall(SYS_gettid);
	int rc = read_all(fd, guess_size(tasks->program->bss->reader_count), ret);
	/* This thread may be the next reader, too. */
	*self = 0;
	return rc;
}
