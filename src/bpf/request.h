/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is asked of io_urings: which requests move bytes, and where these lie.
 */
#pragma once
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
	RING_SELECTS = 1 << 5, /**< IOSQE_BUFFER_SELECT: the kernel chose where it reads to */
};

static __always_inline bool ring_moves(__u32 op)
{
	switch (op) {
	case RING_READV:
	case RING_READ_FIXED:
	case RING_RECVMSG:
	case RING_READ:
	case RING_RECV:
		return reads;
	case RING_WRITEV:
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
	case RING_RECV:
		/* What is sent in several goes moves its beginning along. */
		if (!bpf_core_field_exists(send->done_io) || BPF_CORE_READ(send, done_io))
			return 0;
		return (__u64)BPF_CORE_READ(send, buf);
	}
	return 0;
}
