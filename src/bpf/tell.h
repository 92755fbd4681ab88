/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Tells a deed: a record is made, and goes into a ring that nobody is woken for: to wake costs five times
 * what the record does.
 */
#pragma once
#include "bpf/attention.h"
#include "bpf/call.h"
#include "bpf/magic.h"
#include "bpf/place.h"

const volatile __u32 wants = 0;    /**< enum deed_wants */
const volatile int only_fd = -1;   /**< nothing but this descriptor */
const volatile __u32 only_tid = 0; /**< of this thread, whose table is its own */

__u64 lost = 0;       /**< records that found no room */
__u64 root_entry = 0; /**< the root directory of who watches */
__u64 root_mount = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, DEED_RING);
} events SEC(".maps");

enum { TASK_IO_WORKER = 0x10 /* include/linux/sched.h, PF_IO_WORKER */ };

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
	record->begun = 0;
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
 * reads that can say. True: it was.
 */
static __always_inline bool end(struct draft *draft, __u32 attention, __u32 below, bool by_name)
{
	const __u32 of_below = 1, of_trees = (1 << TREES_BESIDE) - 1;
	__u32 targets = (wants & DEED_WANT_BELOW) ? below & ~(of_below | of_below << TREES_BESIDE) :
						    below;
	bool is_meant = attention & DEED_WATCHED || targets || by_name;

	if ((wants & DEED_WANT_BELOW) && !(below & of_below) && !by_name)
		is_meant = false;
	draft->record.is |= attention & DEED_WATCHED;
	if (targets & of_trees)
		draft->record.is |= DEED_BELOW;
	else if (targets && !(attention & DEED_WATCHED))
		draft->record.is |= DEED_BESIDE;
	if (is_meant && draft->end <= DEED_RECORD_MAX &&
	    bpf_ringbuf_output(&events, &draft->record, draft->end, BPF_RB_NO_WAKEUP)) {
		__sync_fetch_and_add(&lost, 1);
		is_meant = false;
	}
	draft->taken = 0;
	return is_meant;
}

static __always_inline void tell_place(struct draft *draft, const struct path *path,
				       enum deed_part part, __u32 *below)
{
	__u32 len = write_place(draft, path, draft->end, below);

	draft->record.len[part] = len;
	draft->end += len;
	if (part == DEED_PLACE)
		draft->record.is |= DEED_PLACED;
}

/** What lies in no directory has nothing else behind its record. */
static __always_inline void tell_nature(struct draft *draft, const struct file *file)
{
	const struct dentry *dentry = LOOK(file, struct file, f_path.dentry);
	const struct inode *inode = LOOK(file, struct file, f_inode);
	struct deed_nature *nature = (void *)(&draft->record + 1);
	long len;

	if (!(draft->record.is & DEED_NAMELESS) || draft->end != sizeof(draft->record))
		return;
	nature->ino = LOOK(inode, struct inode, i_ino);
	nature->magic = LOOK(LOOK(inode, struct inode, i_sb), struct super_block, s_magic);
	len = bpf_probe_read_kernel_str(nature + 1, PLACE_NAME,
					LOOK(dentry, struct dentry, d_name.name));
	len = sizeof(*nature) + (len > 0 ? len : 0);
	draft->record.len[DEED_NATURE] = len;
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
	if ((__u64)fs->root.dentry == root_entry && (__u64)fs->root.mnt == root_mount)
		draft->record.is |= DEED_OUR_ROOT;
	if (draft->bytes[at & PLACE_MASK] == '/') {
		tell_place(draft, &fs->root, base, below);
	} else if (dir == CALL_AT_FDCWD) {
		tell_place(draft, &fs->pwd, base, below);
	} else {
		file = file_at(task, dir);
		if (file)
			tell_place(draft, &file->f_path, base, below);
		else
			draft->record.is |= DEED_ADRIFT;
	}
}

enum { MODE_WRITE = 2 /* include/linux/fs.h, FMODE_WRITE */ };

/** A thread may have a table of its own: that of the process is its first one's, which may have ended. */
static __always_inline bool is_wanted_fd(struct task_struct *task, int fd)
{
	struct files_struct *table;

	if (only_fd < 0)
		return true;
	if (fd != only_fd)
		return false;
	if (only_tid)
		return number_of(task) == only_tid;
	table = task->group_leader->files;
	return !table || table == task->files;
}

/** Closings that have begun and may yet fail, by their threads; and how many these are. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DEED_CLOSING);
	__type(key, __u64);
	__type(value, __u32);
} closings SEC(".maps");

__u32 closing = 0;

/**
 * Only what flushes can: fs/open.c, filp_flush. An overlay flushes what lies below it, where that does:
 * hardly ever.
 */
static __always_inline bool may_fail_to_close(const struct file *file)
{
	const struct file_operations *does = LOOK(file, struct file, f_op);

	if (!LOOK(does, struct file_operations, flush))
		return false;
	return LOOK(LOOK(LOOK(file, struct file, f_inode), struct inode, i_sb), struct super_block,
		    s_magic) != MAGIC_OVERLAY;
}

/** What came of it is told when it ends. */
static __always_inline void await_end(struct task_struct *task)
{
	__u64 key = (__u64)task;
	__u32 fd = 0;

	if (bpf_map_update_elem(&closings, &key, &fd, BPF_ANY) == 0)
		__sync_fetch_and_add(&closing, 1);
}

/** True: it was told, where that is wanted. */
static __always_inline bool tell_closed(struct task_struct *task, int fd, int result)
{
	__u64 key = (__u64)task;
	struct draft *draft;

	if (!closing || bpf_map_delete_elem(&closings, &key))
		return false;
	__sync_fetch_and_add(&closing, -1);
	if ((wants & DEED_WANT_FAILED) && result >= 0)
		return true;
	draft = begin(task, DEED_CLOSE, fd, result);
	if (!draft)
		return true;
	draft->record.begun = key;
	draft->record.is |= DEED_ENDS;
	end(draft, attention(task), 0, true);
	return true;
}

/** It has just been opened, or is something else since some other call. */
static __always_inline void tell_file(struct task_struct *task, __u32 attention, __u32 op, int fd,
				      __u32 flags)
{
	struct file *file = file_at(task, fd);
	struct draft *draft;
	__u32 below = 0;

	if (!file && op != DEED_OPEN)
		return;
	draft = begin(task, op, fd, 0);
	if (!draft)
		return;
	draft->record.flags = flags;
	if (file) {
		tell_place(draft, &file->f_path, DEED_PLACE, &below);
		tell_nature(draft, file);
	}
	end(draft, attention, below, false);
}

/**
 * It is about to be closed; `request`: by an io_uring. Of what has no name it is told only where one
 * descriptor is followed.
 */
static __always_inline void tell_close(struct task_struct *task, __u32 attention, int fd,
				       __u64 request)
{
	struct file *file = file_at(task, fd);
	struct draft *draft;
	__u32 below = 0;
	bool ends_later;

	if (!file)
		return;
	ends_later = request || may_fail_to_close(file);
	if ((wants & DEED_WANT_FAILED) && !ends_later)
		return;
	if ((wants & DEED_WANT_WRITES) && !(LOOK(file, struct file, f_mode) & MODE_WRITE))
		return;
	draft = begin(task, ends_later ? DEED_BEGIN : DEED_CLOSE, fd, 0);
	if (!draft)
		return;
	draft->record.begun = request ? request : (__u64)task;
	draft->record.flags = LOOK(file, struct file, f_flags);
	tell_place(draft, &file->f_path, DEED_PLACE, &below);
	if (only_fd < 0 && (draft->record.is & DEED_NAMELESS)) {
		draft->taken = 0;
		return;
	}
	tell_nature(draft, file);
	if (end(draft, attention, below, false) && ends_later && !request)
		await_end(task);
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
