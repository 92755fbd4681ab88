/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * System calls that open, close, name and run files: which one it is, and what its arguments mean. They
 * still lie in the registers when it is at its end, so that nothing has to be kept from its beginning.
 */
#pragma once
#include <asm/unistd.h>
#include <stdbool.h>

#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/deed.h"
#include "bpf/look.h"

/** include/uapi/asm-generic/fcntl.h, linux/fcntl.h, linux/close_range.h. */
enum {
	CALL_WRONLY = 01,
	CALL_RDWR = 02,
	CALL_CREAT = 0100,
	CALL_TRUNC = 01000,
	CALL_CLOEXEC = 02000000,
	CALL_AT_FDCWD = -100,
	CALL_EEXIST = 17,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(ARCH_x86_64)
/** arch/x86/include/asm/ptrace.h. */
struct pt_regs {
	unsigned long bp, r8, r10, bx, cx, dx, si, di, orig_ax;
};
#elif defined(ARCH_aarch64)
/** arch/arm64/include/asm/ptrace.h. */
struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	int syscallno;
};
#endif

#pragma clang attribute pop

enum { CALL_ARGUMENTS = 5 };

/** A call by its number, with its arguments. */
struct call {
	int number; /**< as the native ABI has it; -1: none that matters */
	__u64 arg[CALL_ARGUMENTS];
};

/** What a call does to files. */
struct deed {
	__u32 op;
	int fd;  /**< that it closes */
	int dir; /**< that its name begins at */
	int new_dir;
	__u32 flags;
	__u64 name, new_name; /**< in the memory of the process; 0: none */
	__u64 how;            /**< where openat2(2) has its flags */
};

#if defined(ARCH_x86_64)
enum { TASK_COMPAT = 2 /* TS_COMPAT */, CALL_X32 = 0x40000000 };

/** arch/x86/entry/syscalls/syscall_32.tbl: what a 32-bit program calls the same. */
static __always_inline int native_number(int number)
{
	switch (number) {
	case 5:
		return __NR_open;
	case 6:
		return __NR_close;
	case 8:
		return __NR_creat;
	case 10:
		return __NR_unlink;
	case 11:
		return __NR_execve;
	case 38:
		return __NR_rename;
	case 40:
		return __NR_rmdir;
	case 41:
		return __NR_dup;
	case 63:
		return __NR_dup2;
	case 295:
		return __NR_openat;
	case 301:
		return __NR_unlinkat;
	case 302:
		return __NR_renameat;
	case 330:
		return __NR_dup3;
	case 342:
		return __NR_open_by_handle_at;
	case 353:
		return __NR_renameat2;
	case 358:
		return __NR_execveat;
	case 436:
		return __NR_close_range;
	case 437:
		return __NR_openat2;
	}
	return -1;
}

static __always_inline bool is_compat(const struct task_struct *task)
{
	return task->thread_info.status & TASK_COMPAT;
}

static __always_inline int number_of_call(const struct pt_regs *regs,
					  const struct task_struct *task)
{
	int number = regs->orig_ax;

	return is_compat(task) ? native_number(number) : number & ~CALL_X32;
}

/** False: it is no close(2). What it may be else, with either ABI, is told of neither. */
static __always_inline bool may_be_close(const struct pt_regs *regs)
{
	enum { COMPAT_CLOSE = 6 };
	int number = regs->orig_ax & ~CALL_X32;

	return number == __NR_close || number == COMPAT_CLOSE;
}

static __always_inline void read_arguments(const struct pt_regs *regs,
					   const struct task_struct *task, struct call *ret)
{
	if (is_compat(task)) {
		ret->arg[0] = (__u32)regs->bx;
		ret->arg[1] = (__u32)regs->cx;
		ret->arg[2] = (__u32)regs->dx;
		ret->arg[3] = (__u32)regs->si;
		ret->arg[4] = (__u32)regs->di;
		return;
	}
	ret->arg[0] = regs->di;
	ret->arg[1] = regs->si;
	ret->arg[2] = regs->dx;
	ret->arg[3] = regs->r10;
	ret->arg[4] = regs->r8;
}
#elif defined(ARCH_aarch64)
/** 32-bit programs have other numbers: theirs are not told. arch/arm64/include/asm/thread_info.h. */
static __always_inline int number_of_call(const struct pt_regs *regs,
					  const struct task_struct *task)
{
	enum { TASK_32BIT = 1 << 22 };

	return task->thread_info.flags & TASK_32BIT ? -1 : regs->syscallno;
}

static __always_inline bool may_be_close(const struct pt_regs *regs)
{
	return regs->syscallno == __NR_close;
}

static __always_inline void read_arguments(const struct pt_regs *regs,
					   const struct task_struct *task, struct call *ret)
{
	(void)task;
	ret->arg[0] = regs->orig_x0;
	ret->arg[1] = regs->regs[1];
	ret->arg[2] = regs->regs[2];
	ret->arg[3] = regs->regs[3];
	ret->arg[4] = regs->regs[4];
}
#endif

/** False: it opens, names or runs nothing. */
static __always_inline bool understand(const struct call *call, struct deed *ret)
{
	*ret = (struct deed){ .fd = -1, .dir = CALL_AT_FDCWD, .new_dir = CALL_AT_FDCWD };
	switch (call->number) {
#ifdef __NR_open
	case __NR_open:
		ret->op = DEED_OPEN;
		ret->name = call->arg[0];
		ret->flags = call->arg[1];
		return true;
	case __NR_creat:
		ret->op = DEED_OPEN;
		ret->name = call->arg[0];
		ret->flags = CALL_WRONLY | CALL_CREAT | CALL_TRUNC;
		return true;
	case __NR_unlink:
	case __NR_rmdir:
		ret->op = DEED_DELETE;
		ret->name = call->arg[0];
		return true;
	case __NR_rename:
		ret->op = DEED_RENAME;
		ret->name = call->arg[0];
		ret->new_name = call->arg[1];
		return true;
#endif
	case __NR_openat:
		ret->op = DEED_OPEN;
		ret->dir = call->arg[0];
		ret->name = call->arg[1];
		ret->flags = call->arg[2];
		return true;
	case __NR_openat2:
		ret->op = DEED_OPEN;
		ret->dir = call->arg[0];
		ret->name = call->arg[1];
		ret->how = call->arg[2];
		return true;
	case __NR_open_by_handle_at:
		ret->op = DEED_OPEN;
		ret->flags = call->arg[2];
		return true;
	case __NR_execve:
		ret->op = DEED_EXEC;
		ret->name = call->arg[0];
		return true;
	case __NR_execveat:
		ret->op = DEED_EXEC;
		ret->dir = call->arg[0];
		ret->name = call->arg[1];
		return true;
	case __NR_unlinkat:
		ret->op = DEED_DELETE;
		ret->dir = call->arg[0];
		ret->name = call->arg[1];
		return true;
#ifdef __NR_renameat
	case __NR_renameat:
#endif
	case __NR_renameat2:
		ret->op = DEED_RENAME;
		ret->dir = call->arg[0];
		ret->name = call->arg[1];
		ret->new_dir = call->arg[2];
		ret->new_name = call->arg[3];
		return true;
	case __NR_close:
		ret->op = DEED_CLOSE;
		ret->fd = call->arg[0];
		return true;
	}
	return false;
}

/** The open file behind a descriptor that a call was given. */
static __always_inline struct file *file_at(struct task_struct *task, int fd)
{
	struct files_struct *table = task->files;

	if (!table || fd < 0 || (__u32)fd >= table->fdt->max_fds)
		return 0;
	return (struct file *)LOOK_WORD(table->fdt->fd + fd);
}
