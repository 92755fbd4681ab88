/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "row/select.h"

#include <errno.h>

void select_default(const struct table *table, struct selection *ret)
{
	*ret = (struct selection){ .sort = -1 };
	for (size_t i = 0; i < table->count; i++) {
		if (table->columns[i].flags & COLUMN_DEFAULT)
			ret->columns[ret->count++] = i;
	}
}

static int find(const struct table *table, struct text name, struct error *err)
{
	int index = column_find(table, name);

	if (index >= 0)
		return index;
	const char *nearest = column_suggest(table, name);
	if (nearest)
		return error_set(err, -EINVAL, "there is no column '%.*s'; did you mean '%s'?",
				 (int)name.len, name.bytes, nearest);
	return error_set(err, -EINVAL, "there is no column '%.*s'; --list-columns shows them all",
			 (int)name.len, name.bytes);
}

static void add(struct selection *selection, size_t index)
{
	for (size_t i = 0; i < selection->count; i++) {
		if (selection->columns[i] == index)
			return;
	}
	selection->columns[selection->count++] = index;
}

int select_columns(const struct table *table, struct text list, struct selection *ret,
		   struct error *err)
{
	bool adds = text_starts(list, "+");
	struct text name;

	if (adds)
		list = text_from(list, 1);
	else
		ret->count = 0;
	if (!list.len || list.bytes[0] == ',')
		return error_set(err, -EINVAL, "no column is named; --list-columns shows them all");
	while (text_next(&list, ',', &name)) {
		if (text_is(name, "all")) {
			for (size_t i = 0; i < table->count; i++)
				add(ret, i);
			memset(ret->asked, true, sizeof(ret->asked));
			continue;
		}
		int index = find(table, name, err);
		if (index < 0)
			return index;
		add(ret, (size_t)index);
		ret->asked[index] = true;
	}
	return 0;
}

int select_sort(const struct table *table, struct text name, struct selection *ret,
		struct error *err)
{
	bool descending = text_starts(name, "-");
	int index = find(table, text_from(name, descending), err);

	if (index < 0)
		return index;
	ret->sort = index;
	ret->descending = descending;
	return 0;
}

uint64_t select_needs(const struct table *table, const struct selection *selection)
{
	uint64_t needs = selection->sort >= 0 ? table->columns[selection->sort].needs : 0;

	for (size_t i = 0; i < selection->count; i++)
		needs |= table->columns[selection->columns[i]].needs;
	return needs;
}
