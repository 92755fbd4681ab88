/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * All processes, or all threads, as the kernel's own walk tells them at one go: what /proc/PID/stat and
 * the owner of /proc/PID say. What else is wanted /proc is asked for afterwards; by another walk it is
 * then known who had kept his number meanwhile.
 */
#pragma once
#include "scan/processes.h"
#include "scan/roll.h"

struct tasks {
	struct roll_call *call;
	bool of_threads;       /**< else `used` and `ended` of a process are made one */
	struct wire_task *all; /**< in order of pid and tid; without ourselves */
	size_t count;
	struct roll roll; /**< where they come from */
};

/**
 * Let the kernel walk. 0; or -errno: /proc is to be asked, and the source's `bpf` says why, if there
 * is anything to be said.
 */
int tasks_begin(const struct source *source, const struct processes_look *look, struct tasks *ret);
void tasks_end(struct tasks *tasks);

/** Make of records what `tasks->all` promises; those without their process's first thread are left out. */
void tasks_fold(struct tasks *tasks);

/** The process, or of threads the thread, with these numbers; NULL when it was not there. */
const struct wire_task *tasks_find(const struct tasks *tasks, unsigned int pid, unsigned int tid);

/** True when the kernel told all there is to be told; the names of its own threads it does not. */
bool tasks_suffices(const struct wire_task *task);

/**
 * As /proc would tell it now: `at_ns`, `uid`, `gid` and `stat` but for its exit_code, which is 0. The
 * comm lies in `task`.
 */
void tasks_tell(const struct wire_task *task, struct process_facts *ret);

/** Walk once more: those that `then` has and that are still there, in `ret`. 0 or -errno. */
int tasks_again(const struct source *source, const struct tasks *then, struct tasks *ret);
