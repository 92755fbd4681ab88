/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who passes on what we tell: the rest of our pipeline, who shows our terminal, and their children. What
 * these write is not told, or it would be passed on and told again without end.
 */
#pragma once
#include <stdbool.h>

#include "bpf/shadow_tap.h"
#include "bpf/watcher.h"

#include "bpf/magic.h"

enum {
	GROUP = 2,      /**< include/linux/pid_types.h, PIDTYPE_PGID */
	AUDIENCE = 256, /**< processes, at most */
	READABLE = 1,   /**< include/linux/fs.h, FMODE_READ, FMODE_WRITE */
	WRITABLE = 2,
	PTMX = 5 << 20 | 2, /**< Documentation/admin-guide/devices.txt */
	PTS_MAJOR = 136,    /**< and the seven behind it */
};

__u64 own_group = 0; /**< our process group; 0: the process that is tapped is of it, too */
__u64 begun_ns = 0;  /**< when our process began */
__u32 grown = 0;     /**< how many of them and of their outlets are known */

/** Processes, by their numbers in the first PID namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, AUDIENCE);
	__type(key, __u32);
	__type(value, __u32);
} audience SEC(".maps");

/** What they read us by: inodes of pipes, and terminals. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, AUDIENCE);
	__type(key, __u64);
	__type(value, __u32);
} outlets SEC(".maps");

static __always_inline bool is_audience(__u32 process)
{
	return bpf_map_lookup_elem(&audience, &process);
}

/** We, and who is to show what we tell. Of the children of these those that are younger than we. */
static __always_inline bool is_own(const struct task_struct *task)
{
	if ((__u32)task->tgid == watcher ||
	    (own_group && (__u64)task->signal->pids[GROUP] == own_group))
		return true;
	return grown &&
	       (is_audience(task->tgid) || (task->group_leader->start_boottime > begun_ns &&
					    is_audience(task->real_parent->tgid)));
}

static __always_inline void look_at_us(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	look_at_watcher(task);
	own_group = (__u64)BPF_CORE_READ(task, signal, pids[GROUP]);
	begun_ns = BPF_CORE_READ(task, group_leader, start_boottime);
}

static __always_inline const struct tty_struct *terminal_of(const struct file *file)
{
	const struct tty_file_private *private = BPF_CORE_READ(file, private_data);

	return BPF_CORE_READ(private, tty);
}

static __always_inline bool is_type(const struct inode *inode, __u32 type)
{
	return (BPF_CORE_READ(inode, i_mode) & TYPE_MASK) == type;
}

/** What is written to there another one reads. 0: nobody. */
static __always_inline __u64 outlet_of(const struct file *file, __u32 fd)
{
	const struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (!(BPF_CORE_READ(file, f_mode) & WRITABLE))
		return 0;
	if (is_type(inode, TYPE_FIFO))
		return fd == 1 || fd == 2 ? (__u64)inode : 0;
	if (is_type(inode, TYPE_CHAR) && (BPF_CORE_READ(inode, i_rdev) >> 20 & ~7U) == PTS_MAJOR)
		return (__u64)terminal_of(file);
	return 0;
}

/** What is read from there another one has written. */
static __always_inline __u64 inlet_of(const struct file *file)
{
	const struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (!(BPF_CORE_READ(file, f_mode) & READABLE))
		return 0;
	if (is_type(inode, TYPE_FIFO))
		return (__u64)inode;
	if (is_type(inode, TYPE_CHAR) && BPF_CORE_READ(inode, i_rdev) == PTMX)
		return (__u64)BPF_CORE_READ(terminal_of(file), link);
	return 0;
}

static __always_inline void add_outlet(__u64 outlet)
{
	__u32 one = 1;

	if (outlet && !bpf_map_update_elem(&outlets, &outlet, &one, BPF_NOEXIST))
		grown++;
}

static __always_inline void add_audience(__u32 process)
{
	__u32 one = 1;

	if (!bpf_map_update_elem(&audience, &process, &one, BPF_NOEXIST))
		grown++;
}

/** A walk through what everybody has open: it has to be done until nothing is found any more. */
SEC("iter/task_file")
int find_audience(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd, process;
	__u64 inlet;

	if (!watcher)
		look_at_us();
	if (!task || !file)
		return 0;
	process = task->tgid;
	if (process == watcher) {
		if (fd == 1)
			add_outlet(outlet_of(file, fd));
		return 0;
	}
	inlet = inlet_of(file);
	if (inlet && bpf_map_lookup_elem(&outlets, &inlet))
		add_audience(process);
	if (is_audience(process))
		add_outlet(outlet_of(file, fd));
	return 0;
}
