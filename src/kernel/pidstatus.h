/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/status and /proc/PID/task/TID/status: proc_pid_status(5). Unknown lines are passed over,
 * so that those of later kernels do no harm.
 */
#pragma once
#include <stdint.h>

#include "base/text.h"

enum { PIDSTATUS_MAX = 16384 };

struct pidstatus {
	char state;          /**< R S D T t X Z P I */
	unsigned int tracer; /**< who traces it (TracerPid); 0: nobody */
	unsigned int
		inner_pid; /**< its number in its own PID namespace: the last of NSpid (Linux 4.1) */
	uint64_t pending;  /**< signals that wait for the thread (SigPnd); bit N - 1 is signal N */
	uint64_t shared_pending; /**< and for the process (ShdPnd) */
};

/** Parse the file's text; a line that was cut off is left out. 0, or -EINVAL and `out` untouched. */
int pidstatus_parse(struct text text, struct pidstatus *out);

/** Read and parse DIRFD/NAME. 0 or -errno. */
int pidstatus_read(int dirfd, const char *name, struct pidstatus *out);
