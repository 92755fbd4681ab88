/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Copies what goes through an open file, whoever of those that share it writes (or reads) and by
 * whichever call: from the memory of the process, once the call is at its end, as many bytes as it
 * moved.
 */
#include "bpf/aio.h"
#include "bpf/audience.h"
#include "bpf/tap_request.h"
#include "bpf/tap_shots.h"

const volatile __u32 target = 0; /**< a thread's number, in our PID namespace */
const volatile __u32 wanted_count = 0;
const volatile __u32 wanted[TAP_FILES] = { 0 }; /**< its descriptors */

__u64 seen = 0;     /**< by the walk: which of the files somebody has open, one bit each */
__u32 found = 0;    /**< the files have been looked for */
__u32 circular = 0; /**< the process shows what we tell */

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

	if (aio_reaps(call.number) && result > 0 && !is_own(task)) {
		read_arguments(regs, task, &call);
		tell_events(call.arg[3], result, flow_is_compat(task));
		return 0;
	}
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
	tell_flow(task, file, &flow, result, begun.is);
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

/** Walks what everybody has open: first to find what is asked for, later whether somebody still has it. */
SEC("iter/task_file")
int find(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd;

	if (!watcher)
		look_at_us();
	if (!task || !file)
		return 0;
	if (found) {
		seen |= find_file(file);
		return 0;
	}
	if (number_of(task) != target)
		return 0;
	circular = is_audience(task->tgid);
	if ((__u64)BPF_CORE_READ(task, signal, pids[GROUP]) == own_group)
		own_group = 0;
	if (fd == wanted[0])
		take_file(0, file);
	else if (wanted_count > 1 && fd == wanted[1])
		take_file(1, file);
	return 0;
}

/** A request is about to be done: what will be gone at its end is kept. */
SEC("raw_tp/io_uring_submit_req")
int request_begins(struct bpf_raw_tracepoint_args *ctx)
{
	const struct io_kiocb___tap *request = (const void *)ctx->args[0];
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 op = BPF_CORE_READ(request, opcode);

	if (!ring_moves(op))
		return 0;
	/* Another may have been there before it, that never came to its end. */
	forget_vector(request);
	if (shots_may_be(request, op))
		keep_shots(request);
	if ((BPF_CORE_READ(request, flags) & RING_FIXED) ||
	    find_file(file_at(task, BPF_CORE_READ(request, cqe.fd))))
		keep_vector(request, op);
	return 0;
}

/** One of the answers of a request that goes on: which buffer the kernel chose for it is not known. */
static __always_inline void tell_shot(__u64 ring, const struct io_uring_cqe *answer)
{
	const struct io_kiocb___tap *request = find_shots(ring, answer);
	const struct file *file;
	__u32 index;
	int result;

	if (!request)
		return;
	file = BPF_CORE_READ(request, file);
	index = find_file(file);
	if (!index || bpf_probe_read_kernel(&result, sizeof(result), &answer->res) || result <= 0 ||
	    is_own(bpf_get_current_task_btf()))
		return;
	if (is_hidden(file, index))
		tell_unseen(0, result, TAP_HIDDEN, TAP_CALLED);
	else
		tell_unseen(0, result, TAP_UNSEEN, TAP_BY_RING);
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

	if (!request) {
		tell_shot(ctx->args[0], (const void *)ctx->args[2]);
		return 0;
	}
	op = BPF_CORE_READ(request, opcode);
	if (!ring_moves(op))
		return 0;
	if (shots_may_be(request, op))
		forget_shots(request);
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
	else if (!tell_kept(request, result))
		tell_unseen(0, result, TAP_UNSEEN, TAP_BY_RING);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
