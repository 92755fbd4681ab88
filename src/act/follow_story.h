/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is said of a file that was followed: where it was truncated, why it could not go on, and how to
 * follow one that is still written to.
 */
#pragma once
#include "act/recover.h"

/** "  changed: …", where the seams are. */
void follow_story_seams(const struct followed *followed, FILE *out);

/** "  It was written over meanwhile …"; nothing when it was not. */
void follow_story_rewritten(const struct recovered *recovered, FILE *out);

/** "  Catch the rest: …", a command that runs as it stands; nothing when there is none. */
void follow_story_hint(const struct recovering *context, const struct recovered *recovered,
		       FILE *out);

/** The message for a copy that is there, but had to end early: `followed.rc`. */
void follow_story_cut(struct recovered *recovered);
