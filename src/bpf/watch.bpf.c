/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Tells what processes do with files as they do it: at the end of the system calls that open, delete,
 * rename and run them, and at the beginning of those that close.
 */
#include "bpf/requests.h"
#include "bpf/tell.h"

const volatile int tree_fds[DEED_TREES] = {
	0
}; /**< what is asked for, open where the bell is rung */
const volatile int beside_fds[DEED_TREES] = { 0 }; /**< the directories of files; -1: it is none */

/**
 * Who watches makes itself known by getppid(2) with this in its first argument, which the kernel does
 * not look at: then the program looks at whoever called, and at what it has open. Nobody else knows it.
 */
const volatile __u64 bell = 0;

/** One directory may be asked for twice, by two names. */
static __always_inline void add_tree(struct task_struct *task, int fd, __u32 bit)
{
	struct file *file = file_at(task, fd);
	__u64 entry = file ? (__u64)BPF_CORE_READ(file, f_path.dentry) : 0;
	__u32 *bits = bpf_map_lookup_elem(&trees, &entry);

	if (!file)
		return;
	bit |= bits ? *bits : 0;
	bpf_map_update_elem(&trees, &entry, &bit, BPF_ANY);
}

/** Who rings the bell, and what it has open. */
static __always_inline void hear(struct task_struct *task)
{
	for (__u32 i = 0; i < DEED_TREES && i < tree_count; i++) {
		add_tree(task, tree_fds[i], 1U << i);
		add_tree(task, beside_fds[i], 1U << (i + TREES_BESIDE));
	}
	if (only_fd >= 0)
		look_at_first(task);
	root_entry = (__u64)task->fs->root.dentry;
	root_mount = (__u64)task->fs->root.mnt;
	look_at_watcher(task);
	__sync_fetch_and_add(&epoch, 1);
}

/** What a call has done. */
static __always_inline void tell_deed(struct task_struct *task, struct deed *deed, long result)
{
	__u32 seen;

	/* Running another program is told once it does. */
	if (deed->op == DEED_EXEC && result >= 0)
		return;
	seen = attention(task);
	if (!seen)
		return;
	if (deed->how)
		bpf_probe_read_user(&deed->flags, sizeof(deed->flags), (const void *)deed->how);
	if (!is_wanted(deed, result))
		return;
	if (deed->op == DEED_OPEN && result >= 0) {
		if (is_wanted_fd(task, result))
			tell_file(task, seen, DEED_OPEN, result, deed->flags);
		return;
	}
	if (only_fd < 0 || (deed->op == DEED_CLOSE && is_wanted_fd(task, deed->fd)))
		tell_named(task, seen, deed, result < 0 ? result : 0);
}

SEC("tp_btf/sys_exit")
int call_ends(__u64 *ctx)
{
	const struct pt_regs *regs = (const struct pt_regs *)ctx[0];
	long result = ctx[1];
	struct deed deed;
	bool means, told = false;

	/* It was told when it began. */
	if (only_fd < 0 && may_be_close(regs) && result >= 0 && !closing)
		return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	if (is_other(task))
		return 0;
	struct call call = { .number = number_of_call(regs, task) };
	read_arguments(regs, task, &call);
	if (call.number == __NR_getppid) {
		if (call.arg[0] == bell && !watcher)
			hear(task);
		return 0;
	}
	bool closes = call.number == __NR_close;
	if (closes || only_fd >= 0)
		told = tell_closed(task, closes ? (int)call.arg[0] : only_fd, closes ? result : 0);
	means = !told && !(closes && result >= 0) && understand(&call, &deed);
	if (only_fd >= 0)
		follow_call(task, call.number, result,
			    means && deed.op == DEED_OPEN && result == only_fd);
	if (means)
		tell_deed(task, &deed, result);
	return 0;
}

/** What follows one descriptor must know more than close(2). */
static __always_inline bool is_closing(struct task_struct *task, const struct call *call)
{
	if (only_fd < 0)
		return call->number == __NR_close;
	return closes_only(task, call) && is_wanted_fd(task, only_fd);
}

SEC("tp_btf/sys_enter")
int call_begins(__u64 *ctx)
{
	const struct pt_regs *regs = (const struct pt_regs *)ctx[0];

	if (only_fd < 0 && !may_be_close(regs))
		return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	if (is_other(task))
		return 0;
	struct call call = { .number = number_of_call(regs, task) };
	__u32 seen;

	read_arguments(regs, task, &call);
	if (is_closing(task, &call) && (seen = attention(task)) &&
	    (only_fd < 0 || leave(task, (__u64)task)))
		tell_close(task, seen, only_fd < 0 ? (int)call.arg[0] : only_fd, 0);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int process_forks(__u64 *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx[0];
	struct task_struct *child = (struct task_struct *)ctx[1];
	__u32 number = process_of(parent), *state, active = DEED_ACTIVE;

	if (!(wants & DEED_WANT_CHILDREN) || parent->tgid == child->tgid)
		return 0;
	state = bpf_map_lookup_elem(&processes, &number);
	if (!state || *state != DEED_ACTIVE)
		return 0;
	number = process_of(child);
	if (!number)
		return 0;
	long rc = bpf_map_update_elem(&processes, &number, &active, BPF_NOEXIST);
	__sync_fetch_and_add(&epoch, 1);
	if (rc == 0)
		__sync_fetch_and_add(&alive, 1);
	else if (rc != -CALL_EEXIST)
		__sync_fetch_and_add(&lost, 1); /* no room: nothing that it does is told */
	return 0;
}

SEC("tp_btf/sched_process_exec")
int process_runs(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	const struct linux_binprm *program = (const struct linux_binprm *)ctx[2];
	__u32 number = process_of(task), *state, below = 0, seen;
	const struct file *file = program->file;
	const char *name = program->filename, *runs = program->interp;
	struct draft *draft;

	state = bpf_map_lookup_elem(&processes, &number);
	if (state && *state != DEED_ACTIVE) {
		*state = DEED_ACTIVE;
		__sync_fetch_and_add(&epoch, 1);
	}
	seen = attention(task);
	if (!seen || (wants & (DEED_WANT_FAILED | DEED_WANT_WRITES)))
		return 0;
	draft = begin(task, DEED_EXEC, -1, 0);
	if (!draft)
		return 0;
	/* Of a script `file` is who reads it. */
	if (name != runs) {
		tell_name(draft, (__u64)name, true, DEED_NAME);
		tell_base(task, draft, CALL_AT_FDCWD, DEED_NAME, DEED_BASE, &below);
	} else if (file) {
		tell_place(draft, &file->f_path, DEED_PLACE, &below);
	}
	end(draft, seen, below, name != runs);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int process_ends(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	__u32 number = process_of(task), *state;
	struct draft *draft;
	bool active;

	if (task->signal->live.counter)
		return 0;
	state = bpf_map_lookup_elem(&processes, &number);
	if (!state)
		return 0;
	active = *state == DEED_ACTIVE;
	bpf_map_delete_elem(&processes, &number);
	__sync_fetch_and_add(&epoch, 1);
	__sync_fetch_and_add(&alive, -1);
	if (!active || (wants & (DEED_WANT_FAILED | DEED_WANT_WRITES | DEED_WANT_BELOW)))
		return 0;
	draft = begin(task, DEED_EXIT, -1, task->exit_code);
	if (!draft)
		return 0;
	end(draft, DEED_WATCHED, 0, false);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
