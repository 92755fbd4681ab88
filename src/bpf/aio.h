/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What was asked for by io_submit(2) is told when its process hears that it is done: io_getevents(2).
 * Whoever looks into the ring of that by itself is not seen.
 */
#pragma once
#include "bpf/tap_tell.h"
#include "bpf/tapped.h"

/** include/uapi/linux/aio_abi.h. */
enum { AIO_PREAD = 0, AIO_PWRITE = 1, AIO_PREADV = 7, AIO_PWRITEV = 8 };

struct aio_request {
	__u64 data, key_and_flags;
	__u16 op, priority;
	__u32 fd;
	__u64 buffer, len, offset, reserved, flags_and_fd;
};

struct aio_event {
	__u64 data, request;
	__s64 result, result2;
};

struct aio_events {
	__u64 at;
	__u32 count, is;
};

static __always_inline bool aio_reaps(int number)
{
	return number == __NR_io_getevents || number == __NR_io_pgetevents;
}

static __always_inline void tell_request(const struct aio_request *request, __u32 total, __u32 is)
{
	struct copying copying = { .vector = request->buffer, .count = request->len, .is = is };
	bool vector = request->op == AIO_PREADV || request->op == AIO_PWRITEV;

	if (vector)
		tell_vector(&copying, total, TAP_CALLED);
	else
		tell_buffer(request->buffer, total, TAP_CALLED);
}

static long tell_event(__u32 index, struct aio_events *events)
{
	struct aio_request request = { 0 };
	struct aio_event event = { 0 };
	bool read;

	if (index >= events->count ||
	    bpf_probe_read_user(&event, sizeof(event),
				(const void *)(events->at + index * sizeof(event))))
		return 1;
	if (event.result <= 0 ||
	    bpf_probe_read_user(&request, sizeof(request), (const void *)event.request))
		return 0;
	read = request.op == AIO_PREAD || request.op == AIO_PREADV;
	if (read != reads || (!read && request.op != AIO_PWRITE && request.op != AIO_PWRITEV) ||
	    !find_file(file_at(bpf_get_current_task_btf(), request.fd)))
		return 0;
	tell_request(&request, event.result, events->is);
	return 0;
}

static __always_inline void tell_events(__u64 at, __u32 count, bool compat)
{
	struct aio_events events = { at, count, compat ? COPYING_COMPAT : 0 };

	bpf_loop(VECTORS, tell_event, &events, 0);
}
