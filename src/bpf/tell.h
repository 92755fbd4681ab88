/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Tells of a call what it moved: the bytes, or what they are from where it moved them inside the kernel.
 */
#pragma once
#include "bpf/copy.h"
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
static __always_inline bool read_message(__u64 at, bool compat, struct copying *ret)
{
	struct {
		__u64 vector, count;
	} wide = { 0 };
	__u32 narrow[2] = { 0 };

	ret->compat = compat;
	if (compat) {
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

static __always_inline void tell_message(__u64 at, __u32 total, bool compat)
{
	struct copying copying = { 0 };

	if (!read_message(at, compat, &copying)) {
		copying.vector = 0;
		copying.count = 0;
	}
	copying.call = next_call();
	tell_call(&copying, total, FLOW_VECTOR, TAP_CALLED);
}

struct messages {
	__u64 at;
	__u32 count, compat;
};

/** struct mmsghdr: a struct msghdr, and how many bytes of it went through. */
static long tell_one_message(__u32 index, struct messages *messages)
{
	__u32 size = messages->compat ? 32 : 64, len_at = messages->compat ? 28 : 56, total = 0;
	__u64 at = messages->at + (__u64)index * size;

	if (index >= messages->count)
		return 1;
	if (bpf_probe_read_user(&total, sizeof(total), (const void *)(at + len_at)))
		return 1;
	tell_message(at, total, messages->compat);
	return 0;
}

static __always_inline void tell_flow(struct task_struct *task, const struct flow *flow,
				      __u32 result, __u32 is)
{
	struct messages messages = { .at = flow->at };
	struct copying copying = { 0 };

	if (is & TAP_HIDDEN) {
		tell_unseen(0, result, TAP_HIDDEN, TAP_CALLED);
		return;
	}
	switch (flow->shape) {
	case FLOW_BUFFER:
		tell_buffer(flow->at, result, TAP_CALLED);
		return;
	case FLOW_VECTOR:
		copying.vector = flow->at;
		copying.count = flow->count;
		copying.compat = flow_is_compat(task);
		copying.call = next_call();
		tell_call(&copying, result, FLOW_VECTOR, TAP_CALLED);
		return;
	case FLOW_MESSAGE:
		tell_message(flow->at, result, flow_is_compat(task));
		return;
	case FLOW_MESSAGES:
		messages.count = result;
		messages.compat = flow_is_compat(task);
		bpf_loop(VECTORS, tell_one_message, &messages, 0);
		return;
	case FLOW_UNSEEN:
		tell_unseen(file_at(task, flow->source), result, TAP_UNSEEN, flow->way);
		return;
	}
}
