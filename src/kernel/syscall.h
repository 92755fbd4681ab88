/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/syscall: in which system call a task waits, and with which arguments. proc_pid_syscall(5),
 * fs/proc/base.c proc_pid_syscall. Reading it does not stop the task: a task that runs is only said to
 * be running. It needs the right to attach (PTRACE_MODE_ATTACH_FSCREDS).
 */
#pragma once
#include "base/text.h"

enum { SYSCALL_TEXT_MAX = 256, SYSCALL_ARGUMENTS = 6, SYSCALL_X32 = 0x40000000 };

enum syscall_where {
	SYSCALL_RUNNING, /**< it runs, or is about to */
	SYSCALL_OUTSIDE, /**< it waits, but in no call: for a page, or stopped */
	SYSCALL_INSIDE,
};

struct syscall {
	enum syscall_where where;
	uint32_t number; /**< SYSCALL_INSIDE: of the task's own ABI */
	uint64_t arguments[SYSCALL_ARGUMENTS];
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int syscall_parse(struct text text, struct syscall *out);

/**
 * The name of call `number` of this machine's native ABI, by the kernel headers procowl was built with;
 * NULL: those have none of that number.
 */
const char *syscall_name(uint32_t number);

/** What a call is for, as far as it may wait. */
enum syscall_deed {
	SYSCALL_OTHER,
	SYSCALL_READS,
	SYSCALL_WRITES,
	SYSCALL_COPIES, /**< from its first descriptor to the second */
	SYSCALL_RECEIVES,
	SYSCALL_SENDS,
	SYSCALL_ACCEPTS,
	SYSCALL_CONNECTS,
	SYSCALL_EVENTS, /**< of an epoll */
	SYSCALL_POLLS,  /**< a list of descriptors */
	SYSCALL_COMPLETIONS,
	SYSCALL_SLEEPS,
	SYSCALL_FUTEX,
	SYSCALL_CHILD,  /**< for a child to end */
	SYSCALL_CLONES, /**< for a child of vfork(2) to run another program */
	SYSCALL_LOCKS,  /**< a lock on a file */
	SYSCALL_SIGNALS,
	SYSCALL_FLUSHES,
	SYSCALL_LISTS,
	SYSCALL_CONTROLS,
	SYSCALL_FINDS, /**< walks a path */
	SYSCALL_OPENS,
	SYSCALL_RUNS, /**< another program */
	SYSCALL_CLOSES,
	SYSCALL_MESSAGES, /**< a queue or semaphore of System V */
};

/** What is known of a call, and which of its arguments mean what; -1: it has none of that meaning. */
struct syscall_shape {
	enum syscall_deed deed;
	int fd, other_fd;
	int path;     /**< address of a path */
	int count_ms; /**< milliseconds to wait; negative: for ever */
	int timespec; /**< address of how long to wait */
	int pid;      /**< which child; 0 or negative: a group, or any */
	int count;    /**< how many descriptors are polled */
	int list;     /**< address of a list of these: poll(2) */
	int sets;     /**< addresses of three sets of these: select(2) */
	int word;     /**< address of a futex */
};

/** The shape of native call `number`; of all that procowl knows nothing about SYSCALL_OTHER. */
struct syscall_shape syscall_shape(uint32_t number);

/** Argument `index` as the int it is: negative ones arrive with and without their upper half. */
static inline int syscall_int(const struct syscall *call, int index)
{
	return (int)(uint32_t)call->arguments[index];
}

/**
 * True when this call asks for a lock on a file and waits for it: flock(2) without LOCK_NB, fcntl(2)
 * F_SETLKW. `*open_file`: one of the open file description, which no process owns.
 */
bool syscall_locks(const struct syscall *call, bool *open_file);

/**
 * Where in its file a call reads or writes that is told the place: pread64(2), pwrite64(2) and their kin.
 * False: it goes on from the file's own offset.
 */
bool syscall_offset(const struct syscall *call, uint64_t *ret);

/**
 * True when a call that copies was given the address of the place it reads from: copy_file_range(2),
 * sendfile(2), splice(2). The offset of what it reads stays where it is then.
 */
bool syscall_keeps_offset(const struct syscall *call);
