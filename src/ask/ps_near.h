/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How near a process is to what it may use at most: getrlimit(2). All of it any user may read, of any
 * user's process.
 */
#pragma once
#include "scan/processes.h"

struct tasks_of;

struct ps_near {
	struct tasks_of *users; /**< how many tasks each real user has */
	const struct source *source;
	struct arena arena;
	bool counted; /**< they were counted: when the first process came that they limit */
	bool failed;
};

enum { PS_NEAR_PERCENT = 80 };

/** What a process is nearest to. */
struct nearest {
	struct text words;    /**< "980 of 1024 descriptors" */
	uint64_t thousandths; /**< of a percent that is used */
};

/** How many tasks a user has is found out when it matters: then all processes are looked at. */
void ps_near_begin(const struct source *source, struct ps_near *near);
void ps_near_end(struct ps_near *near);

/** The limit it is nearest to; false when nothing limits it. Texts in the arena. */
bool ps_near_find(struct ps_near *near, const struct process_facts *facts, struct arena *arena,
		  struct nearest *ret);
