/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/io: what a process read and wrote, all its threads together. proc_pid_io(5). Who may not
 * look into it (PTRACE_MODE_READ) may not read this either.
 */
#pragma once
#include "base/text.h"

enum { PIDIO_MAX = 512 };

struct pidio {
	uint64_t rchar, wchar; /**< bytes through read(2) and write(2), whatever was behind */
	uint64_t syscr, syscw; /**< calls of them */
	uint64_t read_bytes, write_bytes; /**< bytes that the disks had to bring and take */
	uint64_t cancelled; /**< of those written: dropped with their file before they came there */
};

/** Parse the file's text. 0, or -EINVAL and `out` untouched. */
int pidio_parse(struct text text, struct pidio *out);
