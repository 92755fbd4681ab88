/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * System calls that move bytes through a descriptor: through which, in which direction, and where the
 * bytes lie.
 */
#pragma once
#include "bpf/call.h"
#include "bpf/tap.h"

enum flow_shape {
	FLOW_BUFFER = 1, /**< at `at`, as many as the call returned */
	FLOW_VECTOR,     /**< struct iovec, `count` of them */
	FLOW_MESSAGE,    /**< struct msghdr */
	FLOW_MESSAGES,   /**< struct mmsghdr, as many as the call returned */
	FLOW_UNSEEN,     /**< from another file, without coming by the process */
};

struct flow {
	enum flow_shape shape;
	enum tap_way way;
	int fd;
	int source;    /**< FLOW_UNSEEN: the file they are from */
	__u64 at, len; /**< FLOW_BUFFER: how many bytes there is room for */
	__u32 count;
	bool cut; /**< the result is how many there were, not how many have come */
};

/** include/linux/socket.h: MSG_PEEK, MSG_TRUNC. */
enum { FLOW_PEEK = 2, FLOW_CUT = 0x20 };

#if defined(ARCH_x86_64)
/** arch/x86/entry/syscalls/syscall_32.tbl: what a 32-bit program calls the same. */
static __always_inline int flow_compat_number(int number)
{
	switch (number) {
	case 3:
		return __NR_read;
	case 4:
		return __NR_write;
	case 145:
		return __NR_readv;
	case 146:
		return __NR_writev;
	case 180:
		return __NR_pread64;
	case 181:
		return __NR_pwrite64;
	case 247:
		return __NR_io_getevents;
	case 385:
	case 416:
		return __NR_io_pgetevents;
	case 187:
	case 239:
		return __NR_sendfile;
	case 313:
		return __NR_splice;
	case 315:
		return __NR_tee;
	case 333:
		return __NR_preadv;
	case 334:
		return __NR_pwritev;
	case 337:
	case 417:
		return __NR_recvmmsg;
	case 345:
		return __NR_sendmmsg;
	case 369:
		return __NR_sendto;
	case 370:
		return __NR_sendmsg;
	case 371:
		return __NR_recvfrom;
	case 372:
		return __NR_recvmsg;
	case 377:
		return __NR_copy_file_range;
	}
	return -1;
}

static __always_inline bool flow_is_compat(const struct task_struct *task)
{
	return is_compat(task);
}

static __always_inline int flow_number(const struct pt_regs *regs, const struct task_struct *task)
{
	int number = regs->orig_ax;

	return is_compat(task) ? flow_compat_number(number) : number & ~CALL_X32;
}
#else
static __always_inline bool flow_is_compat(const struct task_struct *task)
{
	(void)task;
	return false;
}

static __always_inline int flow_number(const struct pt_regs *regs, const struct task_struct *task)
{
	return number_of_call(regs, task);
}
#endif

static __always_inline bool flow_is_write(int number)
{
	switch (number) {
	case __NR_write:
	case __NR_pwrite64:
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_vmsplice:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_sendmmsg:
	case __NR_tee:
		return true;
	}
	return false;
}

static __always_inline bool flow_is_read(int number)
{
	switch (number) {
	case __NR_read:
	case __NR_pread64:
	case __NR_readv:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_recvfrom:
	case __NR_recvmsg:
	case __NR_recvmmsg:
		return true;
	}
	return false;
}

static __always_inline bool flow_is_copy(int number)
{
	return number == __NR_sendfile || number == __NR_splice || number == __NR_copy_file_range;
}

/** Of a function of the kernel's, where it begins. */
static __always_inline __u64 first_parameter(const struct pt_regs *regs)
{
#if defined(ARCH_x86_64)
	return regs->di;
#else
	return regs->regs[0];
#endif
}

/** False: it moves nothing in this direction. It takes but a look at the number. */
static __always_inline bool flow_may_be(int number, bool reads)
{
	return (reads ? flow_is_read(number) : flow_is_write(number)) || flow_is_copy(number);
}

static __always_inline void flow_of_copy(const struct call *call, bool reads, struct flow *ret)
{
	bool out_first = call->number == __NR_sendfile;
	int in = out_first ? call->arg[1] : call->arg[0], out = call->arg[0];

	if (call->number == __NR_splice || call->number == __NR_copy_file_range)
		out = call->arg[2];
	ret->shape = FLOW_UNSEEN;
	ret->way = call->number == __NR_sendfile ? TAP_SENDFILE :
		   call->number == __NR_splice   ? TAP_SPLICE :
						   TAP_COPY;
	ret->fd = reads ? in : out;
	ret->source = in;
}

/** Of a number that flow_may_be. False: of that kind it is one that takes nothing away. */
static __always_inline bool flow_of(const struct call *call, bool reads, struct flow *ret)
{
	*ret = (struct flow){ .shape = FLOW_BUFFER, .source = -1 };
	ret->fd = call->arg[0];
	ret->at = call->arg[1];
	ret->len = call->arg[2];
	ret->count = call->arg[2];
	switch (call->number) {
	case __NR_readv:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_vmsplice:
		ret->shape = FLOW_VECTOR;
		return true;
	case __NR_recvmsg:
		ret->shape = FLOW_MESSAGE;
		ret->cut = call->arg[2] & FLOW_CUT;
		return !(call->arg[2] & FLOW_PEEK);
	case __NR_recvmmsg:
		ret->shape = FLOW_MESSAGES;
		ret->cut = call->arg[3] & FLOW_CUT;
		return !(call->arg[3] & FLOW_PEEK);
	case __NR_recvfrom:
		ret->cut = call->arg[3] & FLOW_CUT;
		return !(call->arg[3] & FLOW_PEEK);
	case __NR_sendmsg:
		ret->shape = FLOW_MESSAGE;
		return true;
	case __NR_sendmmsg:
		ret->shape = FLOW_MESSAGES;
		return true;
	case __NR_tee:
		flow_of_copy(call, reads, ret);
		ret->way = TAP_TEE;
		ret->fd = call->arg[1];
		return true;
	case __NR_sendfile:
	case __NR_splice:
	case __NR_copy_file_range:
		flow_of_copy(call, reads, ret);
		return true;
	}
	return true;
}
