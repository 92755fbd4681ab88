/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Copies bytes from the memory of the process that runs into records of a ring (tap.h). Nobody is waited
 * for: what finds no room in it, or lies on a page that is not in RAM, is counted.
 */
#pragma once
#include "bpf/flow.h"
#include "bpf/tap.h"

__u64 lost = 0; /**< bytes of calls that found no room at all */
__u64 calls = 0;

/** Its size is set when it is made. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TAP_RING_MIN);
} events SEC(".maps");

/** A record in the making. */
struct sheet {
	__u64 taken;
	struct tap_record record;
	char bytes[TAP_PAGE];
};

/** Two, since one program may interrupt another on its processor. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct sheet);
} sheets SEC(".maps");

static __always_inline struct sheet *take_sheet(void)
{
	for (__u32 i = 0; i < 2; i++) {
		__u32 at = i;
		struct sheet *sheet = bpf_map_lookup_elem(&sheets, &at);

		if (sheet && !sheet->taken) {
			sheet->taken = 1;
			return sheet;
		}
	}
	return 0;
}

static __always_inline __u64 next_call(void)
{
	return __sync_fetch_and_add(&calls, 1);
}

static __always_inline void begin_record(struct tap_record *record, enum tap_kind kind, __u64 call)
{
	record->call = call;
	record->lost = lost;
	record->total = 0;
	record->from = 0;
	record->pieces = 0;
	record->kind = kind;
	record->is = 0;
	record->way = TAP_CALLED;
	record->unused = 0;
}

/** What came of a piece. */
enum telling { TOLD, UNREAD, NO_ROOM };

enum copying_is {
	COPYING_COMPAT = 1 << 0,    /**< the vector is one of a 32-bit program */
	COPYING_OF_KERNEL = 1 << 1, /**< it lies in the memory of the kernel */
	COPYING_CUT = 1 << 2,       /**< no more has come than there is room for in it */
};

/** The bytes of a call, as they are copied. */
struct copying {
	__u64 call;
	__u64 at;     /**< of what is copied now */
	__u64 rough;  /**< up to there page by page: one of them is not in RAM */
	__u32 here;   /**< bytes of it that are left */
	__u32 left;   /**< bytes of the call that are */
	__u32 from;   /**< and those that were */
	__u32 pieces; /**< told */
	__u64 vector;
	__u32 count;
	__u32 is; /**< enum copying_is */
};

/** `size` is known when this is compiled: so the bytes come into the ring at once. */
static __always_inline enum telling tell_block(const struct copying *copying, __u32 size)
{
	struct tap_record *block =
		bpf_ringbuf_reserve(&events, sizeof(struct tap_record) + size, 0);

	if (!block)
		return NO_ROOM;
	begin_record(block, TAP_PIECE, copying->call);
	block->from = copying->from;
	if (bpf_probe_read_user(block + 1, size, (const void *)copying->at)) {
		bpf_ringbuf_discard(block, BPF_RB_NO_WAKEUP);
		return UNREAD;
	}
	bpf_ringbuf_submit(block, BPF_RB_NO_WAKEUP);
	return TOLD;
}

/** Hand over a sheet with `len` bytes from the memory of the process. */
static __always_inline enum telling tell_sheet(struct sheet *sheet, __u64 at, __u32 len)
{
	__u32 size = len;

	asm volatile("" : "+r"(size));
	if (size > TAP_PAGE)
		return NO_ROOM;
	if (bpf_probe_read_user(sheet->bytes, size, (const void *)at))
		return UNREAD;
	size += sizeof(sheet->record);
	asm volatile("" : "+r"(size));
	if (size > sizeof(sheet->record) + TAP_PAGE)
		return NO_ROOM;
	return bpf_ringbuf_output(&events, &sheet->record, size, BPF_RB_NO_WAKEUP) ? NO_ROOM : TOLD;
}

static __always_inline enum telling tell_part(const struct copying *copying, __u32 len)
{
	struct sheet *sheet = take_sheet();
	enum telling told;

	if (!sheet)
		return NO_ROOM;
	begin_record(&sheet->record, TAP_PIECE, copying->call);
	sheet->record.from = copying->from;
	told = tell_sheet(sheet, copying->at, len);
	sheet->taken = 0;
	return told;
}

/** How much of what is left goes into one record. */
static __always_inline __u32 next_len(const struct copying *copying)
{
	__u32 here = copying->here, page = TAP_PAGE - (copying->at & (TAP_PAGE - 1));

	if (copying->at < copying->rough)
		return page < here ? page : here;
	if (here >= TAP_BLOCK)
		return TAP_BLOCK;
	if (here >= TAP_LITTLE_BLOCK)
		return TAP_LITTLE_BLOCK;
	return here < TAP_PAGE ? here : TAP_PAGE;
}

static __always_inline enum telling tell_next(const struct copying *copying, __u32 len)
{
	switch (len) {
	case TAP_BLOCK:
		return tell_block(copying, TAP_BLOCK);
	case TAP_LITTLE_BLOCK:
		return tell_block(copying, TAP_LITTLE_BLOCK);
	case TAP_PAGE:
		return tell_block(copying, TAP_PAGE);
	}
	return tell_part(copying, len);
}

/** Of several pages one that cannot be read costs no more than itself: they are read one by one. */
static long copy_next(__u32 index, struct copying *copying)
{
	__u32 len = next_len(copying);
	enum telling told;

	(void)index;
	if (!len)
		return 1;
	told = tell_next(copying, len);
	if (told == UNREAD && copying->at >= copying->rough &&
	    len > TAP_PAGE - (copying->at & (TAP_PAGE - 1))) {
		copying->rough = copying->at + len;
		return 0;
	}
	copying->pieces += told == TOLD;
	copying->at += len;
	copying->here -= len;
	copying->left -= len;
	copying->from += len;
	return 0;
}

static __always_inline void copy_buffer(struct copying *copying, __u64 at, __u64 len)
{
	copying->at = at;
	copying->rough = 0;
	copying->here = len < copying->left ? len : copying->left;
	/* Each page by itself, and what was tried before; the end of it all tells itself. */
	bpf_loop((copying->here / TAP_PAGE + 2) * 2, copy_next, copying, 0);
}

/** struct iovec, of 32 bits and of 64. */
static __always_inline long read_vector(const struct copying *copying, __u32 index, __u64 ret[2])
{
	__u32 narrow[2] = { 0 };
	long rc;

	if (copying->is & COPYING_OF_KERNEL)
		return bpf_probe_read_kernel(ret, 2 * sizeof(*ret),
					     (const void *)(copying->vector + index * 16ULL));
	if (!(copying->is & COPYING_COMPAT))
		return bpf_probe_read_user(ret, 2 * sizeof(*ret),
					   (const void *)(copying->vector + index * 16ULL));
	rc = bpf_probe_read_user(narrow, sizeof(narrow),
				 (const void *)(copying->vector + index * 8ULL));
	ret[0] = narrow[0];
	ret[1] = narrow[1];
	return rc;
}

static long copy_vector(__u32 index, struct copying *copying)
{
	__u64 vector[2] = { 0 };

	if (index >= copying->count || !copying->left)
		return 1;
	if (read_vector(copying, index, vector))
		return 1;
	copy_buffer(copying, vector[0], vector[1]);
	return 0;
}

enum { VECTORS = 1024 /* include/uapi/linux/uio.h, UIO_MAXIOV */ };

/**
 * A call whose bytes lie in pieces, or are too many for one record. `shape`: enum flow_shape, `way`:
 * enum tap_way. Not static: so the verifier looks at it once.
 */
__attribute__((noinline)) int tell_call(const struct copying *begin, __u32 total, __u32 shape,
					__u32 way)
{
	struct copying copying;
	struct tap_record *head;

	if (!begin)
		return 0;
	copying = *begin;
	head = bpf_ringbuf_reserve(&events, sizeof(*head), 0);
	if (!head) {
		__sync_fetch_and_add(&lost, total);
		return 0;
	}
	copying.left = total;
	if (shape == FLOW_BUFFER)
		copy_buffer(&copying, copying.at, total);
	else
		bpf_loop(VECTORS, copy_vector, &copying, 0);
	begin_record(head, TAP_CALL, copying.call);
	head->total = copying.is & COPYING_CUT ? copying.from : total;
	head->pieces = copying.pieces;
	head->way = way;
	bpf_ringbuf_submit(head, BPF_RB_NO_WAKEUP);
	return 0;
}

/** False: it takes pieces. */
static __always_inline bool tell_whole(__u64 at, __u32 total, enum tap_way way)
{
	struct sheet *sheet;
	enum telling told;

	if (total > TAP_PAGE)
		return false;
	sheet = take_sheet();
	if (!sheet)
		return false;
	begin_record(&sheet->record, TAP_WHOLE, next_call());
	sheet->record.total = total;
	sheet->record.way = way;
	told = tell_sheet(sheet, at, total);
	sheet->taken = 0;
	if (told == NO_ROOM)
		__sync_fetch_and_add(&lost, total);
	return told != UNREAD;
}

static __always_inline void tell_buffer(__u64 at, __u32 total, enum tap_way way)
{
	struct copying copying = { .at = at };

	if (tell_whole(at, total, way))
		return;
	copying.call = next_call();
	tell_call(&copying, total, FLOW_BUFFER, way);
}
