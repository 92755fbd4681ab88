/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The roll of all threads, called by the kernel's own walk (iterator_tasks.h): several readers share it,
 * and where it will be silent of somebody, /proc is listed meanwhile.
 */
#pragma once
#include "bpf/wire.h"
#include "scan/source.h"

/** What was told; roll_end frees it. */
struct roll {
	struct wire_task *all; /**< ascending by tid */
	size_t count;
	unsigned int *listed; /**< who is in /proc, ascending; NULL: nobody has listed it */
	size_t listed_count;
};

/** The program, once it is loaded. Outlives readers that were given up. */
struct roll_call;

/** It is loaded with the first roll. Each thread's own times and faults, or those of its process. */
struct roll_call *roll_call_new(bool of_threads);
void roll_call_free(struct roll_call *call);

/**
 * Call the roll; as often as it is wanted. With `lists`, /proc is listed as well where the kernel is
 * likely to be silent of somebody. 0, or -errno and `source->bpf->why`. Adds to the times kept there.
 */
int roll_call_take(struct roll_call *call, const struct source *source, bool lists,
		   struct roll *ret);
void roll_end(struct roll *roll);
