/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One descriptor, followed from file to file: at the end of the system calls of its process it is looked
 * whether it leads to another open file than before. So it need not be known of each call whether it makes
 * descriptors, and where it puts their numbers: pipe2(2), recvmsg(2), ioctl(2), …
 */
#pragma once
#include "bpf/tell.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_node {
	struct hlist_node *next;
};

/** include/linux/pid.h, include/linux/sched.h: by enum pid_type; the first is that of a thread. */
struct pid___tasks {
	struct hlist_head tasks[4];
};

struct task_struct___links {
	struct hlist_node pid_links[4];
};

/** fs/proc/internal.h: whose directory it is. */
struct proc_inode {
	struct pid___tasks *pid;
	struct inode vfs_inode;
};

#pragma clang attribute pop

/** The directory in /proc of the process or thread, open where the bell is rung; -1: none. */
const volatile int only_dir = -1;

enum { HELD_UNKNOWN = 1 /**< no address of a file */ };

__u32 followed = 0; /**< the process, in the first PID namespace; 0: not known */
__u64 held =
	HELD_UNKNOWN; /**< the open file that the descriptor was last told to lead to; or none */
__u64 leaving = 0;    /**< that of which a close was told, and which may still be there */
__u64 leaver = 0;     /**< who closes it: a task, or a request to an io_uring */

/** Somebody else does something, whom nobody asked for. */
static __always_inline bool is_other(const struct task_struct *task)
{
	return only_fd >= 0 && followed && (__u32)task->tgid != followed;
}

static __always_inline struct file *file_in(const struct files_struct *table, __u32 fd)
{
	const struct fdtable *open = BPF_CORE_READ(table, fdt);
	struct file *ret = 0;

	if (fd < BPF_CORE_READ(open, max_fds))
		bpf_probe_read_kernel(&ret, sizeof(ret), BPF_CORE_READ(open, fd) + fd);
	return ret;
}

/** What it leads to at first, by the directory of its process. */
static __always_inline void look_at_first(struct task_struct *watcher_task)
{
	const struct file *file = file_at(watcher_task, only_dir);
	const void *inode = file ? BPF_CORE_READ(file, f_inode) : 0;
	const struct proc_inode *directory;
	const struct task_struct *task;
	const void *link;

	if (!inode || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != MAGIC_PROC)
		return;
	directory = inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	link = BPF_CORE_READ(directory, pid, tasks[0].first);
	if (!link)
		return;
	task = link - bpf_core_field_offset(struct task_struct___links, pid_links);
	held = (__u64)file_in(BPF_CORE_READ(task, files), only_fd);
	followed = BPF_CORE_READ(task, tgid);
}

/** Calls that put the numbers of descriptors into memory, or close some. */
static __always_inline bool may_change_unsaid(int number)
{
	switch (number) {
#ifdef __NR_pipe
	case __NR_pipe:
#endif
	case __NR_pipe2:
	case __NR_socketpair:
	case __NR_recvmsg:
	case __NR_recvmmsg:
	case __NR_ioctl:
	case __NR_clone:
	case __NR_clone3:
	case __NR_read: /* of a fanotify */
	case __NR_io_uring_enter:
	case __NR_close:
	case __NR_close_range:
	case __NR_execve:
	case __NR_execveat:
		return true;
	}
	return false;
}

/**
 * Has this call changed it? If others of its process run beside it, one of them may be about to say how
 * it was opened.
 */
static __always_inline bool may_change(const struct task_struct *task, int number, long result)
{
	return result == only_fd || task->signal->nr_threads == 1 || may_change_unsaid(number);
}

static __always_inline void tell_gone(struct task_struct *task, __u32 attention)
{
	struct draft *draft;

	if (wants & (DEED_WANT_FAILED | DEED_WANT_WRITES))
		return;
	draft = begin(task, DEED_CLOSE, only_fd, 0);
	if (draft)
		end(draft, attention, 0, true);
}

static __always_inline void tell_taken(struct task_struct *task, __u32 attention,
				       const struct file *file)
{
	if (wants & DEED_WANT_FAILED)
		return;
	if ((wants & DEED_WANT_WRITES) && !(LOOK(file, struct file, f_mode) & MODE_WRITE))
		return;
	tell_file(task, attention, DEED_TAKE, only_fd, 0);
}

/** Look where it leads now. `opens`: what it leads to is told as opened. */
static __always_inline void follow(struct task_struct *task, bool opens)
{
	__u64 was = held, now = (__u64)file_at(task, only_fd);
	__u32 seen;

	if (now == was || (now && now == leaving && !opens))
		return;
	seen = attention(task);
	if (!seen || __sync_val_compare_and_swap(&held, was, now) != was || was == HELD_UNKNOWN)
		return;
	if (was)
		tell_gone(task, seen);
	if (now && !opens)
		tell_taken(task, seen, (const struct file *)now);
}

/** At the end of a call: `opens` it by itself. */
static __always_inline void follow_call(struct task_struct *task, int number, long result,
					bool opens)
{
	if (!is_wanted_fd(task, only_fd))
		return;
	if (leaver == (__u64)task)
		leaver = leaving = 0;
	if (opens || may_change(task, number, result))
		follow(task, opens);
}

/** It is about to be closed, by `who`, and that was told. Two may close it at once: one of them does. */
static __always_inline bool leave(struct task_struct *task, __u64 who)
{
	__u64 file = (__u64)file_at(task, only_fd);

	if (!file || file == leaving)
		return false;
	leaver = who;
	leaving = file;
	__sync_lock_test_and_set(&held, 0); /* not before that */
	return true;
}

/** Does it close the descriptor, by making another of it or with its neighbours, and not fail? */
static __always_inline bool closes_only(struct task_struct *task, const struct call *call)
{
	enum { UNSHARE = 2, CLOEXEC_ONLY = 4 /* include/uapi/linux/close_range.h */ };
	__u32 from = call->arg[0], to = call->arg[1], flags = call->arg[2], fd = only_fd;

	switch (call->number) {
	case __NR_close:
		return from == fd;
	case __NR_close_range:
		return from <= fd && fd <= to && !(flags & ~UNSHARE);
	case __NR_dup3:
		return to == fd && from != fd && !(flags & ~CALL_CLOEXEC) && file_at(task, from);
#ifdef __NR_dup2
	case __NR_dup2:
		return to == fd && from != fd && file_at(task, from);
#endif
	}
	return false;
}
