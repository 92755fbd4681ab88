/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who is told of what others do: our process, and the numbers that its PID namespace has for theirs.
 */
#pragma once
#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

__u32 watcher = 0; /**< our process, in the first PID namespace; 0: it has not made itself known */
__u32 level = 0;   /**< how deep our PID namespace is, and which */
__u64 space = 0;

static __always_inline void read_number(const struct pid *pid, struct upid *ret)
{
	bpf_core_read(ret, sizeof(*ret),
		      (const char *)pid + bpf_core_field_offset(struct pid, numbers) +
			      level * bpf_core_type_size(struct upid));
}

static __always_inline void look_at_watcher(const struct task_struct *task)
{
	const struct pid *pid = task->thread_pid;
	struct upid upid = { 0 };

	level = BPF_CORE_READ(pid, level);
	read_number(pid, &upid);
	space = (__u64)upid.ns;
	watcher = task->tgid;
}

/** The number that our PID namespace has for it; 0: none. */
static __always_inline __u32 number_in(const struct pid *pid)
{
	struct upid upid = { 0 };

	if (BPF_CORE_READ(pid, level) < level)
		return 0;
	read_number(pid, &upid);
	return (__u64)upid.ns == space ? upid.nr : 0;
}

static __always_inline __u32 number_of(const struct task_struct *task)
{
	return level ? number_in(BPF_CORE_READ(task, thread_pid)) : (__u32)task->pid;
}

static __always_inline __u32 process_of(const struct task_struct *task)
{
	return level ? number_in(BPF_CORE_READ(task, group_leader, thread_pid)) : (__u32)task->tgid;
}
