/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "row/column.h"

#include <strings.h>

struct value column_value(const struct table *table, size_t index, const void *row)
{
	const struct column *column = &table->columns[index];
	const void *at = (const char *)row + column->offset;
	struct facts facts;
	struct value value = { 0 };

	memcpy(&facts, row, sizeof(facts));
	if (!(facts.known[index / 64] >> index % 64 & 1)) {
		value.state = facts.denied[index / 64] >> index % 64 & 1 ? VALUE_DENIED :
									   VALUE_NONE;
		return value;
	}
	value.state = VALUE_KNOWN;
	switch (column->type) {
	case TYPE_HANDLE:
	case TYPE_WORD:
	case TYPE_TEXT:
	case TYPE_PATH:
		value.text = *(const struct text *)at;
		break;
	case TYPE_COMMAND:
		value.text = ((const struct command_name *)at)->name;
		value.more = ((const struct command_name *)at)->more;
		break;
	case TYPE_HANDLES:
	case TYPE_NAMES:
		value.texts = *(const struct texts *)at;
		break;
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_ID:
	case TYPE_DEVICE:
	case TYPE_MODE:
	case TYPE_PERCENT:
	case TYPE_DURATION:
		value.number = *(const uint64_t *)at;
		break;
	case TYPE_SIGNED:
		value.signed_number = *(const int64_t *)at;
		break;
	case TYPE_TIME:
		value.time_ns = *(const int64_t *)at;
		break;
	case TYPE_REAL:
		value.real = *(const double *)at;
		break;
	case TYPE_ANY:
		break;
	}
	return value;
}

int column_find(const struct table *table, struct text name)
{
	for (size_t i = 0; i < table->count; i++) {
		const char *column = table->columns[i].name;

		if (strlen(column) == name.len && strncasecmp(column, name.bytes, name.len) == 0)
			return (int)i;
	}
	return -1;
}

const char *column_suggest(const struct table *table, struct text name)
{
	const char *best = NULL;
	unsigned int least = 3;

	for (size_t i = 0; i < table->count; i++) {
		unsigned int distance = text_distance(name, text_of(table->columns[i].name), 3);

		if (distance < least) {
			least = distance;
			best = table->columns[i].name;
		}
	}
	return best;
}
