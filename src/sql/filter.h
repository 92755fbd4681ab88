/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * -Q EXPR: an SQL expression over the columns of a listing, asked of each of its rows.
 */
#pragma once
#include "sql/push.h"

struct filter;

/** Compile `text`. 0, or -EINVAL and a message that shows the word; filter_end frees. */
int filter_begin(const struct question *question, struct text text, struct filter **ret,
		 struct error *err);
void filter_end(struct filter *filter);

/** What a sink needs to ask it. The filter must outlive the sink. */
struct sink_filter filter_of(struct filter *filter);

/** What only can pass, as far as a question may know it beforehand; NULL: nothing. */
const struct push *filter_push(struct filter *filter);

/** After the last row: 0, or -EINVAL and a message when the expression failed for some row. */
int filter_error(const struct filter *filter, struct error *err);
