/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What to do next with deleted files that are listed: commands that run as they stand. None where it
 * could hurt.
 */
#pragma once
#include "ask/deleted.h"

/** True when everybody was looked at: then who holds a file now is all that it lives by. */
bool hints_know_all_holders(const struct deleted_files *files, const struct outcome *outcome);

/** Below the list: get one back, keep it alive, free its space. */
void hints_tell(FILE *tail, const struct inquiry *inquiry, const struct deleted_files *files,
		const struct outcome *outcome);

/** Below a choice: the first that `inquiry->acts` can be done with. */
void hints_tell_choice(FILE *tail, const struct inquiry *inquiry,
		       const struct deleted_files *files);
