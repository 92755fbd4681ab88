/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Walks every mapping of every process and tells the processes that map what is wanted.
 */
#include "bpf/judge.h"

/** The process that was told last. One read goes on where the one before ended. */
__u32 last = 0;

static __always_inline bool is_wanted(const struct place *place, __u64 ino)
{
	if ((wants & WIRE_DELETED) && may_be_deleted(place))
		return true;
	return (wants & WIRE_INODE) && is_sought(ino);
}

/**
 * Overlay and FUSE keep their layers on mounts that are in no namespace (fs/namespace.c,
 * clone_private_mount). Such are some other mounts as well: then what is read behind the file is noise.
 */
static __always_inline bool may_be_backing(const struct file *file)
{
	struct backing_file *backing = (struct backing_file *)file;

	if (!bpf_core_field_exists(backing->user_path))
		return false;
	struct mount *mount = (void *)file->f_path.mnt - bpf_core_field_offset(struct mount, mnt);
	unsigned long namespace = (unsigned long)BPF_CORE_READ(mount, mnt_ns);
	return !namespace || namespace >= -4095UL;
}

/** What an overlay maps is a file of one of its layers; the name and number it shows are its own. */
static __always_inline bool is_wanted_above(const struct backing_file *file)
{
	const struct dentry *dentry = BPF_CORE_READ(file, user_path.dentry);
	const struct place place = {
		.filesystem = filesystem_of(BPF_CORE_READ(dentry, d_sb, s_magic)),
		.is_unhashed = !BPF_CORE_READ(dentry, d_hash.pprev),
		.is_root = BPF_CORE_READ(file, user_path.mnt, mnt_root) == dentry,
		.name = BPF_CORE_READ(dentry, d_name.name),
		.len = BPF_CORE_READ(dentry, d_name.len),
	};

	return is_wanted(&place, BPF_CORE_READ(dentry, d_inode, i_ino));
}

SEC("iter/task_vma")
int task_vma(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;

	if (!task || !vma)
		return 0;
	struct file *file = vma->vm_file;
	struct wire_mapper out = { task->tgid };
	if (!file || out.pid == last)
		return 0;
	struct place place = place_of(file);
	bool wanted = is_wanted(&place, file->f_inode->i_ino);
	if (!wanted && may_be_backing(file))
		wanted = is_wanted_above((struct backing_file *)file);
	/* What finds no room is told again, from the start: only then must nothing be remembered. */
	if (wanted && bpf_seq_write(ctx->meta->seq, &out, sizeof(out)) == 0)
		last = out.pid;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
