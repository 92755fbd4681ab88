/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which constraints on a column narrow the look at all processes, and to what: struct narrow. Whatever is
 * in doubt narrows nothing.
 */
#pragma once
#include <sqlite3.h>

#include "ask/question.h"

/** How good it is to have a letter's constraint: what SQLite's planner is told. */
struct narrow_cost {
	char letter;
	double cost, rows;
};

/** In the order in which they are taken; ended by a letter of 0. */
extern const struct narrow_cost narrow_costs[];

/** The letter, lower case, of a constraint on this column of the question, or 0. */
char narrow_letter(const struct question *question, const char *column);

/** True when it can have all values of an IN at once. */
bool narrow_takes_list(char letter);

/**
 * Take the value of a constraint; of a `list` all values at once. `*said`, which the caller frees: what
 * went down, for a person; NULL when nothing did. False: no row can have it.
 */
bool narrow_take(struct narrow *narrow, char letter, bool list, sqlite3_value *value, char **said);

/** The whole number that a value is, if it is one and not below 0. */
bool narrow_number(sqlite3_value *value, uint64_t *ret);
