/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Literals as a person writes them: where a text is compared with a column of bytes or of time that
 * passed, '1.5G' and '2h' become numbers before SQLite sees them.
 *   size > '1G'   disk BETWEEN '1M' AND '2M'   size IN ('4K', '8K')   '1h' < elapsed
 */
#pragma once
#include "base/error.h"
#include "row/column.h"

enum { LITERALS_MAX = 64 };

struct literals {
	char *sql; /**< the statement with numbers in their place, ended by NUL */
	size_t count;
	struct {
		size_t at, len; /**< in the text that was typed */
		size_t becomes; /**< bytes of the number */
	} changed[LITERALS_MAX];
};

/**
 * Read a statement, or an expression over the columns of `table` when that is not NULL. 0, or -EINVAL
 * and a message that shows the literal; literals_end frees.
 */
int literals_read(struct text text, const struct table *table, struct literals *ret,
		  struct error *err);
void literals_end(struct literals *literals);

/** Where in the text that was typed byte `offset` of `sql` comes from. */
size_t literals_origin(const struct literals *literals, size_t offset);

/** "1.5G", "64K", "512": bytes, by powers of 1024. 0 or -EINVAL. */
int literal_size(struct text text, uint64_t *ret);

/** "2h", "1.5 min", "90": seconds; ms s m min h d w. 0 or -EINVAL. */
int literal_duration(struct text text, double *ret);
