/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Walks the descriptors of one process and tells all that the kernel's structs say of each.
 */
#include "bpf/magic.h"
#include "bpf/queue.h"
#include "bpf/wire.h"

enum { FLAG_CLOEXEC = 02000000, MODE_READ = 1, MODE_WRITE = 2 /* include/linux/fs.h, FMODE_… */ };
enum { EFD_SEMAPHORE = 1 /* include/uapi/linux/eventfd.h */ };
enum { WORD_BITS = 8 * sizeof(unsigned long), SLOTS = 16 /* more than there are readers */ };

const volatile __u32 tells = 0;

/**
 * Where a record is put together. Several readers are at it at once, and one may be interrupted by
 * another on its processor: each takes one for itself.
 */
struct slot {
	__u64 taken;
	struct wire_told told;
	char text[WIRE_TEXT_MAX + 1];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps");

static __always_inline struct slot *take_slot(void)
{
	__u32 first = bpf_get_smp_processor_id();

	for (__u32 i = 0; i < SLOTS; i++) {
		__u32 at = (first + i) % SLOTS;
		struct slot *slot = bpf_map_lookup_elem(&slots, &at);

		if (slot && !__sync_val_compare_and_swap(&slot->taken, 0, 1))
			return slot;
	}
	return 0;
}

static __always_inline void give_back(struct slot *slot)
{
	__sync_lock_test_and_set(&slot->taken, 0);
}

/** The verifier knows of these pointers that they are not NULL, but not of those read anew. */
struct descriptor {
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

/** O_CLOEXEC is the descriptor's, not the file's: fs/proc/fd.c. */
static __always_inline __u32 flags_of(const struct descriptor *at)
{
	__u32 flags = at->file->f_flags & ~FLAG_CLOEXEC;
	unsigned long *words = at->task->files->fdt->close_on_exec, word = 0;

	if (!(tells & WIRE_TELLS_FLAGS))
		return flags;
	bpf_probe_read_kernel(&word, sizeof(word), words + at->fd / WORD_BITS);
	return word >> (at->fd % WORD_BITS) & 1 ? flags | FLAG_CLOEXEC : flags;
}

/**
 * Filesystems whose getattr adds nothing to what their inodes say, but for blocks and times. Not among
 * them: btrfs (another device), overlay, proc (links, sizes), FUSE and whatever else there is.
 */
static __always_inline bool is_plain(unsigned long magic)
{
	return magic == MAGIC_EXT4 || magic == MAGIC_XFS || magic == MAGIC_TMPFS ||
	       magic == MAGIC_SOCK || magic == MAGIC_PIPE || magic == MAGIC_ANON_INODE ||
	       magic == MAGIC_DEVPTS;
}

static __always_inline __u32 is_what(const struct file *file, unsigned long magic)
{
	return (file->f_mode & MODE_READ ? WIRE_READABLE : 0) |
	       (file->f_mode & MODE_WRITE ? WIRE_WRITABLE : 0) |
	       (is_plain(magic) ? WIRE_PLAIN : 0) | (file->f_op->show_fdinfo ? WIRE_SPEAKS : 0) |
	       (file->f_inode->i_flctx ? WIRE_LOCKED : 0) |
	       ((tells & WIRE_TELLS_QUEUES) && magic == MAGIC_SOCK &&
				may_have_in_flight((__u64)BPF_CORE_READ(file, private_data)) ?
			WIRE_CARRIES :
			0);
}

/** An anonymous inode has no type; since Linux 6.16 it has one that stat(2) hides (fs/anon_inodes.c). */
static __always_inline __u32 mode_of(const struct inode *inode, unsigned long magic)
{
	return magic == MAGIC_ANON_INODE ? inode->i_mode & ~TYPE_MASK : inode->i_mode;
}

static __always_inline __u32 mount_of(const struct file *file)
{
	struct mount *mount = (void *)file->f_path.mnt - bpf_core_field_offset(struct mount, mnt);

	return BPF_CORE_READ(mount, mnt_id);
}

/** What fdinfo would say of it: fs/eventfd.c. A semaphore is told only there, and since Linux 6.5 only. */
static __always_inline void tell_eventfd(const struct file *file, struct slot *slot)
{
	static const char word[] = "anon_inode:[eventfd]";
	struct eventfd_ctx *event = file->private_data;
	char differ = 0;

	_Pragma("clang loop unroll(full)") for (int i = 0; i < (int)sizeof(word); i++)
		differ |= slot->text[i] ^ word[i];
	if (differ || (BPF_CORE_READ(event, flags) & EFD_SEMAPHORE))
		return;
	slot->told.is |= WIRE_EVENTFD;
	slot->told.event_count = BPF_CORE_READ(event, count);
	slot->told.event_id = BPF_CORE_READ(event, id);
}

static __always_inline void fill(const struct descriptor *at, struct slot *slot)
{
	struct file *file = at->file;
	const struct inode *inode = file->f_inode;
	const struct super_block *fs = inode->i_sb;
	long len = bpf_d_path(&file->f_path, slot->text, sizeof(slot->text));

	slot->told = (struct wire_told){
		.tid = at->task->pid,
		.fd = at->fd,
		.is = is_what(file, fs->s_magic),
		.flags = flags_of(at),
		.mode = mode_of(inode, fs->s_magic),
		.nlink = inode->__i_nlink,
		.dev = fs->s_dev,
		.rdev = inode->i_rdev,
		.mnt_id = mount_of(file),
		.len = len > 0 ? len - 1 : 0, /* without its NUL */
		.ino = inode->i_ino,
		.size = inode->i_size,
		.pos = file->f_pos,
	};
	if ((tells & WIRE_TELLS_EVENTS) && fs->s_magic == MAGIC_ANON_INODE)
		tell_eventfd(file, slot);
}

/** What has no text /proc is asked about. */
static __always_inline void leave(const struct descriptor *at, struct seq_file *seq)
{
	struct wire_told told = { .tid = at->task->pid, .fd = at->fd };

	bpf_seq_write(seq, &told, sizeof(told));
}

SEC("iter/task_file")
int table(struct bpf_iter__task_file *ctx)
{
	struct descriptor at = { ctx->task, ctx->fd, ctx->file };

	if (!at.task || !at.file)
		return 0;
	struct slot *slot = take_slot();
	if (!slot) {
		leave(&at, ctx->meta->seq);
		return 0;
	}
	fill(&at, slot);
	__u32 len = slot->told.len;
	if (len > WIRE_TEXT_MAX)
		slot->told.len = len = 0;
	bpf_seq_write(ctx->meta->seq, &slot->told, sizeof(slot->told) + len);
	give_back(slot);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
