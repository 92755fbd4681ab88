/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Tells of a call what it moved: the bytes, or what they are from where it moved them inside the kernel.
 */
#pragma once
#include "bpf/copy.h"
#include "bpf/magic.h"
#include "bpf/place.h"

enum { TAP_SPARE = sizeof(struct deed_record) - sizeof(struct tap_record) };

/** The name of the file that bytes are from. True: told. */
static __always_inline bool tell_name(struct file *file, __u64 call)
{
	struct draft *draft = take_draft();
	struct tap_record *record;
	__u32 below = 0, len;
	bool nameless, told;

	if (!draft)
		return false;
	draft->record.is = 0;
	len = write_place(draft, &file->f_path, sizeof(struct deed_record), &below);
	nameless = draft->record.is & DEED_NAMELESS;
	/* Ours is shorter than the record of a deed, which it overwrites: it lies right before the names. */
	record = (struct tap_record *)(draft->bytes + TAP_SPARE);
	begin_record(record, TAP_NAME, call);
	record->is = nameless ? TAP_NAMELESS : 0;
	len += sizeof(*record);
	asm volatile("" : "+r"(len));
	told = len <= DEED_RECORD_MAX - TAP_SPARE &&
	       !bpf_ringbuf_output(&events, draft->bytes + TAP_SPARE, len, BPF_RB_NO_WAKEUP);
	draft->taken = 0;
	return told;
}

/** Bytes that are not to be had, or not to be told. */
static __always_inline void tell_unseen(struct file *source, __u32 total, enum tap_is is,
					enum tap_way way)
{
	struct tap_record *head = bpf_ringbuf_reserve(&events, sizeof(*head), 0);
	__u64 call = next_call();
	bool named;

	if (!head) {
		__sync_fetch_and_add(&lost, total);
		return;
	}
	named = source && tell_name(source, call);
	begin_record(head, TAP_CALL, call);
	head->total = total;
	head->pieces = named;
	head->is = is;
	head->way = way;
	bpf_ringbuf_submit(head, BPF_RB_NO_WAKEUP);
}

/** struct msghdr: where its vector lies, and of how many. */
static __always_inline bool read_message(__u64 at, struct copying *ret)
{
	struct {
		__u64 vector, count;
	} wide = { 0 };
	__u32 narrow[2] = { 0 };

	if (ret->is & COPYING_COMPAT) {
		if (bpf_probe_read_user(narrow, sizeof(narrow), (const void *)(at + 8)))
			return false;
		ret->vector = narrow[0];
		ret->count = narrow[1];
		return true;
	}
	if (bpf_probe_read_user(&wide, sizeof(wide), (const void *)(at + 16)))
		return false;
	ret->vector = wide.vector;
	ret->count = wide.count;
	return true;
}

static __always_inline void tell_vector(struct copying *copying, __u32 total, enum tap_way way)
{
	copying->call = next_call();
	tell_call(copying, total, FLOW_VECTOR, way);
}

/** `is`: enum copying_is. */
static __always_inline void tell_message(__u64 at, __u32 total, __u32 is)
{
	struct copying copying = { .is = is };

	if (!read_message(at, &copying)) {
		copying.vector = 0;
		copying.count = 0;
	}
	tell_vector(&copying, total, TAP_CALLED);
}

struct messages {
	__u64 at;
	__u32 count, is;
};

/** struct mmsghdr: a struct msghdr, and how many bytes of it went through. */
static long tell_one_message(__u32 index, struct messages *messages)
{
	bool compat = messages->is & COPYING_COMPAT;
	__u32 size = compat ? 32 : 64, len_at = compat ? 28 : 56, total = 0;
	__u64 at = messages->at + (__u64)index * size;

	if (index >= messages->count)
		return 1;
	if (bpf_probe_read_user(&total, sizeof(total), (const void *)(at + len_at)))
		return 1;
	tell_message(at, total, messages->is);
	return 0;
}

/** tcp(7): what is asked for with MSG_TRUNC is thrown away, and never comes to the process. */
static __always_inline bool throws_away(const struct file *file)
{
	enum { STREAM = 1, INET = 2, INET6 = 10 /* include/linux/socket.h */ };
	const struct socket *socket = BPF_CORE_READ(file, private_data);
	const struct sock *sk;
	__u32 family;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & TYPE_MASK) != TYPE_SOCKET)
		return false;
	sk = BPF_CORE_READ(socket, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	return (family == INET || family == INET6) && BPF_CORE_READ(sk, sk_type) == STREAM;
}

static __always_inline void tell_bytes(const struct flow *flow, __u32 result, __u32 is)
{
	struct messages messages = { .at = flow->at, .count = result, .is = is };
	struct copying copying = { .vector = flow->at, .count = flow->count, .is = is };

	switch (flow->shape) {
	case FLOW_BUFFER:
		tell_buffer(flow->at, result < flow->len ? result : flow->len, TAP_CALLED);
		return;
	case FLOW_VECTOR:
		tell_vector(&copying, result, TAP_CALLED);
		return;
	case FLOW_MESSAGE:
		tell_message(flow->at, result, is);
		return;
	case FLOW_MESSAGES:
		bpf_loop(VECTORS, tell_one_message, &messages, 0);
		return;
	case FLOW_UNSEEN:
		return;
	}
}

/** `file`: what it went through. */
static __always_inline void tell_flow(struct task_struct *task, const struct file *file,
				      const struct flow *flow, __u32 result, __u32 is)
{
	if (is & TAP_HIDDEN)
		tell_unseen(0, result, TAP_HIDDEN, TAP_CALLED);
	else if (flow->shape == FLOW_UNSEEN)
		tell_unseen(file_at(task, flow->source), result, TAP_UNSEEN, flow->way);
	else if (flow->cut && throws_away(file))
		tell_unseen(0, result, TAP_UNSEEN, TAP_DROPPED);
	else
		tell_bytes(flow, result,
			   (flow_is_compat(task) ? COPYING_COMPAT : 0) |
				   (flow->cut ? COPYING_CUT : 0));
}
