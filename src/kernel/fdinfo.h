/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/fdinfo/N: what the kernel says about one open file. proc_pid_fdinfo(5).
 * `mnt_id` since Linux 3.15, `ino` since 5.14.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { FDINFO_MAX = 16384 };

struct fdinfo {
	uint64_t pos;   /**< offset, bytes */
	uint64_t ino;   /**< 0 before Linux 5.14 */
	uint32_t flags; /**< O_* as open(2) has them now */
	uint32_t mnt_id;
	uint32_t in_flight;  /**< unix socket: descriptors waiting in its queue (scm_fds) */
	bool locked;         /**< a lock or a lease is held through it */
	uint32_t user_files; /**< io_uring: slots of its table of registered files */
};

/** Parse the file's text; unknown keys are ignored. 0, or -EINVAL and `out` untouched. */
int fdinfo_parse(struct text text, struct fdinfo *out);

/** Read descriptor `n` of the process whose /proc directory is `procfd`. 0 or -errno. */
int fdinfo_read(int procfd, unsigned int n, struct fdinfo *out);
