/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * -Q EXPR: an SQL expression over the columns of a listing, asked of each of its rows.
 */
#pragma once
#include "row/sink.h"

struct filter;

/** Compile `text`. 0, or -EINVAL and a message that shows the word; filter_end frees. */
int filter_begin(const struct table *table, struct text text, struct filter **ret,
		 struct error *err);
void filter_end(struct filter *filter);

/** What a sink needs to ask it. The filter must outlive the sink. */
struct sink_filter filter_of(struct filter *filter);

/** True when it looks at the column called `name`. */
bool filter_uses(const struct filter *filter, const char *name);

/** True when only rows of one process can pass, which is then *pid. */
bool filter_is_process(struct filter *filter, unsigned int *pid);

/** After the last row: 0, or -EINVAL and a message when the expression failed for some row. */
int filter_error(const struct filter *filter, struct error *err);
