/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What reclaim shows: the plan before the question, and what came of it.
 */
#pragma once
#include "act/reclaim_story.h"
#include "cmd/acting.h"

/** All that one call of the command works on. */
struct reclaim_session {
	struct acting acting;
	struct reclaiming reclaiming;
	struct reclaimed *items;
	size_t count, planned;
};

/** What would be done: for a single file in sentences, else as a table. */
void reclaim_show_plan(struct reclaim_session *session);

/** What was done, likewise. */
void reclaim_show_results(struct reclaim_session *session);
