/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Requests of io_urings that have several answers (multishot, bundles): all but the last are told of
 * without the request, by what their program calls it. Kernels whose tracepoint does not have the answer
 * as a whole (Linux 6.18 does) are not understood: there they are missed.
 */
#pragma once
#include "bpf/tap_request.h"

/** include/uapi/linux/io_uring.h. */
struct io_uring_cqe {
	__u64 user_data;
	__s32 res;
	__u32 flags;
};

struct shots_name {
	__u64 ring, user_data;
};

/** The requests, by their addresses; a kernel without room forgets the oldest. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RING_REQUESTS);
	__type(key, struct shots_name);
	__type(value, __u64);
} shots SEC(".maps");

/** They all have the kernel choose their buffers. */
static __always_inline bool shots_may_be(const struct io_kiocb___tap *request, __u32 op)
{
	return (op == RING_READ_MULTISHOT || op == RING_RECV || op == RING_RECVMSG ||
		op == RING_SEND) &&
	       (BPF_CORE_READ(request, flags) & RING_SELECTS);
}

static __always_inline struct shots_name shots_name(const struct io_kiocb___tap *request)
{
	return (struct shots_name){ (__u64)BPF_CORE_READ(request, ctx),
				    BPF_CORE_READ(request, cqe.user_data) };
}

static __always_inline void keep_shots(const struct io_kiocb___tap *request)
{
	struct shots_name name = shots_name(request);
	__u64 at = (__u64)request;

	bpf_map_update_elem(&shots, &name, &at, BPF_ANY);
}

static __always_inline void forget_shots(const struct io_kiocb___tap *request)
{
	struct shots_name name = shots_name(request);

	bpf_map_delete_elem(&shots, &name);
}

/** Which request it answers; it goes on as long as it is one of that name. */
static __always_inline const struct io_kiocb___tap *find_shots(__u64 ring,
							       const struct io_uring_cqe *answer)
{
	struct shots_name name = { .ring = ring }, is;
	const struct io_kiocb___tap *request;
	__u64 *at;

	if (bpf_probe_read_kernel(&name.user_data, sizeof(name.user_data), &answer->user_data))
		return 0;
	at = bpf_map_lookup_elem(&shots, &name);
	if (!at)
		return 0;
	request = (const void *)*at;
	is = shots_name(request);
	return is.ring == name.ring && is.user_data == name.user_data ? request : 0;
}
