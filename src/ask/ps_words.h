/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Numbers of the kernel as words. What is returned lies in the arena, or is a constant.
 */
#pragma once
#include "ask/people.h"
#include "base/arena.h"
#include "scan/processes.h"

/** "S" */
struct text ps_state(struct arena *arena, char state);

/** "other": sched(7). */
struct text ps_policy(struct arena *arena, unsigned int policy);

/** The words of a command line, as they were given. */
struct texts ps_words(struct arena *arena, struct text cmdline);

/** The same with blanks between them; empty where there are none. */
struct text ps_command_line(struct arena *arena, struct text cmdline);

/** The words of a text, parted by this byte. */
struct texts ps_list(struct arena *arena, struct text text, char separator);

/** People are told "all", or "all but …", where that is shorter. */
struct texts ps_capabilities(struct arena *arena, uint64_t mask, bool for_people);

/** Names of groups of which there are numbers, parted by blanks. */
struct texts ps_groups(struct arena *arena, struct people *people, struct text numbers);

/** The namespaces that are others than our own. */
struct texts ps_namespaces(struct arena *arena, const struct namespaces *theirs,
			   const struct namespaces *own);

/** Why something is not known, in words; empty: nothing was kept from us. */
struct text ps_why(const struct process_facts *facts);
