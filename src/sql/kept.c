/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/kept.h"

#include <stdlib.h>

static uint64_t number_of(const struct kept *kept, size_t row)
{
	const struct value *value = kept_row(kept, row) + kept->key;

	return value->state == VALUE_KNOWN ? value->number : UINT64_MAX;
}

static int by_key(const void *left, const void *right, void *context)
{
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	uint64_t x = number_of(context, a), y = number_of(context, b);

	if (x != y)
		return x < y ? -1 : 1;
	return (a > b) - (a < b);
}

static void put_in_order(struct kept *kept)
{
	kept->order = memory_resize(NULL, kept->rows, sizeof(*kept->order));
	for (size_t i = 0; i < kept->rows; i++)
		kept->order[i] = i;
	qsort_r(kept->order, kept->rows, sizeof(*kept->order), by_key, kept);
}

struct kept *kept_fill(struct flow *flow, const struct asking *asking, int key)
{
	const struct selection *selection = &asking->selection;
	struct kept *kept = memory_resize(NULL, 1, sizeof(*kept));
	/* Rows without columns are rows too. */
	struct value *values = memory_resize(NULL, 1, sizeof(*values));
	const struct value *row;

	*kept = (struct kept){ .width = selection->count, .key = key < 0 ? 0 : (size_t)key };
	arena_init(&kept->arena);
	for (size_t i = 0; i < selection->count; i++)
		column_set_add(&kept->columns, selection->columns[i]);
	while ((row = flow_next(flow))) {
		if (kept->width)
			memory_grow(&values, kept->rows, kept->width * sizeof(*values));
		for (size_t i = 0; i < kept->width; i++)
			values[kept->rows * kept->width + i] =
				value_keep(&kept->arena,
					   asking->question->table->columns[selection->columns[i]]
						   .type,
					   &row[i]);
		kept->rows++;
	}
	kept->values = values;
	if (key >= 0)
		put_in_order(kept);
	return kept;
}

void kept_end(struct kept *kept)
{
	while (kept) {
		struct kept *before = kept->before;

		arena_end(&kept->arena);
		free((void *)kept->values);
		free(kept->order);
		free(kept->said);
		free(kept);
		kept = before;
	}
}

/** The first place in the order whose number is not below `number`. */
static size_t lower(const struct kept *kept, uint64_t number)
{
	size_t from = 0, to = kept->rows;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (number_of(kept, kept->order[middle]) < number)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

void kept_find(const struct kept *kept, uint64_t number, size_t *first, size_t *end)
{
	*first = lower(kept, number);
	*end = number == UINT64_MAX ? *first : lower(kept, number + 1);
}
