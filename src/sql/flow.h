/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One asking of a question whose rows are taken one by one. A question pushes, SQLite pulls: between
 * them the question runs on a thread of its own, and hands its rows over in batches.
 */
#pragma once
#include "ask/question.h"

/** What SQL needs from whoever calls it. */
struct sql_host {
	/** Open a source; called for every scan, as two may be under way. 0, or -errno and a message. */
	int (*open)(void *context, struct source *ret, struct error *err);
	void *context;
	const char *program, *line; /**< as in struct inquiry */
};

struct asking {
	const struct question *question;
	const struct target *targets; /**< they and their text outlive the flow */
	size_t target_count;
	bool all;
	const struct narrow *narrow; /**< or NULL; outlives the flow */
	const struct ps_wish *ps;    /**< or NULL */
	struct selection selection;  /**< the columns that are wanted, in the order of the values */
};

struct flow;

/** Begin to ask. 0, or -errno and a message; flow_end frees. */
int flow_begin(const struct sql_host *host, const struct asking *asking, struct flow **ret,
	       struct error *err);

/** The values of the next row, or NULL at the end. They live until the next call. */
const struct value *flow_next(struct flow *flow);

/** How many rows were taken. */
uint64_t flow_rows(const struct flow *flow);

/**
 * Stop it if it has not ended, wait for it, and free it. What it saw goes to `outcome`. 0, or -errno
 * and a message when the question failed.
 */
int flow_end(struct flow *flow, struct outcome *outcome, struct error *err);
