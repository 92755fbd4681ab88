/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Walks the tables of descriptors of all processes and tells the few that are wanted. It looks into the
 * tables itself: iter/task_file takes every file in hand, and can be read by one only. Here several
 * readers share the work: all see the same tasks, ascending, and who comes first to one takes it.
 */
#include "bpf/judge.h"
#include "bpf/queue.h"

enum { DESCRIPTORS_MAX = 1 << 13 /**< at one go: others want the processor too */ };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WIRE_WALKERS);
	__type(key, __u32);
	__type(value, struct wire_walk);
} walks SEC(".maps");

/** The last task that was taken by a reader. Who is above it was not there when the others passed. */
__u32 taken = 0;

/** Neighbours mostly lie on one mount, so that it is read once. */
struct mounted {
	const struct vfsmount *mnt;
	const struct dentry *root;
	unsigned long magic;
	int filesystem;
};

/** The walk through one table. */
struct table {
	struct wire_walk *walk;
	struct file **files;
	struct mounted mounted;
	__u32 pid;
	__u32 first; /**< descriptor that this go begins with */
};

static __always_inline bool is_anonymous(const struct dentry *dentry, bool of_ring)
{
	char start[NAME_START] = "";

	bpf_probe_read_kernel_str(start, NAME_START, BPF_CORE_READ(dentry, d_name.name));
	return of_ring ? BEGINS(start, "[io_uring]") : BEGINS(start, "[eventfd]");
}

/** Terminals are among the character devices; a message queue is told by its size. */
static __always_inline bool may_connect(const struct inode *inode)
{
	__u32 type = BPF_CORE_READ(inode, i_mode) & TYPE_MASK;

	return type == TYPE_FIFO || type == TYPE_CHAR ||
	       (type == TYPE_REGULAR && BPF_CORE_READ(inode, i_size) == QUEUE_SIZE);
}

static __always_inline bool is_wanted_of_no_place(const struct file *file,
						  const struct dentry *dentry, unsigned long magic)
{
	bool by_number = (wants & WIRE_INODE) ||
			 ((wants & WIRE_NUMBERED) && (magic == MAGIC_SOCK || magic == MAGIC_PIPE));

	if (by_number && is_sought(BPF_CORE_READ(dentry, d_inode, i_ino)))
		return true;
	if (wants & WIRE_ENDS)
		return magic != MAGIC_ANON_INODE || is_anonymous(dentry, false);
	if (!(wants & WIRE_CARRIERS))
		return false;
	if (magic == MAGIC_SOCK)
		return may_have_in_flight((__u64)BPF_CORE_READ(file, private_data));
	return magic == MAGIC_ANON_INODE && is_anonymous(dentry, true);
}

/** Each file is somewhere else in memory, which is what takes time here: not more is read than it takes. */
static __always_inline bool may_be_deleted_at(const struct mounted *mounted,
					      const struct dentry *dentry)
{
	struct place place = { .filesystem = mounted->filesystem,
			       .is_unhashed = !BPF_CORE_READ(dentry, d_hash.pprev),
			       .is_root = mounted->root == dentry };

	if (place.is_unhashed || place.is_root)
		return true;
	/* What has a name has a link here, however it is called. */
	if (place.filesystem & FS_LOCAL)
		return false;
	place.name = BPF_CORE_READ(dentry, d_name.name);
	place.len = BPF_CORE_READ(dentry, d_name.len);
	return may_be_deleted(&place);
}

static __always_inline bool is_wanted_at(const struct mounted *mounted, const struct dentry *dentry)
{
	if ((wants & WIRE_DELETED) && may_be_deleted_at(mounted, dentry))
		return true;
	return (wants & WIRE_INODE) && (!(mounted->filesystem & FS_TELLS_NUMBER) ||
					is_sought(BPF_CORE_READ(dentry, d_inode, i_ino)));
}

APART int read_mount(__u64 address, struct mounted *ret)
{
	const struct vfsmount *mnt = (void *)address;

	if (!ret)
		return 0;
	ret->mnt = mnt;
	ret->root = BPF_CORE_READ(mnt, mnt_root);
	ret->magic = BPF_CORE_READ(mnt, mnt_sb, s_magic);
	ret->filesystem = filesystem_of(ret->magic);
	return 0;
}

APART int is_wanted(__u64 address, struct mounted *mounted)
{
	const struct file *file = (void *)address;
	struct path path = { 0 };

	if (!mounted)
		return 0;
	/* Two pointers since there is such a struct: include/linux/path.h. */
	bpf_core_read(&path, sizeof(path), &file->f_path);
	if (path.mnt != mounted->mnt)
		read_mount((__u64)path.mnt, mounted);
	if (mounted->filesystem & FS_NO_PLACE)
		return is_wanted_of_no_place(file, path.dentry, mounted->magic);
	return is_wanted_at(mounted, path.dentry) ||
	       ((wants & WIRE_ENDS) && may_connect(BPF_CORE_READ(file, f_inode)));
}

/** Where a process stands. What it has instead a moment later is looked for in /proc, too. */
APART int is_wanted_place(__u64 mnt, __u64 address)
{
	const struct dentry *dentry = (void *)address;
	struct mounted mounted = { 0 };

	read_mount(mnt, &mounted);
	return is_wanted_at(&mounted, dentry);
}

/** Where its reader stands, too, mostly: there the name is "/", and nothing else. */
APART int is_wanted_root(__u64 mnt, __u64 dentry)
{
	const struct task_struct *reader = (void *)bpf_get_current_task();
	const struct fs_struct *fs = BPF_CORE_READ(reader, fs);

	if (!(wants & WIRE_INODE) && mnt == (__u64)BPF_CORE_READ(fs, root.mnt) &&
	    dentry == (__u64)BPF_CORE_READ(fs, root.dentry))
		return 0;
	return is_wanted_place(mnt, dentry);
}

/** What is freed at once when it is exchanged: what is read in it was the task's if it still is. */
static __always_inline bool has_wanted_links(const struct task_struct *task)
{
	const struct fs_struct *fs = BPF_CORE_READ(task, fs);
	const struct mm_struct *mm = BPF_CORE_READ(task, mm);
	const struct file *exe = BPF_CORE_READ(mm, exe_file);

	if (fs &&
	    is_wanted_root((__u64)BPF_CORE_READ(fs, pwd.mnt), (__u64)BPF_CORE_READ(fs, pwd.dentry)))
		return true;
	if (fs && is_wanted_root((__u64)BPF_CORE_READ(fs, root.mnt),
				 (__u64)BPF_CORE_READ(fs, root.dentry)))
		return true;
	if (exe && is_wanted_place((__u64)BPF_CORE_READ(exe, f_path.mnt),
				   (__u64)BPF_CORE_READ(exe, f_path.dentry)))
		return true;
	return BPF_CORE_READ(task, fs) != fs || BPF_CORE_READ(task, mm) != mm;
}

static __always_inline void tell(struct wire_walk *walk, __u32 pid, __u32 fd)
{
	__u32 at = walk->count;

	if (at >= WIRE_FOUND)
		return;
	walk->found[at].pid = pid;
	walk->found[at].fd = fd;
	walk->count = at + 1;
}

/** Room for what is told once of a table is left. */
static __always_inline bool has_room(const struct wire_walk *walk)
{
	return walk->count < WIRE_FOUND - 4;
}

static long look_at(__u32 index, void *context)
{
	struct table *table = context;
	struct wire_walk *walk = table->walk;
	__u32 fd = table->first + index, at = fd % WIRE_BLOCK;

	if (!has_room(walk))
		return 1;
	/* The kernel makes them as large as a multiple of this: fs/file.c, alloc_fdtable. */
	if (!at || !index)
		bpf_probe_read_kernel(walk->files, sizeof(walk->files), table->files + fd - at);
	walk->fd = fd + 1;
	if (walk->files[at] && is_wanted(walk->files[at], &table->mounted))
		tell(walk, table->pid, fd);
	return 0;
}

/** False: it is to be called again for the rest. */
static __always_inline bool look_into(const struct task_struct *task, __u32 pid,
				      struct wire_walk *walk)
{
	struct files_struct *files = BPF_CORE_READ(task, files);
	struct fdtable *fdt = BPF_CORE_READ(files, fdt);
	__u32 end = BPF_CORE_READ(fdt, max_fds), count = end - walk->fd;
	struct table table = { .walk = walk, .pid = pid, .first = walk->fd };

	table.files = BPF_CORE_READ(fdt, fd);
	if (walk->fd < end)
		bpf_loop(count < DESCRIPTORS_MAX ? count : DESCRIPTORS_MAX, look_at, &table, 0);
	/* Of a table that was given up (unshare, execve) what is still held may be gone. */
	if (BPF_CORE_READ(task, files) == files)
		return walk->fd >= end;
	tell(walk, pid, WIRE_DOUBT);
	return true;
}

APART int find_walk(void)
{
	__u32 reader = (__u32)bpf_get_current_pid_tgid();

	for (__u32 i = 0; i < WIRE_WALKERS; i++) {
		__u32 at = i;
		struct wire_walk *walk = bpf_map_lookup_elem(&walks, &at);

		if (walk && walk->reader == reader)
			return (int)i;
	}
	return WIRE_WALKERS;
}

APART int take(__u32 tid)
{
	for (int i = 0; i < 2 * WIRE_WALKERS; i++) {
		__u32 before = *(volatile __u32 *)&taken;

		if (before >= tid)
			return 0;
		if (__sync_val_compare_and_swap(&taken, before, tid) == before)
			return 1;
	}
	return 1; /* twice does no harm */
}

static __always_inline void begin(const struct task_struct *task, __u32 tid, __u32 pid,
				  struct wire_walk *walk)
{
	walk->tid = tid;
	walk->fd = 0;
	if ((wants & (WIRE_DELETED | WIRE_INODE)) && has_wanted_links(task))
		tell(walk, pid, WIRE_LINKS);
	tell(walk, pid, WIRE_SEEN);
}

/** Most threads share their leader's. */
static __always_inline bool has_own_table(const struct task_struct *task)
{
	const struct files_struct *files = BPF_CORE_READ(task, files);
	const struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	return files && (task == leader || files != BPF_CORE_READ(leader, files));
}

SEC("iter/task")
int descriptors(struct bpf_iter__task *ctx)
{
	const struct task_struct *task = ctx->task;

	if (!task || !has_own_table(task))
		return 0;
	__u32 at = (__u32)find_walk(), tid = BPF_CORE_READ(task, pid);
	struct wire_walk *walk = bpf_map_lookup_elem(&walks, &at);
	if (!walk)
		return 0;
	__u32 pid = BPF_CORE_READ(task, tgid);
	if (!has_room(walk))
		return 1;
	if (walk->tid != tid) {
		if (!take(tid))
			return 0;
		begin(task, tid, pid, walk);
	}
	return look_into(task, pid, walk) ? 0 : 1;
}

char LICENSE[] SEC("license") = "GPL";
