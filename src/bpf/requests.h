/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What io_urings do with files: a request is told with its names when it is begun, and what came of it when
 * it ends, maybe by another thread.
 */
#pragma once
#include "bpf/follow.h"

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

		if (!BPF_CORE_READ(close, file_slot) && is_wanted_fd(task, fd) &&
		    (only_fd < 0 || leave(task, (__u64)request)))
			tell_close(task, seen, fd, (__u64)request);
		return 0;
	}
	draft = begin(task, DEED_BEGIN, -1, 0);
	if (!draft)
		return 0;
	draft->record.begun = (__u64)request;
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

/** It has closed, opened or made the only descriptor: accept, socket. Else the next call finds out. */
static __always_inline void follow_request(struct task_struct *task, const struct io_kiocb *request,
					   __u32 op, int result)
{
	const struct io_open *open = (const void *)request;

	if (!is_wanted_fd(task, only_fd))
		return;
	if (leaver == (__u64)request)
		leaver = leaving = 0;
	if (result == only_fd && op != DEED_RENAME && op != DEED_DELETE)
		follow(task, op == DEED_OPEN && !BPF_CORE_READ(open, file_slot));
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

	int result = request ? BPF_CORE_READ(request, cqe.res) : 0;
	if (only_fd >= 0)
		follow_request(task, request, op, result);
	if (!op)
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
	if (op == DEED_CLOSE) {
		const struct io_close *close = (const void *)request;

		if (BPF_CORE_READ(close, file_slot))
			return 0;
		deed.fd = BPF_CORE_READ(close, fd);
	}
	if (only_fd >= 0 && (deed.fd != only_fd || !is_wanted_fd(task, deed.fd)))
		return 0;
	draft = begin(task, op, deed.fd, result < 0 ? result : 0);
	if (!draft)
		return 0;
	draft->record.flags = deed.flags;
	draft->record.begun = (__u64)request;
	draft->record.is |= DEED_ENDS;
	if (file)
		tell_place(draft, &file->f_path, DEED_PLACE, &below);
	end(draft, seen, below, !file);
	return 0;
}
