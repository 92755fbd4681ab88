/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the kernel itself said is worth a look: descriptors by process, and who maps something. Hints
 * only save looking: whoever follows them asks /proc as always, and who is not in them is read in full.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct hint {
	unsigned int pid, fd;
};

struct hints {
	struct hint *items; /**< by pid, then descriptor; each once */
	size_t count;
	unsigned int *mappers; /**< ascending, each once */
	size_t mapper_count;
	bool mappers_known; /**< else anybody may map something */
};

/** Take the records of bpf/wire.h, whole ones only; those of mappings when they were to be had. */
void hints_begin(struct text descriptors, const struct text *mappings, struct hints *ret);
void hints_end(struct hints *hints);

/** What of one process is worth a look, maybe nothing. */
struct hinted {
	const struct hint *items; /**< its descriptors */
	size_t count;
	bool links; /**< its cwd, root or exe */
};

/** What is known of `pid`. False: nothing. */
bool hints_of(const struct hints *hints, unsigned int pid, struct hinted *ret);

/** True when `pid` maps what is worth a look, or may. */
bool hints_maps(const struct hints *hints, unsigned int pid);
