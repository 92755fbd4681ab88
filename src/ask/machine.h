/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What all questions about the machine itself share: they have no targets, and few rows.
 */
#pragma once
#include "ask/question.h"

struct machine {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct arena arena; /**< of all rows */
	struct error *err;
};

/**
 * Ask: `fill` pushes the rows, and returns 0, or -errno and a message. A target is refused: nothing of
 * this belongs to anybody.
 */
int machine_ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err,
		int (*fill)(struct machine *machine));

/** Read all of `name` below /proc, `limit` bytes at most. 0, or -errno and a message. */
int machine_load(struct machine *machine, const char *name, size_t limit, struct text *ret);

/** One row. False when no more are wanted. */
bool machine_push(struct machine *machine, const void *row);
