/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * bpf/tap.bpf.c is put at the tracepoints, is shown the files by a walk through what everybody has
 * open, and its ring is read.
 */
#include "scan/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/* Made of bpf/tap.bpf.c by bpftool, in its own style; errno.h it expects. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "bpf/tap.lskel.h"
#pragma GCC diagnostic pop

#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/bpfring.h"
#include "kernel/procfile.h"
#include "scan/iterator.h"

enum {
	LOG_SIZE = 256 << 10,
	WALK_SIZE = 4096,
	WALK_NS = 500000000,
	WALK_SHARE = 20, /**< a walk through what everybody has open may take one part in so many */
	AUDIENCE_WALKS = 16, /**< as long as a pipeline may be */
	MEMORY_SHARE = 32,   /**< the ring may take one part of the memory in so many */
	DRAIN_SIZE = 4 << 20,
};

struct tapping {
	struct tap *skeleton;
	struct bpfring ring;
	size_t ring_size;
	int ends;       /**< the probe that tells of the end of a file; or -errno */
	int64_t due_ns; /**< without it: when it is looked for next */
};

/** Bytes that come faster than they are read wait in the ring: as much as this machine can spare. */
static size_t ring_size(void)
{
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	size_t size = TAP_RING_MAX;

	while (size > TAP_RING_MIN && size > memory / MEMORY_SHARE)
		size /= 2;
	return size;
}

static void set_up(struct tapping *tapping, const struct tap_wish *wish, const char *log)
{
	struct tap *skeleton = tapping->skeleton;
	struct tap__rodata *settings = skeleton->rodata;

	settings->reads = wish->reads;
	settings->target = wish->tid ? wish->tid : wish->pid;
	settings->wanted_count = wish->count;
	for (unsigned int i = 0; i < wish->count; i++) {
		settings->wanted[i] = wish->fds[i];
		settings->terminals[i] = wish->terminals[i];
	}
	skeleton->maps.events.max_entries = (unsigned int)tapping->ring_size;
	skeleton->ctx.log_level = log != NULL;
	skeleton->ctx.log_size = log ? LOG_SIZE : 0;
	skeleton->ctx.log_buf = (uintptr_t)log;
}

static int load(struct tapping *tapping, const struct tap_wish *wish, const char *log)
{
	tapping->skeleton = tap__open();
	if (!tapping->skeleton)
		return -ENOMEM;
	set_up(tapping, wish, log);
	int rc = tap__load(tapping->skeleton);
	if (rc < 0) {
		tap__destroy(tapping->skeleton);
		tapping->skeleton = NULL;
	}
	return rc < 0 ? rc : 0;
}

/** A container may have less memory than the machine. */
static int load_smaller(struct tapping *tapping, const struct tap_wish *wish)
{
	int rc = load(tapping, wish, NULL);

	while (rc == -ENOMEM && tapping->ring_size > TAP_RING_MIN) {
		tapping->ring_size /= 2;
		rc = load(tapping, wish, NULL);
	}
	return rc;
}

/** Why it was not loaded: once more, and this time the verifier is to say what it thinks. */
static int explain(struct tapping *tapping, const struct tap_wish *wish, int rc, struct error *err)
{
	struct error reason;

	if (rc == -EPERM && geteuid() != 0)
		return error_set(err, rc,
				 "tap needs BPF, which takes CAP_BPF and CAP_PERFMON; run as root");
	scope_free char *log = memory_resize(NULL, LOG_SIZE, 1);
	*log = 0;
	load(tapping, wish, log);
	iterator_complain(rc, log, &reason);
	return error_set(err, rc, "tap needs BPF: %s", reason.message);
}

/** Those of io_urings may be missing: a kernel without, or an older name. */
static int attach(struct tap *skeleton)
{
	int (*const needed[])(struct tap *) = {
		tap__call_begins__attach,
		tap__call_ends__attach,
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i](skeleton) <= 0)
			return -errno;
	}
	tap__request_begins__attach(skeleton);
	tap__request_ends__attach(skeleton);
	return 0;
}

/** Where the kernel's files end: perf_event_open(2), dynamic PMU kprobe, Linux 4.17. A descriptor or -errno. */
static int attach_end(const struct tap *skeleton)
{
	char bytes[32];
	uint64_t type;
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.config1 = (uintptr_t) "locks_remove_file",
	};

	scope_fd dir = open("/sys/bus/event_source/devices/kprobe", O_PATH | O_CLOEXEC);
	ssize_t len = dir < 0 ? -1 : procfile_read_record(dir, "type", bytes, sizeof(bytes));
	if (len <= 0 || text_number((struct text){ bytes, (size_t)len - 1 }, 10, &type))
		return -EOPNOTSUPP;
	attr.type = (uint32_t)type;
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, skeleton->progs.file_ends.prog_fd) ||
	    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

/** A program that walks through what everybody has open: it writes nothing, and has to be read to be done. */
static int walk(const struct bpf_prog_desc *program)
{
	scope_fd fd = iterator_begin(program->prog_fd);
	char bytes[WALK_SIZE];
	ssize_t got;

	if (fd < 0)
		return fd;
	do
		got = read(fd, bytes, sizeof(bytes));
	while (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)));
	return got < 0 ? -errno : 0;
}

/** Who reads what we tell, who reads what these write, and so on. */
static int find_audience(struct tap *skeleton)
{
	unsigned int grown;
	int rc;

	for (int i = 0; i < AUDIENCE_WALKS; i++) {
		grown = skeleton->bss->grown;
		rc = walk(&skeleton->progs.find_audience);
		if (rc || skeleton->bss->grown == grown)
			return rc;
	}
	return 0;
}

static int find(struct tapping *tapping, const struct tap_wish *wish, struct error *err)
{
	struct tap *skeleton = tapping->skeleton;
	int rc = wish->passed_on ? find_audience(skeleton) : 0;

	if (!rc)
		rc = walk(&skeleton->progs.find);
	skeleton->bss->found = 1;
	if (rc)
		return error_set(err, rc, "tap needs the kernel's iterators: %s", strerror(-rc));
	if (skeleton->bss->circular)
		return error_set(
			err, -ELOOP,
			"process %u passes on what tap tells, which would go round for ever; "
			"tell it to a file: > FILE",
			wish->pid);
	if (!skeleton->bss->calls && tap_is_over(tapping))
		return error_set(err, -EBADF, "process %u has closed it meanwhile", wish->pid);
	return 0;
}

static int begin(struct tapping *tapping, const struct tap_wish *wish, struct error *err)
{
	int rc = load_smaller(tapping, wish);

	if (rc)
		return explain(tapping, wish, rc, err);
	rc = bpfring_begin(tapping->skeleton->maps.events.map_fd, tapping->ring_size,
			   &tapping->ring);
	if (!rc)
		rc = attach(tapping->skeleton);
	if (rc)
		return error_set(err, rc, "tap needs the kernel's tracepoints: %s", strerror(-rc));
	tapping->ends = attach_end(tapping->skeleton);
	return find(tapping, wish, err);
}

int tap_begin(const struct tap_wish *wish, struct tapping **ret, struct error *err)
{
	*ret = memory_resize(NULL, 1, sizeof(**ret));
	**ret = (struct tapping){ .ends = -1, .ring_size = ring_size() };
	int rc = begin(*ret, wish, err);
	if (rc) {
		tap_end(*ret);
		*ret = NULL;
	}
	return rc;
}

size_t tap_drain(struct tapping *tapping, struct pieces *pieces)
{
	struct bpfring *ring = &tapping->ring;
	unsigned long before = ring->at;
	struct text record;

	while (ring->at - before < DRAIN_SIZE && bpfring_next(ring, &record)) {
		pieces_take(pieces, record);
		bpfring_pass(ring);
	}
	return ring->at - before;
}

void tap_free(struct tapping *tapping)
{
	bpfring_free(&tapping->ring);
}

size_t tap_waiting(const struct tapping *tapping)
{
	return __atomic_load_n(tapping->ring.producer, __ATOMIC_ACQUIRE) - tapping->ring.at;
}

uint64_t tap_lost(const struct tapping *tapping)
{
	return __atomic_load_n(&tapping->skeleton->bss->lost, __ATOMIC_RELAXED);
}

unsigned int tap_mapped(const struct tapping *tapping)
{
	return tapping->skeleton->bss->mapped;
}

/** Without the probe: is somebody left who has it open? Where that takes long it is seldom asked. */
static void look_again(struct tapping *tapping)
{
	struct tap__bss *told = tapping->skeleton->bss;
	int64_t begin = clock_ns(CLOCK_MONOTONIC);

	if (tapping->ends >= 0 || begin < tapping->due_ns)
		return;
	told->seen = 0;
	int rc = walk(&tapping->skeleton->progs.find);
	int64_t end = clock_ns(CLOCK_MONOTONIC), pause = (end - begin) * WALK_SHARE;
	tapping->due_ns = end + (pause > WALK_NS ? pause : WALK_NS);
	for (unsigned int i = 0; !rc && i < TAP_FILES; i++) {
		if (!(told->seen >> i & 1))
			told->tapped[i] = 0;
	}
}

bool tap_is_over(struct tapping *tapping)
{
	const struct tap__bss *told = tapping->skeleton->bss;

	look_again(tapping);
	for (size_t i = 0; i < TAP_FILES; i++) {
		if (__atomic_load_n(&told->tapped[i], __ATOMIC_ACQUIRE))
			return false;
	}
	return true;
}

void tap_end(struct tapping *tapping)
{
	if (!tapping)
		return;
	bpfring_end(&tapping->ring);
	if (tapping->ends >= 0)
		close(tapping->ends);
	if (tapping->skeleton)
		tap__destroy(tapping->skeleton);
	free(tapping);
}
