/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Copies what goes through an open file, whoever of those that share it writes (or reads) and by
 * whichever call: from the memory of the process, once the call is at its end, as many bytes as it
 * moved. Nobody is waited for: what finds no room in the ring, or lies on a page that is not in RAM, is
 * counted.
 */
#include "bpf/flow.h"
#include "bpf/magic.h"
#include "bpf/place.h"
#include "bpf/shadow_tap.h"
#include "bpf/watcher.h"

const volatile _Bool reads = 0;  /**< what is read, not what is written */
const volatile __u32 target = 0; /**< a thread's number, in our PID namespace */
const volatile __u32 wanted_count = 0;
const volatile __u32 wanted[TAP_FILES] = { 0 };    /**< its descriptors */
const volatile __u32 terminals[TAP_FILES] = { 0 }; /**< enum tap_terminal */

__u64 tapped[TAP_FILES] = {
	0
}; /**< the open files; 0: not found, or the last that had it is gone */
__u64 inodes[TAP_FILES] = { 0 }; /**< theirs */
__u64 seen = 0; /**< by the walk: which of the files somebody has open, one bit each */
__u64 lost = 0; /**< bytes of calls that found no room at all */
__u64 calls = 0;
__u32 found = 0;     /**< the files have been looked for */
__u64 own_group = 0; /**< our process group, which may write to the same terminal what we told it */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TAP_RING);
} events SEC(".maps");

/** What its call was found to be when it began. */
struct begun {
	__u32 file; /**< which of the files, from 1 on; 0: none */
	__u32 is;   /**< enum tap_is */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct begun);
} under_way SEC(".maps");

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

/** Which of the files it is, from 1 on; 0: none. One that has the place of another has another inode. */
static __always_inline __u32 find_file(const struct file *file)
{
	__u32 index = 0;

	if (!file)
		return 0;
	if ((__u64)file == tapped[0])
		index = 1;
	else if ((__u64)file == tapped[1])
		index = 2;
	if (index && (__u64)BPF_CORE_READ(file, f_inode) != inodes[(index - 1) & 1])
		return 0;
	return index;
}

enum { GROUP = 2 /* include/linux/pid_types.h, PIDTYPE_PGID */ };

/** We, and who is to show what we tell. */
static __always_inline bool is_own(struct task_struct *task)
{
	return (__u32)task->tgid == watcher ||
	       (own_group && (__u64)task->signal->pids[GROUP] == own_group);
}

/** Typed, and not shown where it is typed: asm-generic/termbits.h, ECHO. */
static __always_inline bool is_hidden(const struct file *file, __u32 index)
{
	enum { ECHO = 010 };
	__u32 kind = terminals[(index - 1) & 1];
	const struct tty_file_private *private;
	const struct tty_struct *tty;

	if (kind != (reads ? TAP_TERMINAL : TAP_MASTER))
		return false;
	private = BPF_CORE_READ(file, private_data);
	tty = BPF_CORE_READ(private, tty);
	if (kind == TAP_MASTER)
		tty = BPF_CORE_READ(tty, link);
	return !(BPF_CORE_READ(tty, termios.c_lflag) & ECHO);
}

/** The bytes of a call, as they are copied. */
struct copying {
	__u64 call;
	__u64 at;     /**< of what is copied now */
	__u32 here;   /**< bytes of it that are left */
	__u32 left;   /**< bytes of the call that are */
	__u32 from;   /**< and those that were */
	__u32 pieces; /**< told */
	__u64 vector;
	__u32 count;
	__u32 compat;
};

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

struct page_record {
	struct tap_record record;
	char bytes[TAP_PAGE];
};

static __always_inline bool tell_page(struct copying *copying)
{
	struct page_record *page = bpf_ringbuf_reserve(&events, sizeof(*page), 0);

	if (!page)
		return false;
	begin_record(&page->record, TAP_PIECE, copying->call);
	page->record.from = copying->from;
	if (bpf_probe_read_user(page->bytes, TAP_PAGE, (const void *)copying->at)) {
		bpf_ringbuf_discard(page, BPF_RB_NO_WAKEUP);
		return false;
	}
	bpf_ringbuf_submit(page, BPF_RB_NO_WAKEUP);
	return true;
}

/** Hand over a sheet with `len` bytes from the memory of the process. */
static __always_inline bool tell_sheet(struct sheet *sheet, __u64 at, __u32 len, bool *unread)
{
	__u32 size = len;

	*unread = false;
	asm volatile("" : "+r"(size));
	if (size > TAP_PAGE)
		return false;
	if (bpf_probe_read_user(sheet->bytes, size, (const void *)at)) {
		*unread = true;
		return false;
	}
	size += sizeof(sheet->record);
	asm volatile("" : "+r"(size));
	if (size > sizeof(sheet->record) + TAP_PAGE)
		return false;
	return !bpf_ringbuf_output(&events, &sheet->record, size, BPF_RB_NO_WAKEUP);
}

static __always_inline bool tell_part(struct copying *copying, __u32 len)
{
	struct sheet *sheet = take_sheet();
	bool told, unread;

	if (!sheet)
		return false;
	begin_record(&sheet->record, TAP_PIECE, copying->call);
	sheet->record.from = copying->from;
	told = tell_sheet(sheet, copying->at, len, &unread);
	sheet->taken = 0;
	return told;
}

/** One page at most: one that cannot be read costs no more than itself. */
static long copy_page(__u32 index, struct copying *copying)
{
	__u32 len = TAP_PAGE - (copying->at & (TAP_PAGE - 1));

	(void)index;
	if (len > copying->here)
		len = copying->here;
	if (!len)
		return 1;
	if (len == TAP_PAGE ? tell_page(copying) : tell_part(copying, len))
		copying->pieces++;
	copying->at += len;
	copying->here -= len;
	copying->left -= len;
	copying->from += len;
	return 0;
}

static __always_inline void copy_buffer(struct copying *copying, __u64 at, __u64 len)
{
	copying->at = at;
	copying->here = len < copying->left ? len : copying->left;
	bpf_loop((copying->here / TAP_PAGE) + 2, copy_page, copying, 0);
}

/** struct iovec, of 32 bits and of 64. */
static __always_inline long read_vector(const struct copying *copying, __u32 index, __u64 ret[2])
{
	__u32 narrow[2] = { 0 };
	long rc;

	if (!copying->compat)
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

/** A call whose bytes lie in pieces, or are too many for one record. */
static __always_inline void tell_call(struct copying *copying, __u32 total, enum flow_shape shape,
				      enum tap_way way)
{
	struct tap_record *head = bpf_ringbuf_reserve(&events, sizeof(*head), 0);

	if (!head) {
		__sync_fetch_and_add(&lost, total);
		return;
	}
	copying->left = total;
	if (shape == FLOW_BUFFER)
		copy_buffer(copying, copying->at, total);
	else
		bpf_loop(VECTORS, copy_vector, copying, 0);
	begin_record(head, TAP_CALL, copying->call);
	head->total = total;
	head->pieces = copying->pieces;
	head->way = way;
	bpf_ringbuf_submit(head, BPF_RB_NO_WAKEUP);
}

static __always_inline __u64 next_call(void)
{
	return __sync_fetch_and_add(&calls, 1);
}

/** False: it takes pieces. */
static __always_inline bool tell_whole(__u64 at, __u32 total, enum tap_way way)
{
	struct sheet *sheet;
	bool told, unread;

	if (total > TAP_PAGE)
		return false;
	sheet = take_sheet();
	if (!sheet)
		return false;
	begin_record(&sheet->record, TAP_WHOLE, next_call());
	sheet->record.total = total;
	sheet->record.way = way;
	told = tell_sheet(sheet, at, total, &unread);
	sheet->taken = 0;
	if (!told && !unread)
		__sync_fetch_and_add(&lost, total);
	return told || !unread;
}

static __always_inline void tell_buffer(__u64 at, __u32 total, enum tap_way way)
{
	struct copying copying = { .at = at };

	if (tell_whole(at, total, way))
		return;
	copying.call = next_call();
	tell_call(&copying, total, FLOW_BUFFER, way);
}

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

SEC("tp_btf/sys_enter")
int call_begins(__u64 *ctx)
{
	const struct pt_regs *regs = (const struct pt_regs *)ctx[0];
	struct task_struct *task = bpf_get_current_task_btf();
	struct call call = { .number = flow_number(regs, task) };
	struct begun *begun;
	struct file *file;
	struct flow flow;
	__u32 index;

	if (!flow_may_be(call.number, reads))
		return 0;
	read_arguments(regs, task, &call);
	if (!flow_of(&call, reads, &flow))
		return 0;
	file = file_at(task, flow.fd);
	index = find_file(file);
	if (!index || is_own(task))
		return 0;
	begun = bpf_task_storage_get(&under_way, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (begun) {
		begun->file = index;
		begun->is = is_hidden(file, index) ? TAP_HIDDEN : 0;
	}
	return 0;
}

/** What its call was found to be when it began; it is told once. */
static __always_inline struct begun take_begun(struct task_struct *task)
{
	struct begun *begun = bpf_task_storage_get(&under_way, task, 0, 0), ret = { 0 };

	if (begun) {
		ret = *begun;
		*begun = (struct begun){ 0 };
	}
	return ret;
}

SEC("tp_btf/sys_exit")
int call_ends(__u64 *ctx)
{
	const struct pt_regs *regs = (const struct pt_regs *)ctx[0];
	struct task_struct *task = bpf_get_current_task_btf();
	struct call call = { .number = flow_number(regs, task) };
	long result = ctx[1];
	struct begun begun;
	struct file *file;
	struct flow flow;
	__u32 index;

	if (!flow_may_be(call.number, reads))
		return 0;
	/* Of one that failed, too: it is not that of the next. */
	begun = take_begun(task);
	if (result <= 0)
		return 0;
	read_arguments(regs, task, &call);
	if (!flow_of(&call, reads, &flow))
		return 0;
	file = file_at(task, flow.fd);
	index = find_file(file);
	/* What its descriptor was when it began counts; where that was before us, what it is now. */
	if (!begun.file && (!index || is_own(task)))
		return 0;
	if (index && is_hidden(file, index))
		begun.is |= TAP_HIDDEN;
	tell_flow(task, &flow, result, begun.is);
	return 0;
}

/** Nobody has it open any more: fs/file_table.c, __fput. Its place may be another file's next. */
SEC("kprobe/locks_remove_file")
int file_ends(struct pt_regs *regs)
{
	__u64 file = first_parameter(regs);

	if (file == tapped[0])
		tapped[0] = 0;
	if (file == tapped[1])
		tapped[1] = 0;
	return 0;
}

static __always_inline void take_file(__u32 at, const struct file *file)
{
	inodes[at] = (__u64)BPF_CORE_READ(file, f_inode);
	tapped[at] = (__u64)file;
}

/** Walks what everybody has open: first to find what is asked for, later whether somebody still has it. */
SEC("iter/task_file")
int find(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd;

	if (!watcher) {
		look_at_watcher(bpf_get_current_task_btf());
		own_group = (__u64)BPF_CORE_READ(bpf_get_current_task_btf(), signal, pids[GROUP]);
	}
	if (!task || !file)
		return 0;
	if (found) {
		seen |= find_file(file);
		return 0;
	}
	if (number_of(task) != target)
		return 0;
	if ((__u64)BPF_CORE_READ(task, signal, pids[GROUP]) == own_group)
		own_group = 0;
	if (fd == wanted[0])
		take_file(0, file);
	else if (wanted_count > 1 && fd == wanted[1])
		take_file(1, file);
	return 0;
}

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

/**
 * A request is done. Its memory stays as it is until then by the rules of io_uring(7), and whoever is
 * told of it shares that memory: the one who asked, or a thread made for him.
 */
SEC("raw_tp/io_uring_complete")
int request_ends(struct bpf_raw_tracepoint_args *ctx)
{
	const struct io_kiocb___tap *request = (const void *)ctx->args[1];
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file;
	__u32 op, index;
	__u64 at;
	int result;

	if (!request)
		return 0;
	op = BPF_CORE_READ(request, opcode);
	if (!ring_moves(op))
		return 0;
	file = BPF_CORE_READ(request, file);
	index = find_file(file);
	result = BPF_CORE_READ(request, cqe.res);
	if (!index || result <= 0 || is_own(task))
		return 0;
	at = ring_buffer(request, op);
	if (is_hidden(file, index))
		tell_unseen(0, result, TAP_HIDDEN, TAP_CALLED);
	else if (at)
		tell_buffer(at, result, TAP_BY_RING);
	else
		tell_unseen(0, result, TAP_UNSEEN, TAP_BY_RING);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
