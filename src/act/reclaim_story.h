/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is said before a file is emptied, so that somebody can say yes or no, and what afterwards.
 */
#pragma once
#include "act/reclaim.h"

/** Which file, what it takes, who has it open and how. */
void reclaim_tell_plan(const struct reclaiming *context, const struct reclaimed *reclaimed,
		       FILE *out);

/** What will happen to the `count` that are planned, what is lost, and how it can be kept. */
void reclaim_tell_price(const struct reclaiming *context, const struct reclaimed *reclaimed,
			size_t count, FILE *out);

/** What really came free. */
void reclaim_tell_done(const struct reclaiming *context, const struct reclaimed *reclaimed,
		       FILE *out);

/** How much room the filesystems of the `count` have now, one line each. */
void reclaim_tell_rooms(const struct reclaiming *context, const struct reclaimed *reclaimed,
			size_t count, FILE *out);
