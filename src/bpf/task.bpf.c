/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Walks all threads and tells of each what /proc/PID/stat is made of: do_task_stat of fs/proc/array.c.
 * The kernel holds the RCU lock meanwhile, so that what a task points to stays, but for its memory:
 * whether that is still its own is looked up again once it was read. Several readers may share the work:
 * each sees all threads, and is told of its own. Who is whose does not change, as the kernel repeats
 * itself when its buffer was full.
 */
#include <stdbool.h>

#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/wire.h"

enum { FLAG_KTHREAD = 0x00200000 /* include/linux/sched.h, PF_KTHREAD */ };
enum { PIDS_GROUP = 2, PIDS_SESSION = 3 /* include/linux/pid_types.h, since Linux 4.19 */ };

/** Times and faults of each thread; else those of its process. */
const volatile __u32 of_threads = 0;

/** The threads that share the work, in the first PID namespace; more than one is never 0. */
__u32 readers[WIRE_WALKERS] = { 0 };
__u32 reader_count = 0;

static __always_inline bool is_ours(__u32 tid)
{
	__u32 self = (__u32)bpf_get_current_pid_tgid();

	if (reader_count < 2)
		return true;
	_Pragma("clang loop unroll(full)") for (__u32 i = 0; i < WIRE_WALKERS; i++)
	{
		if (readers[i] == self)
			return tid % reader_count == i;
	}
	return true;
}

static __always_inline __u32 number_of(const struct pid *pid)
{
	return pid ? BPF_CORE_READ(pid, numbers[0].nr) : 0;
}

static __always_inline __u64 positive(long long count)
{
	return count > 0 ? count : 0;
}

/**
 * Files, own memory, shared memory: get_mm_rss of include/linux/mm.h. A counter may be below zero. Each
 * index is written out: in a loop its place would be put in by clang, who does not know the real struct.
 */
static __always_inline __u64 resident_of(const struct mm_struct *mm)
{
	const struct mm_struct___before_6_2 *before = (const void *)mm;

	if (bpf_core_field_exists(mm->rss_stat[0].count))
		return positive(BPF_CORE_READ(mm, rss_stat[0].count)) +
		       positive(BPF_CORE_READ(mm, rss_stat[1].count)) +
		       positive(BPF_CORE_READ(mm, rss_stat[3].count));
	return positive(BPF_CORE_READ(before, rss_stat.count[0].counter)) +
	       positive(BPF_CORE_READ(before, rss_stat.count[1].counter)) +
	       positive(BPF_CORE_READ(before, rss_stat.count[3].counter));
}

static __always_inline bool tell_memory(struct task_struct *task, struct wire_task *out)
{
	const struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if (!mm || (out->flags & FLAG_KTHREAD))
		return true;
	out->vm_pages = BPF_CORE_READ(mm, total_vm);
	out->rss_pages = resident_of(mm);
	return BPF_CORE_READ(task, mm) == mm;
}

static __always_inline void tell_group(const struct signal_struct *signal, struct wire_task *out)
{
	out->threads = signal->nr_threads;
	out->pgrp = number_of(signal->pids[PIDS_GROUP]);
	out->session = number_of(signal->pids[PIDS_SESSION]);
	out->cutime = signal->cutime;
	out->cstime = signal->cstime;
	if (of_threads)
		return;
	out->ended = (struct wire_used){ signal->utime, signal->stime, signal->sum_sched_runtime,
					 signal->min_flt, signal->maj_flt };
}

/** kernel/sched/cputime.c, cputime_adjust: what was told once never shrinks. */
static __always_inline void tell_told(const struct task_struct *task,
				      const struct signal_struct *signal, struct wire_task *out)
{
	if (!bpf_core_field_exists(task->prev_cputime.utime))
		return;
	out->is |= WIRE_SCALED;
	out->told_utime = of_threads ? task->prev_cputime.utime : signal->prev_cputime.utime;
	out->told_stime = of_threads ? task->prev_cputime.stime : signal->prev_cputime.stime;
}

static __always_inline void tell_scheduling(const struct task_struct *task, struct wire_task *out)
{
	out->prio = task->prio;
	out->static_prio = task->static_prio;
	out->rt_priority = task->rt_priority;
	out->policy = task->policy;
	out->processor = task->thread_info.cpu;
	if (bpf_core_field_exists(task->delays))
		out->blkio = BPF_CORE_READ(task, delays, blkio_delay);
}

static __always_inline void tell_owner(struct task_struct *task, struct wire_task *out)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);

	out->uid = BPF_CORE_READ(cred, euid.val);
	out->gid = BPF_CORE_READ(cred, egid.val);
}

static __always_inline bool is_known(const struct task_struct *task)
{
	/* Neither is looked at: only what they are made of matters. */
	const struct mm_struct *mm = (const void *)task;
	const struct mm_struct___before_6_2 *before = (const void *)task;

	return bpf_core_field_exists(task->thread_info.cpu) &&
	       (bpf_core_field_exists(mm->rss_stat[0].count) ||
		bpf_core_field_exists(before->rss_stat.count[0].counter));
}

/**
 * Of the pointers in a task only one is followed by the program itself: for each such step the verifier
 * goes through all types of the kernel, by name, four times.
 */
static __always_inline void tell(struct task_struct *task, struct wire_task *out)
{
	const struct signal_struct *signal = task->signal;

	out->at = bpf_ktime_get_boot_ns();
	out->start = task->start_boottime;
	out->flags = task->flags;
	out->state = task->__state;
	out->exit_state = task->exit_state;
	out->used = (struct wire_used){ task->utime, task->stime, task->se.sum_exec_runtime,
					task->min_flt, task->maj_flt };
	out->ppid = BPF_CORE_READ(task, real_parent, tgid);
	BPF_CORE_READ_INTO(&out->comm, task, comm);
	tell_owner(task, out);
	tell_scheduling(task, out);
	tell_group(signal, out);
	tell_told(task, signal, out);
	/* Who has a terminal is rare, and its number lies far from here. */
	if (tell_memory(task, out) && !signal->tty)
		out->is |= WIRE_WHOLE;
}

SEC("iter/task")
int task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct wire_task out = { 0 };

	/* Who has been reaped is in no list any more. */
	if (!task || !is_ours(task->pid) || !BPF_CORE_READ(task, sighand))
		return 0;
	out.tid = task->pid;
	out.pid = task->tgid;
	if (is_known(task))
		tell(task, &out);
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
