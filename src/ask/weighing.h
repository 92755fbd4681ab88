/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A process on the way to what it moves through: which of its files moved, and the ways to say how far.
 */
#pragma once
#include "ask/progress.h"

/** A process, now and before. */
struct weighing {
	const struct progress *progress;
	const struct seen *before, *now;
	const struct syscall *call; /**< NULL: it is in none that may be seen */
	struct syscall_shape shape;
};

bool weighing_is_fd(const struct seen_file *file);

/** A file with a place in it: regular or a disk. */
bool weighing_has_place(const struct seen_file *file);

/** How far its offset went since the look before, whichever way; of what was opened since, from its start. */
uint64_t weighing_moved(const struct weighing *weighing, const struct seen_file *file);
uint64_t weighing_grown(const struct weighing *weighing, const struct seen_file *file);

/** What lies behind its offset already: a call that is under way has written that. */
uint64_t weighing_ahead(const struct seen_file *file);

bool weighing_is_input(const struct weighing *weighing, const struct seen_file *file);
bool weighing_is_output(const struct seen_file *file);

/** The file that this argument of the call means; NULL: none, or there is no call. */
const struct seen_file *weighing_called(const struct weighing *weighing, int argument);

/** The input whose offset moved most. */
const struct seen_file *weighing_input(const struct weighing *weighing, uint64_t *most);

/** The output that moved or grew most; standard error only where there is nothing else. */
const struct seen_file *weighing_output(const struct weighing *weighing, uint64_t *most);

/** The one file that is only read and not at its end; NULL: there is none, or several. */
const struct seen_file *weighing_only(const struct weighing *weighing);

/** It is there, in this file. */
void weighing_settle(struct movement *ret, const struct seen_file *file,
		     enum progress_evidence evidence, uint64_t position);

/* Ways to find a movement. False: it is not by this one. */

/** In one long call from file to file: what the destination has beyond its offset was copied. */
bool weigh_copy(const struct weighing *weighing, struct movement *ret);

/** By what the process read in all, of the one file that it can be. */
bool weigh_counters(const struct weighing *weighing, struct movement *ret);

/** By what it has of files in its memory. */
bool weigh_mapping(const struct weighing *weighing, struct movement *ret);

/** Through many files, none of which was met with. */
bool weigh_many(const struct weighing *weighing, struct movement *ret);
