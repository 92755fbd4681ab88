/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The program bpf/task at work: it tells all threads there are, as often as it is read. Linux 5.17 and
 * CAP_BPF with CAP_PERFMON; whether it can is tried, not guessed.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/**
 * Load the program; it tells each thread's own times and faults, or those of its process. A descriptor
 * on it, or -errno and the reason. Adds to `load_ns` how long it took.
 */
int iterator_load_tasks(bool of_threads, int64_t *load_ns, struct error *reason);

/** The records of wire_task there are now, by number; free(3). It waits for nobody. 0 or -errno. */
int iterator_read_tasks(int program, struct text *ret);
