/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The kernel's structs of terminals and of what is asked of io_urings, as far as they are looked into;
 * as shadow.h, which has the others.
 */
#pragma once
#include "bpf/shadow.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/** include/linux/termios_internal.h, include/linux/tty.h; `link` is the other end of a pty. */
struct ktermios {
	unsigned int c_lflag;
};

struct tty_struct {
	struct tty_struct *link;
	struct ktermios termios;
};

/** What a terminal's open file has as its `private_data`. */
struct tty_file_private {
	struct tty_struct *tty;
};

/** io_uring/rw.c, io_uring/net.c. The latter's `buf` and `umsg` lie in a union; `done_io` since Linux 5.19. */
struct io_rw {
	__u64 addr;
	__u32 len;
};

struct io_sr_msg {
	void *buf, *umsg;
	unsigned int done_io;
};

/** include/linux/io_uring_types.h: `fd`, until it is done, lies in a union; Linux 5.19. */
struct io_cqe___tap {
	__u64 user_data;
	int res;
	int fd;
};

struct io_kiocb___tap {
	struct file *file;
	__u8 opcode;
	__u32 flags;
	struct io_cqe___tap cqe;
	struct io_ring_ctx *ctx;
};

/** include/linux/fs.h: who maps a file; include/linux/rbtree_types.h. */
struct rb_root {
	void *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

struct address_space {
	atomic_t i_mmap_writable;
	struct rb_root_cached i_mmap;
};

struct file___tap {
	struct address_space *f_mapping;
};

/** kernel/bpf/task_iter.c, Linux 5.8, is in shadow.h. */

#pragma clang attribute pop
