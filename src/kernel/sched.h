/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the scheduler says of a task: /proc/PID/sched (kernel/sched/debug.c, with CONFIG_SCHED_DEBUG;
 * always since Linux 6.15), readable for everybody; and the names of its policies, sched(7).
 */
#pragma once
#include "base/text.h"

enum { SCHED_TEXT_MAX = 4096 };

/**
 * When the task last ran: `se.exec_start`, nanoseconds by the clock of the processor it last ran on. That
 * clock leaves out interrupts, so it can be compared only with that of a task which runs on the same
 * processor now. 0; -EINVAL: the text does not say.
 */
int sched_last_ran(struct text text, uint64_t *ret_ns);

/** "SCHED_FIFO"; NULL: one that this procowl does not know. */
const char *sched_policy_word(unsigned int policy);
