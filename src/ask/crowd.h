/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What all questions about processes themselves share: who is meant, and the rows of one after another.
 */
#pragma once
#include "ask/scope.h"
#include "scan/processes.h"

struct crowd {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct arena arena; /**< of the rows: one process's, or all when they are kept */
	bool enough;        /**< no more rows are wanted */
	/** Pushes the rows of one process. */
	void (*tell)(struct crowd *crowd, const struct process_facts *facts);
};

/**
 * Read `needs` (PROCESS_NEED(…)) of all processes that are meant, and call `tell` with each that could be
 * read. 0, or -errno and a message.
 */
int crowd_ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err,
	      uint64_t needs, void (*tell)(struct crowd *crowd, const struct process_facts *facts));

/** The text, for as long as its row must live. */
struct text crowd_text(struct crowd *crowd, struct text text);

/** Room for a row, zeroed. */
void *crowd_row(struct crowd *crowd, size_t size);

/** One row. False when no more are wanted. */
bool crowd_push(struct crowd *crowd, const void *row);

/**
 * Find out which processes the targets mean; what is no process is refused. 0, or -errno and a message;
 * scope_end frees, in any case.
 */
int crowd_scope(const struct inquiry *inquiry, struct outcome *outcome, struct scope *ret,
		struct error *err);
