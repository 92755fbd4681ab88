/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Tells what processes do with files as they do it: at the end of the system calls that open, delete,
 * rename and run them, and at the beginning of those that close. Records go into a ring that nobody is
 * woken for: to wake costs five times what the record does.
 */
#include "bpf/call.h"
#include "bpf/magic.h"
#include "bpf/place.h"
#include "bpf/watcher.h"

const volatile __u32 wants = 0;
const volatile int only_fd = -1;   /**< nothing but this descriptor */
const volatile __u32 only_tid = 0; /**< of this thread, whose table is its own */
const volatile __u32 by_tree = 0;  /**< of all processes what lies in a directory asked for */
const volatile int tree_fds[DEED_TREES] = { 0 }; /**< directories, open where the bell is rung */

__u32 epoch = 0; /**< counted up whenever it may have changed who is told of */
__u64 lost = 0;  /**< records that found no room */
__u64 alive = 0; /**< processes in the map, beside those that were put there at first */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, DEED_RING);
} events SEC(".maps");

/** By their numbers in the watcher's PID namespace: enum deed_state. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DEED_PROCESSES);
	__type(key, __u32);
	__type(value, __u32);
} processes SEC(".maps");

enum { TASK_IO_WORKER = 0x10 /* include/linux/sched.h, PF_IO_WORKER */ };

/**
 * What was found out last on this processor: a process, the epoch, and what was found, in one word,
 * which nobody who interrupts can tear.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} known SEC(".maps");

enum { KNOWN_BITS = DEED_WATCHED | DEED_BELOW, KNOWN_PROCESS = 32, KNOWN_EPOCH = 4 };

static __always_inline __u32 look_up_attention(struct task_struct *task)
{
	__u32 number = process_of(task), *state;

	state = bpf_map_lookup_elem(&processes, &number);
	if (state && *state == DEED_ACTIVE)
		return DEED_WATCHED;
	return by_tree && watcher && (__u32)task->tgid != watcher ? DEED_BELOW : 0;
}

/** Is its process told of? DEED_WATCHED, DEED_BELOW (only what lies in a directory), or 0. */
static __always_inline __u32 attention(struct task_struct *task)
{
	__u64 now = (__u64)task->tgid << KNOWN_PROCESS | (epoch << KNOWN_EPOCH & ~0U);
	__u32 first = 0, ret;
	__u64 *last = bpf_map_lookup_elem(&known, &first);

	if (last && (*last & ~(__u64)KNOWN_BITS) == now)
		return *last & KNOWN_BITS;
	ret = look_up_attention(task);
	if (last)
		*last = now | ret;
	return ret;
}

static __always_inline void read_comm(char *to, const struct task_struct *task)
{
	if (!can_cast) {
		bpf_core_read(to, DEED_COMM, &task->comm);
		return;
	}
	((__u64 *)to)[0] = LOOK_WORD(task->comm);
	((__u64 *)to)[1] = LOOK_WORD(task->comm + sizeof(__u64));
}

static __always_inline struct draft *begin(struct task_struct *task, __u32 op, int fd, int error)
{
	struct draft *draft = take_draft();

	if (!draft) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	/* Each by itself: a whole struct would be made on the stack first. */
	struct deed_record *record = &draft->record;
	record->at_ns = bpf_ktime_get_ns();
	record->request = 0;
	record->pid = process_of(task);
	record->tid = number_of(task);
	record->op = op;
	record->is = 0;
	record->fd = fd;
	record->error = error;
	record->flags = 0;
	_Pragma("clang loop unroll(full)") for (int i = 0; i < DEED_PARTS; i++) record->len[i] = 0;
	draft->end = sizeof(draft->record);
	/* A thread that an io_uring made to do its work is called by a number. */
	if (task->flags & TASK_IO_WORKER)
		BPF_CORE_READ_STR_INTO(&draft->record.comm, task, group_leader, comm);
	else
		read_comm(draft->record.comm, task);
	return draft;
}

/**
 * Hand it over if it is to be told. `below`: the trees it lies in; of what has but a name, only who
 * reads that can say.
 */
static __always_inline void end(struct draft *draft, __u32 attention, __u32 below, bool by_name)
{
	__u32 targets = (wants & DEED_WANT_BELOW) ? below & ~1U : below, len = draft->end;
	bool is_meant = attention & DEED_WATCHED || targets || by_name;

	if ((wants & DEED_WANT_BELOW) && !(below & 1) && !by_name)
		is_meant = false;
	draft->record.is |= attention & DEED_WATCHED;
	draft->record.is |= below ? DEED_BELOW : 0;
	if (is_meant && len <= DEED_RECORD_MAX &&
	    bpf_ringbuf_output(&events, &draft->record, len, BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost, 1);
	draft->taken = 0;
}

static __always_inline void tell_place(struct draft *draft, const struct path *path,
				       enum deed_part part, __u32 *below)
{
	__u32 len = write_place(draft, path, draft->end, below);

	draft->record.len[part] = len;
	draft->end += len;
}

/** A name from the memory of the process: a page of it that is not in RAM is not waited for. */
static __always_inline void tell_name(struct draft *draft, __u64 address, bool of_kernel,
				      enum deed_part part)
{
	__u32 at = draft->end;
	char *to = &draft->bytes[at & PLACE_MASK];
	const void *from = (const void *)address;
	long len;

	if (at > PLACE_NAMES) {
		draft->record.is |= DEED_CUT;
		return;
	}
	len = of_kernel ? bpf_probe_read_kernel_str(to, DEED_PATH_MAX, from) :
			  bpf_probe_read_user_str(to, DEED_PATH_MAX, from);
	if (len > 0) {
		draft->record.len[part] = len;
		draft->end += len;
	} else {
		draft->record.is |= DEED_UNREAD;
	}
}

/** Where a name begins: the root if it is absolute, else a directory. */
static __always_inline void tell_base(struct task_struct *task, struct draft *draft, int dir,
				      enum deed_part name, enum deed_part base, __u32 *below)
{
	__u32 at = draft->end - draft->record.len[name];
	struct fs_struct *fs = task->fs;
	struct file *file;

	if (!draft->record.len[name] || !fs)
		return;
	if (draft->bytes[at & PLACE_MASK] == '/') {
		tell_place(draft, &fs->root, base, below);
	} else if (dir == CALL_AT_FDCWD) {
		tell_place(draft, &fs->pwd, base, below);
	} else {
		file = file_at(task, dir);
		if (file)
			tell_place(draft, &file->f_path, base, below);
		else
			draft->record.is |= DEED_UNREAD;
	}
}

enum { MODE_WRITE = 2 /* include/linux/fs.h, FMODE_WRITE */ };

static __always_inline bool is_wanted_fd(struct task_struct *task, int fd)
{
	return only_fd < 0 || (fd == only_fd && (!only_tid || number_of(task) == only_tid));
}

/** Of what has no name it is told only where one descriptor is followed. */
static __always_inline void tell_file(struct task_struct *task, __u32 attention, __u32 op, int fd,
				      __u32 flags)
{
	struct file *file = file_at(task, fd);
	struct draft *draft;
	__u32 below = 0;

	if (!file && op != DEED_OPEN)
		return;
	if (op == DEED_CLOSE) {
		if (wants & DEED_WANT_FAILED)
			return;
		if ((wants & DEED_WANT_WRITES) && !(LOOK(file, struct file, f_mode) & MODE_WRITE))
			return;
		flags = LOOK(file, struct file, f_flags);
	}
	draft = begin(task, op, fd, 0);
	if (!draft)
		return;
	draft->record.flags = flags;
	if (file)
		tell_place(draft, &file->f_path, DEED_PLACE, &below);
	if (op == DEED_CLOSE && only_fd < 0 && (draft->record.is & DEED_NAMELESS))
		draft->taken = 0;
	else
		end(draft, attention, below, false);
}

/** What has but a name, since it failed, or is no more. */
static __always_inline void tell_named(struct task_struct *task, __u32 attention,
				       const struct deed *deed, int error)
{
	struct draft *draft = begin(task, deed->op, deed->fd, error);
	__u32 below = 0, new_below = 0;

	if (!draft)
		return;
	draft->record.flags = deed->flags;
	if (deed->name) {
		tell_name(draft, deed->name, false, DEED_NAME);
		tell_base(task, draft, deed->dir, DEED_NAME, DEED_BASE, &below);
	}
	if (deed->new_name) {
		tell_name(draft, deed->new_name, false, DEED_NEW_NAME);
		tell_base(task, draft, deed->new_dir, DEED_NEW_NAME, DEED_NEW_BASE, &new_below);
	}
	end(draft, attention, below | new_below, deed->name);
}

static __always_inline bool opens_to_write(__u32 flags)
{
	return flags & (CALL_WRONLY | CALL_RDWR | CALL_CREAT | CALL_TRUNC);
}

/** By --failed and --writes. */
static __always_inline bool is_wanted(const struct deed *deed, long result)
{
	if ((wants & DEED_WANT_FAILED) && result >= 0)
		return false;
	if (!(wants & DEED_WANT_WRITES))
		return true;
	return deed->op == DEED_DELETE || deed->op == DEED_RENAME || deed->op == DEED_CLOSE ||
	       (deed->op == DEED_OPEN && opens_to_write(deed->flags));
}

/** One directory may be asked for twice, by two names. */
static __always_inline void add_tree(__u64 entry, __u32 bit)
{
	__u32 *bits = bpf_map_lookup_elem(&trees, &entry);

	bit |= bits ? *bits : 0;
	bpf_map_update_elem(&trees, &entry, &bit, BPF_ANY);
}

/** Who rings the bell, and what it has open. */
static __always_inline void hear(struct task_struct *task)
{
	for (__u32 i = 0; i < DEED_TREES && i < tree_count; i++) {
		struct file *file = file_at(task, tree_fds[i]);

		if (file)
			add_tree((__u64)BPF_CORE_READ(file, f_path.dentry), 1U << i);
	}
	look_at_watcher(task);
	__sync_fetch_and_add(&epoch, 1);
}

/** What a call has done. */
static __always_inline void tell_deed(struct task_struct *task, const struct call *call,
				      long result)
{
	struct deed deed;
	__u32 seen;

	if (!understand(call, &deed)) {
		if (only_fd >= 0 && result == only_fd && takes_descriptor(call) &&
		    is_wanted_fd(task, result) && (seen = attention(task)))
			tell_file(task, seen, DEED_TAKE, result, 0);
		return;
	}
	/* Running another program is told once it does. */
	if (deed.op == DEED_EXEC && result >= 0)
		return;
	seen = attention(task);
	if (!seen)
		return;
	if (deed.how)
		bpf_probe_read_user(&deed.flags, sizeof(deed.flags), (const void *)deed.how);
	if (!is_wanted(&deed, result))
		return;
	if (deed.op == DEED_OPEN && result >= 0) {
		if (is_wanted_fd(task, result))
			tell_file(task, seen, DEED_OPEN, result, deed.flags);
		return;
	}
	if (only_fd < 0 || (deed.op == DEED_CLOSE && is_wanted_fd(task, deed.fd)))
		tell_named(task, seen, &deed, result < 0 ? result : 0);
}

SEC("tp_btf/sys_exit")
int call_ends(__u64 *ctx)
{
	const struct pt_regs *regs = (const struct pt_regs *)ctx[0];

	/* It was told when it began. */
	if (may_be_close(regs) && (long)ctx[1] >= 0)
		return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	struct call call = { .number = number_of_call(regs, task) };
	read_arguments(regs, task, &call);
	if (call.number != __NR_getppid)
		tell_deed(task, &call, ctx[1]);
	else if (call.arg[0] == DEED_BELL && !watcher)
		hear(task);
	return 0;
}

/** Does it close the only descriptor that is asked for, by making another of it or with its neighbours? */
static __always_inline bool closes_only(const struct call *call)
{
	enum { CLOEXEC_ONLY = 4 /* include/uapi/linux/close_range.h */ };
	__u32 fd = only_fd;

	if (only_fd < 0)
		return false;
	if (call->number == __NR_close_range)
		return (__u32)call->arg[0] <= fd && fd <= (__u32)call->arg[1] &&
		       !(call->arg[2] & CLOEXEC_ONLY);
#ifdef __NR_dup2
	if (call->number == __NR_dup2)
		return (__u32)call->arg[1] == fd && (__u32)call->arg[0] != fd;
#endif
	return call->number == __NR_dup3 && (__u32)call->arg[1] == fd;
}

SEC("tp_btf/sys_enter")
int call_begins(__u64 *ctx)
{
	const struct pt_regs *regs = (const struct pt_regs *)ctx[0];

	if (only_fd < 0 && !may_be_close(regs))
		return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	struct call call = { .number = number_of_call(regs, task) };
	__u32 seen;
	int fd;

	read_arguments(regs, task, &call);
	if (call.number == __NR_close)
		fd = call.arg[0];
	else if (closes_only(&call))
		fd = only_fd;
	else
		return 0;
	if (is_wanted_fd(task, fd) && (seen = attention(task)))
		tell_file(task, seen, DEED_CLOSE, fd, 0);
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

/** include/uapi/linux/io_uring.h, enum io_uring_op. */
enum {
	RING_OPENAT = 18,
	RING_CLOSE = 19,
	RING_OPENAT2 = 28,
	RING_RENAMEAT = 35,
	RING_UNLINKAT = 36
};

static __always_inline void tell_request_name(struct task_struct *task, struct draft *draft,
					      const struct filename *name, int dir, bool is_new,
					      __u32 *below)
{
	enum deed_part part = is_new ? DEED_NEW_NAME : DEED_NAME;
	enum deed_part base = is_new ? DEED_NEW_BASE : DEED_BASE;

	if (name)
		tell_name(draft, (__u64)BPF_CORE_READ(name, name), true, part);
	tell_base(task, draft, dir, part, base, below);
}

/**
 * A request is about to be done, now or by another thread: its names are told, which are gone at its
 * end, and what it closes.
 */
SEC("raw_tp/io_uring_submit_req")
int request_begins(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct io_kiocb *request = (const void *)ctx->args[0];
	__u32 op = BPF_CORE_READ(request, opcode), below = 0, seen;
	struct draft *draft;

	if (op != RING_OPENAT && op != RING_OPENAT2 && op != RING_CLOSE && op != RING_RENAMEAT &&
	    op != RING_UNLINKAT)
		return 0;
	seen = attention(task);
	if (!seen)
		return 0;
	if (op == RING_CLOSE) {
		const struct io_close *close = (const void *)request;
		int fd = BPF_CORE_READ(close, fd);

		if (!BPF_CORE_READ(close, file_slot) && is_wanted_fd(task, fd))
			tell_file(task, seen, DEED_CLOSE, fd, 0);
		return 0;
	}
	draft = begin(task, DEED_SUBMIT, -1, 0);
	if (!draft)
		return 0;
	draft->record.request = (__u64)request;
	if (op == RING_RENAMEAT) {
		const struct io_rename *rename = (const void *)request;

		tell_request_name(task, draft, BPF_CORE_READ(rename, oldpath),
				  BPF_CORE_READ(rename, old_dfd), false, &below);
		tell_request_name(task, draft, BPF_CORE_READ(rename, newpath),
				  BPF_CORE_READ(rename, new_dfd), true, &below);
	} else if (op == RING_UNLINKAT) {
		const struct io_unlink *unlink = (const void *)request;

		tell_request_name(task, draft, BPF_CORE_READ(unlink, filename),
				  BPF_CORE_READ(unlink, dfd), false, &below);
	} else {
		const struct io_open *open = (const void *)request;

		draft->record.flags = BPF_CORE_READ(open, how.flags);
		tell_request_name(task, draft, BPF_CORE_READ(open, filename),
				  BPF_CORE_READ(open, dfd), false, &below);
	}
	end(draft, seen, below, true);
	return 0;
}

static __always_inline __u32 op_of_request(__u32 op)
{
	switch (op) {
	case RING_OPENAT:
	case RING_OPENAT2:
		return DEED_OPEN;
	case RING_RENAMEAT:
		return DEED_RENAME;
	case RING_UNLINKAT:
		return DEED_DELETE;
	case RING_CLOSE:
		return DEED_CLOSE;
	}
	return 0;
}

SEC("raw_tp/io_uring_complete")
int request_ends(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct io_kiocb *request = (const void *)ctx->args[1];
	__u32 op = request ? op_of_request(BPF_CORE_READ(request, opcode)) : 0, below = 0, seen;
	const struct io_open *open = (const void *)request;
	struct deed deed = { .op = op, .fd = -1 };
	struct file *file = 0;
	struct draft *draft;

	if (!op)
		return 0;
	int result = BPF_CORE_READ(request, cqe.res);
	if (op == DEED_CLOSE && result >= 0)
		return 0;
	seen = attention(task);
	if (op == DEED_OPEN)
		deed.flags = BPF_CORE_READ(open, how.flags);
	if (!seen || !is_wanted(&deed, result))
		return 0;
	/* What went into a slot of the ring has no descriptor. */
	if (op == DEED_OPEN && result >= 0 && !BPF_CORE_READ(open, file_slot)) {
		deed.fd = result;
		file = file_at(task, result);
	}
	if (only_fd >= 0 && (deed.fd != only_fd || !is_wanted_fd(task, deed.fd)))
		return 0;
	draft = begin(task, op, deed.fd, result < 0 ? result : 0);
	if (!draft)
		return 0;
	draft->record.flags = deed.flags;
	draft->record.request = (__u64)request;
	draft->record.is |= DEED_BY_RING;
	if (file)
		tell_place(draft, &file->f_path, DEED_PLACE, &below);
	end(draft, seen, below, !file);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
