/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What stands around the table of those who use something: what must stop, or that nobody does.
 */
#pragma once
#include "ask/scope.h"

/** How many rows of each sort there are. */
struct who_count {
	uint64_t processes;
	uint64_t kernel;  /**< what the kernel itself does */
	uint64_t keeping; /**< of these, what must go before it can be unmounted */
};

/** The sentences above and below the table. */
void who_tell(const struct inquiry *inquiry, const struct scope *scope, struct outcome *outcome,
	      const struct who_count *count);

/** Complain that a port or socket is open, but whose it is could not be seen. */
void who_blame(struct wish *wish, struct outcome *outcome);
