/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A look into one process: the facts of it, and in which system call one of its threads waits, what that
 * is about, and since when it does not run. A path or a time that the call was given lies in the memory of
 * its process, as its command line does, which may keep us waiting; so all of it is asked in one helper
 * process, see scan/probe.h. The process is neither stopped nor told.
 */
#pragma once
#include <limits.h>

#include "kernel/syscall.h"
#include "scan/processes.h"

struct insight {
	int call_rc; /**< -EACCES, -EPERM: not ours to know; -ETIMEDOUT: no answer came */
	struct syscall call;
	bool compat; /**< it runs a program of 32 bits: the number of the call is of another table */
	char state;  /**< a moment later, as of proc_pid_stat(5); 0: not known */
	bool idle_known;
	int64_t idle_ns; /**< since when it did not run */
	bool has_timespec;
	int64_t timespec_ns; /**< what the call's timespec says */
	char path[PATH_MAX]; /**< what the call's path says; empty: none, or not to be read */
};

/** A look that is under way: the caller may look elsewhere meanwhile. */
struct insight_pending;

/**
 * Look at process `pid`, and at its thread `tid`: `needs` says at which facts (enum process_needs). 0, and
 * insight_finish must follow; or -errno when no helper could be made. It lies in the arena.
 */
int insight_begin(const struct source *source, unsigned int pid, unsigned int tid, uint64_t needs,
		  struct arena *arena, struct insight_pending **ret);

/** What was found: the texts of `facts` in the arena, as processes_look has them. 0 or -errno, as above. */
int insight_finish(struct insight_pending *pending, struct arena *arena,
		   struct process_facts *facts, struct insight *ret);
