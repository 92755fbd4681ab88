/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A first look at the processes, so that a second one can tell what was done between.
 */
#pragma once
#include "scan/processes.h"

struct ps_past {
	unsigned int pid, tid;
	uint64_t start; /**< with the numbers: the name of a process */
	int64_t at_ns;
	uint64_t ticks;
	bool has_io;
	uint64_t read, write;
};

struct ps_sample {
	struct ps_past *all; /**< in order of pid and tid */
	size_t count;
};

/** Look as `look` says, though for other facts, and wait. 0, or -errno and a message. */
int ps_sample_begin(const struct source *source, const struct processes_look *look,
		    int64_t interval_ns, struct ps_sample *sample, struct error *err);
void ps_sample_end(struct ps_sample *sample);

/** What this process had done at the first look; NULL: it was not there yet. */
const struct ps_past *ps_sample_find(const struct ps_sample *sample,
				     const struct process_facts *facts);
