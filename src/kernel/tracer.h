/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Stopping a task with ptrace(2), so that it goes on by itself when we end.
 *
 * There is no function here that lets a task go: its tracer ends, and the kernel does it, in the same
 * way whether the tracer was killed or done (kernel/ptrace.c, exit_ptrace and __ptrace_unlink, Linux
 * 3.4). Whoever was stopped by a signal before stays stopped. For that to lose no signal a stop is only
 * looked at and never consumed: a signal whose delivery was stopped lies in the task's exit_code, from
 * where it is delivered when the task goes on (kernel/signal.c, ptrace_stop), unless wait(2) has taken
 * it (kernel/exit.c, wait_task_stopped, without WNOWAIT).
 *
 * All calls about one task must come from one thread: the tracer is a thread, not a process.
 */
#pragma once
#include <stdbool.h>

enum tracer_view {
	TRACER_RUNS,    /**< not stopped yet */
	TRACER_STOPPED, /**< executes nothing, until its tracer ends */
	TRACER_ENDED,   /**< is no more */
};

/**
 * Become the tracer of task `tid`, and that of every thread and child it makes from now on: those are
 * stopped before their first instruction. PTRACE_SEIZE, Linux 3.4; nobody is told, no signal is sent.
 * 0; -ESRCH when it is gone; -EPERM when we may not, or somebody traces it already, or it is dead.
 */
int tracer_seize(unsigned int tid);

/** Ask a seized task to stop before it executes anything more of its program: PTRACE_INTERRUPT. */
void tracer_interrupt(unsigned int tid);

/** What a task of ours does now. */
enum tracer_view tracer_look(unsigned int tid);

/**
 * True when a task that does not stop waits in vfork(2), clone(2) or clone3(2) for its child to run
 * another program: it waits uninterruptibly, but stops before it returns to its own.
 * /proc/TID/syscall: proc_pid_syscall(5).
 */
bool tracer_waits_for_child(unsigned int tid);
