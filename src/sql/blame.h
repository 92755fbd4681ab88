/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is wrong with a statement, and where: the line of it, and a mark below the word.
 */
#pragma once
#include <sqlite3.h>

#include "sql/literal.h"

/** What was typed, and what SQLite was given. */
struct blamed {
	struct text text;
	const struct table *table; /**< the only one; NULL: all */
	const struct literals *literals;
	size_t offset; /**< bytes that SQLite was given before the text */
};

/** The message for what `db` did not take. Returns -EINVAL. */
int blame(sqlite3 *db, const struct blamed *blamed, struct error *err);

/** Add the line of `text` in which byte `at` is, and a mark below that byte. */
void blame_show(struct text text, size_t at, struct error *err);
