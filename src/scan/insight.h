/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A look into one process: the facts of it, in which system calls its threads wait, and what that of the
 * thread which tells most is about. A path or a time that the call was given lies in the memory of its
 * process, as its command line does, which may keep us waiting; so all of it is asked in one helper
 * process, see scan/probe.h. The process is neither stopped nor told.
 */
#pragma once
#include "scan/glance.h"
#include "scan/processes.h"
#include "scan/recall.h"

struct insight {
	const struct glances *glances; /**< at its threads, those that were asked for */
	bool compat; /**< it runs a program of 32 bits: the number of the call is of another table */
	/* Of the thread that tells most: */
	unsigned int tid;
	int call_rc; /**< -EACCES, -EPERM: not ours to know; -ETIMEDOUT: no answer came */
	struct syscall call;
	char state; /**< a moment later, as of proc_pid_stat(5); 0: not known */
	bool idle_known;
	int64_t idle_ns; /**< since when it did not run */
	struct recall recall;
};

/** A look that is under way: the caller may look elsewhere meanwhile. */
struct insight_pending;

/** What is to be looked at. */
struct insight_wish {
	unsigned int pid;
	const unsigned int *tids; /**< these threads of it, one at least; must live until the end */
	size_t count;
	uint64_t needs; /**< which facts: enum process_needs */
};

/**
 * Begin to look. 0, and insight_finish must follow; or -errno when no helper could be made. It lies in the
 * arena, and so will the result.
 */
int insight_begin(const struct source *source, const struct insight_wish *wish, struct arena *arena,
		  struct insight_pending **ret);

/** What was found: the texts of `facts` in the arena, as processes_look has them. 0 or -errno, as above. */
int insight_finish(struct insight_pending *pending, struct arena *arena,
		   struct process_facts *facts, struct insight *ret);
