/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Walks every descriptor of every process and tells the few that are wanted, and once of each process
 * that it has been here. Threads that share their leader's table are skipped by the kernel.
 */
#include "bpf/judge.h"
#include "bpf/queue.h"

/** The process that was told last. One read goes on where the one before ended. */
__u32 last = 0;

static __always_inline bool is_anonymous(const struct place *place, bool of_ring)
{
	char start[NAME_START] = "";

	if (place->magic != MAGIC_ANON_INODE)
		return false;
	read_start(place, start);
	return of_ring ? BEGINS(start, "[io_uring]") : BEGINS(start, "[eventfd]");
}

static __always_inline bool may_carry(const struct place *place, const struct file *file)
{
	if (place->magic == MAGIC_SOCK)
		return may_have_in_flight(file);
	return is_anonymous(place, true);
}

/** Terminals are among the character devices; a message queue is told by its size. */
static __always_inline bool may_connect(const struct place *place, const struct inode *inode)
{
	__u32 type = inode->i_mode & TYPE_MASK;

	return place->magic == MAGIC_SOCK || type == TYPE_FIFO || type == TYPE_CHAR ||
	       (type == TYPE_REGULAR && inode->i_size == QUEUE_SIZE) || is_anonymous(place, false);
}

static __always_inline bool is_wanted(const struct file *file)
{
	const struct inode *inode = file->f_inode;
	struct place place = place_of(file);

	if ((wants & WIRE_DELETED) && may_be_deleted(&place))
		return true;
	if ((wants & WIRE_INODE) && (is_sought(inode->i_ino) || !tells_its_number(place.magic)))
		return true;
	if ((wants & WIRE_SOCKETS) && place.magic == MAGIC_SOCK && is_sought(inode->i_ino))
		return true;
	if ((wants & WIRE_ENDS) && may_connect(&place, inode))
		return true;
	return (wants & WIRE_CARRIERS) && may_carry(&place, file);
}

SEC("iter/task_file")
int task_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (!task || !file)
		return 0;
	struct wire_descriptor out = { task->tgid, WIRE_SEEN };
	if (is_wanted(file))
		out.fd = ctx->fd;
	else if (out.pid == last)
		return 0;
	/* What finds no room is told again, from the start: only then must nothing be remembered. */
	if (bpf_seq_write(ctx->meta->seq, &out, sizeof(out)) == 0)
		last = out.pid;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
