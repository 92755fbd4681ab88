/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the threads of a process do: in which system call each waits, since when it does not run, and
 * which of them tells most about the process. To be read in a helper process, scan/probe.h: whoever is
 * about to run another program may keep us waiting (exec_update_lock of fs/proc/base.c).
 */
#pragma once
#include <sys/types.h>

#include "kernel/syscall.h"

/** Of a process with more threads only one is looked at. */
enum { GLANCES_MAX = 256 };

struct glance {
	unsigned int tid;
	int rc; /**< of `call`: -EACCES, -EPERM: not ours to know; -ETIMEDOUT: no answer came */
	struct syscall call;
	char state; /**< as of proc_pid_stat(5), a moment later; 0: not known */
	bool idle_known;
	int64_t idle_ns; /**< since when it did not run */
	int processor;   /**< it last ran on; -1: not known, or done with */
	uint64_t ran_ns; /**< by the clock of that; 0: not known */
};

struct glances {
	size_t count;
	size_t chosen; /**< index of the one that tells most */
	struct glance items[GLANCES_MAX];
};

/** Look at threads `tids` of process `pid`, GLANCES_MAX at most, below the procfs `proc`. */
void glances_read(int proc, unsigned int pid, const unsigned int *tids, size_t count,
		  struct glances *out);

/** Read again in which call it waits. 0 or -errno. */
int glance_call(int proc, unsigned int pid, unsigned int tid, struct syscall *ret);

/** `state`, and since when thread `tid` of `out` does not run; this moves us to where it last ran. */
void glance_idle(int proc, unsigned int pid, struct glance *out);

/**
 * True when it runs a program of 32 bits. The first key of a 64-bit auxiliary vector is a small number; of
 * a 32-bit one its value stands in the upper half: getauxval(3), fs/binfmt_elf.c.
 */
bool glance_is_compat(int proc, unsigned int pid, unsigned int tid);

/** True when it runs, or is about to. */
static inline bool glance_runs(const struct glance *glance)
{
	return glance->state == 'R' || (!glance->rc && glance->call.where == SYSCALL_RUNNING);
}
