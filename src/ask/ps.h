/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What runs? One row a process, or a thread.
 */
#pragma once
#include <uthash.h>

#include "ask/people.h"
#include "ask/ps_near.h"
#include "ask/ps_sample.h"
#include "ask/ps_tree.h"
#include "ask/scope.h"
#include "kernel/boottime.h"
#include "kernel/cgroup.h"
#include "scan/processes.h"

/** What there is of them, for the sentence above the table. */
struct ps_count {
	uint64_t rows, of_kernel, run, disk, stopped, zombies;
	/* The last one. */
	unsigned int pid;
	struct text comm;
	uint64_t elapsed_ns;
	char state;
};

/** The host name that a UTS namespace shows, found out once. */
struct ps_hosts {
	uint64_t ino;
	struct text name;
	UT_hash_handle hh;
};

/** What the answer is made from, while it is made. */
struct ps_ask {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct ps_wish wish;
	uint64_t needs; /**< enum process_needs, and bits of enum process_file */
	struct boottime boottime;
	uint64_t page; /**< bytes */
	bool for_people;
	bool shown[COLUMN_MAX]; /**< columns that are shown or sorted by */
	struct arena kept;      /**< for all the time */
	struct arena *arena;    /**< of the rows: one, or all when rows are kept */
	const struct scope *scope;
	bool *tasks_seen; /**< of `wish.tasks` */
	struct people *people;
	struct namespaces own; /**< namespaces we are in */
	struct cgroup container;
	struct ps_hosts *hosts; /**< host names of UTS namespaces */
	struct ps_near near;
	struct ps_sample sample;
	struct ps_tree tree;
	struct ps_count count;
	uint64_t too_big; /**< whose page tables were not walked */
	bool full;        /**< no more rows are wanted */
	bool enough;      /**< and nobody counts the others */
	struct error *err;
	int rc;
};

/** Fill the row of a process; texts lie in `ask->arena`. */
void ps_row(struct ps_ask *ask, const struct process_facts *facts, struct process_row *ret);

/** The sentences above and below the table. */
void ps_tell(const struct ps_ask *ask);
