/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is asked of io_urings: which requests move bytes, and where these lie.
 */
#pragma once
#include "bpf/tap_tell.h"
#include "bpf/tapped.h"

/** include/uapi/linux/io_uring.h, enum io_uring_op. */
enum {
	RING_READV = 1,
	RING_WRITEV = 2,
	RING_READ_FIXED = 4,
	RING_WRITE_FIXED = 5,
	RING_SENDMSG = 9,
	RING_RECVMSG = 10,
	RING_READ = 22,
	RING_WRITE = 23,
	RING_SEND = 26,
	RING_RECV = 27,
	RING_SPLICE = 30,
	RING_TEE = 33,
	RING_SEND_ZC = 47,
	RING_SENDMSG_ZC = 48,
	RING_READ_MULTISHOT = 49,
	RING_READV_FIXED = 59,
	RING_WRITEV_FIXED = 60,
	RING_FIXED = 1 << 0,   /**< IOSQE_FIXED_FILE: its file is not one of the descriptors */
	RING_SELECTS = 1 << 5, /**< IOSQE_BUFFER_SELECT: the kernel chose where it reads to */
};

enum { RING_VECTORS = 8, RING_REQUESTS = 1024 };

/** Where the bytes of a request lie: its vector, which is no more when it is done. */
struct ring_vector {
	__u64 vector[RING_VECTORS][2];
	__u32 count;
};

/** By their addresses; a kernel without room forgets the oldest. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RING_REQUESTS);
	__type(key, __u64);
	__type(value, struct ring_vector);
} ring_vectors SEC(".maps");

static __always_inline bool ring_moves(__u32 op)
{
	switch (op) {
	case RING_READV:
	case RING_READV_FIXED:
	case RING_READ_MULTISHOT:
	case RING_READ_FIXED:
	case RING_RECVMSG:
	case RING_READ:
	case RING_RECV:
		return reads;
	case RING_WRITEV:
	case RING_WRITEV_FIXED:
	case RING_WRITE_FIXED:
	case RING_SENDMSG:
	case RING_WRITE:
	case RING_SEND:
	case RING_SPLICE:
	case RING_TEE:
	case RING_SEND_ZC:
	case RING_SENDMSG_ZC:
		return !reads;
	}
	return false;
}

/** Where its bytes lie; 0: that is not to be had any more. */
static __always_inline __u64 ring_buffer(const struct io_kiocb___tap *request, __u32 op)
{
	const struct io_sr_msg *send = (const void *)request;
	const struct io_rw *rw = (const void *)request;

	if (BPF_CORE_READ(request, flags) & RING_SELECTS)
		return 0;
	switch (op) {
	case RING_READ:
	case RING_READ_FIXED:
	case RING_WRITE:
	case RING_WRITE_FIXED:
		return BPF_CORE_READ(rw, addr);
	case RING_SEND:
	case RING_SEND_ZC:
	case RING_RECV:
		/* What is sent in several goes moves its beginning along. */
		if (!bpf_core_field_exists(send->done_io) || BPF_CORE_READ(send, done_io))
			return 0;
		return (__u64)BPF_CORE_READ(send, buf);
	}
	return 0;
}

/** Of a request with a vector: where that lies. */
static __always_inline bool find_vector(const struct io_kiocb___tap *request, __u32 op,
					struct copying *ret)
{
	const struct io_sr_msg *message = (const void *)request;
	const struct io_rw *rw = (const void *)request;

	switch (op) {
	case RING_READV:
	case RING_READV_FIXED:
	case RING_WRITEV:
	case RING_WRITEV_FIXED:
		ret->vector = BPF_CORE_READ(rw, addr);
		ret->count = BPF_CORE_READ(rw, len);
		return true;
	case RING_SENDMSG:
	case RING_SENDMSG_ZC:
	case RING_RECVMSG:
		return read_message((__u64)BPF_CORE_READ(message, umsg), ret);
	}
	return false;
}

/** A request with a vector, to keep that. False: it has none, or a larger one. */
static __always_inline bool keep_vector(const struct io_kiocb___tap *request, __u32 op)
{
	struct copying copying = { 0 };
	struct ring_vector vector = { 0 };
	__u64 key = (__u64)request;
	__u32 size;

	if (!find_vector(request, op, &copying) || !copying.count || copying.count > RING_VECTORS)
		return false;
	vector.count = copying.count;
	size = copying.count * sizeof(vector.vector[0]);
	asm volatile("" : "+r"(size));
	if (size > sizeof(vector.vector) ||
	    bpf_probe_read_user(vector.vector, size, (const void *)copying.vector))
		return false;
	return !bpf_map_update_elem(&ring_vectors, &key, &vector, BPF_ANY);
}

/** Tell its bytes by the vector that was kept; it is gone then. False: there is none. */
static __always_inline bool tell_kept(const struct io_kiocb___tap *request, __u32 total)
{
	__u64 key = (__u64)request;
	struct ring_vector *vector = bpf_map_lookup_elem(&ring_vectors, &key);
	struct copying copying = { .is = COPYING_OF_KERNEL };

	if (!vector)
		return false;
	copying.vector = (__u64)vector->vector;
	copying.count = vector->count;
	tell_vector(&copying, total, TAP_BY_RING);
	bpf_map_delete_elem(&ring_vectors, &key);
	return true;
}

static __always_inline void forget_vector(const struct io_kiocb___tap *request)
{
	__u64 key = (__u64)request;

	bpf_map_delete_elem(&ring_vectors, &key);
}
