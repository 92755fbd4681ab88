/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The kernel's structs, as far as they are looked into. Where a member lies is put in by the kernel
 * itself when it loads a program (CO-RE), so order and size mean nothing here; names and types do.
 * Whatever is younger than Linux 5.17, or may move, is asked for with bpf_core_field_exists.
 */
#pragma once
#include <linux/bpf.h>
#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned int s_dev;
	unsigned long s_magic;
};

struct file_lock_context;

typedef struct {
	unsigned int val;
} kuid_t;

/** include/linux/fs.h: `__i_nlink` beside its constant twin `i_nlink` since Linux 3.2. */
struct inode {
	unsigned short i_mode;
	unsigned int __i_nlink;
	kuid_t i_uid;
	unsigned long i_ino;
	unsigned int i_rdev;
	long long i_size;
	struct super_block *i_sb;
	struct file_lock_context *i_flctx;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct hlist_node;

struct hlist_head {
	struct hlist_node *first;
};

struct qstr {
	__u32 len;
	const unsigned char *name;
};

/** include/linux/dcache.h: `d_name` is the constant twin of `__d_name` since Linux 6.16. */
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};

struct mnt_namespace;

/** fs/mount.h. */
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file_operations {
	void *flush, *show_fdinfo;
};

struct file {
	unsigned int f_mode;
	unsigned int f_flags;
	const struct file_operations *f_op;
	struct inode *f_inode;
	struct path f_path;
	long long f_pos;
	void *private_data;
	const struct cred *f_cred;
};

/**
 * fs/file_table.c: what an overlay maps, with the name it has there; Linux 6.7. Before, `f_path` of the
 * file that is mapped was that name. The bit of `f_mode` that tells one from others has moved.
 */
struct backing_file {
	struct path user_path;
};

struct sk_buff_head {
	__u32 qlen;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

/** include/linux/ns_common.h. */
struct ns_common {
	unsigned int inum;
};

/** include/net/net_namespace.h. */
struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	unsigned char in6_u[16];
};

/** include/net/sock.h. */
struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_ipv6only : 1;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	unsigned long skc_flags;
};

struct socket;

/** `sk_type` and `sk_protocol` of 16 bits since Linux 5.6. */
struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	struct {
		atomic_t rmem_alloc;
	} sk_backlog;
	refcount_t sk_wmem_alloc;
	struct socket *sk_socket;
	__u16 sk_type, sk_protocol;
	__u32 sk_ack_backlog, sk_max_ack_backlog;
};

struct socket {
	struct sock *sk;
};

/** The inode of a socket lies right behind it. */
struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

/** fs/eventfd.c; `id` since Linux 5.2. */
struct eventfd_ctx {
	__u64 count;
	unsigned int flags;
	int id;
};

/** include/net/af_unix.h: what /proc calls scm_fds; Linux 5.6. */
struct scm_stat {
	atomic_t nr_fds;
};

struct unix_address;

/** `inq_len` since Linux 6.17: the bytes in the queue of a stream. */
struct unix_sock {
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
	struct scm_stat scm_stat;
	int inq_len;
};

/** include/linux/fdtable.h. */
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct files_struct {
	struct fdtable *fdt;
};

/** include/linux/fs_struct.h. */
struct fs_struct {
	struct path root, pwd;
};

struct pid_namespace;

/** include/linux/pid.h: one number a PID namespace it is in, `level` of them above the first. */
struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct tty_struct;

/** include/linux/sched.h: what was told before; not there where times are exact (s390, powerpc). */
struct prev_cputime {
	__u64 utime, stime;
};

/** include/linux/sched/signal.h: `pids` by enum pid_type. */
struct signal_struct {
	int nr_threads;
	atomic_t live; /**< threads that have not ended */
	struct pid *pids[4];
	struct tty_struct *tty;
	__u64 utime, stime, cutime, cstime;
	struct prev_cputime prev_cputime;
	unsigned long min_flt, maj_flt;
	unsigned long long sum_sched_runtime;
};

struct percpu_counter {
	long long count;
};

/** include/linux/mm_types.h: such counters since Linux 6.2. */
struct mm_struct {
	struct file *exe_file;
	unsigned long total_vm;
	struct percpu_counter rss_stat[4];
};

typedef struct {
	long long counter;
} atomic64_t;

struct mm_rss_stat {
	atomic64_t count[4];
};

/** The same before. */
struct mm_struct___before_6_2 {
	struct mm_rss_stat rss_stat;
};

typedef struct {
	unsigned int val;
} kgid_t;

struct cred {
	kuid_t euid;
	kgid_t egid;
};

struct task_delay_info {
	__u64 blkio_delay;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

/** arch/x86/include/asm/thread_info.h. */
struct thread_info {
	unsigned long flags;
	__u32 status, cpu;
};

struct sighand_struct;

/** `thread_info` here, and in it the processor, on most architectures; `delays` may be left out. */
struct task_struct {
	struct thread_info thread_info;
	unsigned int __state, flags;
	int prio, static_prio;
	unsigned int rt_priority, policy;
	struct sched_entity se;
	struct mm_struct *mm;
	int exit_state;
	int pid, tgid, exit_code;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct fs_struct *fs;
	struct task_struct *real_parent;
	__u64 utime, stime;
	struct prev_cputime prev_cputime;
	__u64 start_boottime;
	unsigned long min_flt, maj_flt;
	const struct cred *real_cred;
	char comm[16];
	struct files_struct *files;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	struct task_delay_info *delays;
};

struct vm_area_struct {
	struct file *vm_file;
};

/** include/linux/binfmts.h. */
struct linux_binprm {
	struct file *file;
	const char *filename; /**< as it was asked for */
	const char *interp;   /**< what really runs: the same, but for scripts */
};

/** include/linux/fs.h. */
struct filename {
	const char *name;
};

struct open_how {
	__u64 flags;
};

/** io_uring/openclose.c, io_uring/fs.c (fs/io_uring.c before Linux 6.0): the beginning of a request. */
struct io_open {
	int dfd;
	__u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_close {
	int fd;
	__u32 file_slot;
};

struct io_unlink {
	int dfd;
	struct filename *filename;
};

struct io_rename {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
};

/** include/linux/io_uring_types.h; `cqe` since Linux 5.19. */
struct io_cqe {
	int res;
};

struct io_kiocb {
	__u8 opcode;
	struct io_cqe cqe;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

/** kernel/bpf/task_iter.c, Linux 5.8. */
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/** The same. */
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

/** The same, Linux 5.12. */
struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#pragma clang attribute pop
