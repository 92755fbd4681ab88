/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/result.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "show/render.h"

static void give_text(sqlite3_context *context, struct text text)
{
	sqlite3_result_text64(context, text.len ? text.bytes : "", text.len, SQLITE_TRANSIENT,
			      SQLITE_UTF8);
}

/** Lists, devices, modes and times as JSON writes them; without the quotes. */
static void give_written(sqlite3_context *context, enum value_type type, const struct value *value)
{
	char *string = NULL;
	size_t len;
	FILE *out = open_memstream(&string, &len);

	if (!out)
		memory_out();
	json_write(out, type, value);
	if (fclose(out))
		memory_out();
	bool quoted = len >= 2 && string[0] == '"';
	give_text(context, (struct text){ string + quoted, len - 2 * quoted });
	free(string);
}

static void give_number(sqlite3_context *context, uint64_t number)
{
	char buffer[24];

	if (number <= INT64_MAX) {
		sqlite3_result_int64(context, (sqlite3_int64)number);
		return;
	}
	snprintf(buffer, sizeof(buffer), "%" PRIu64, number);
	sqlite3_result_text(context, buffer, -1, SQLITE_TRANSIENT);
}

void result_give(sqlite3_context *context, enum value_type type, const struct value *value)
{
	if (value->state != VALUE_KNOWN)
		return;
	switch (type) {
	case TYPE_HANDLE:
	case TYPE_WORD:
	case TYPE_COMMAND:
	case TYPE_TEXT:
	case TYPE_PATH:
		give_text(context, value->text);
		return;
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_ID:
		give_number(context, value->number);
		return;
	case TYPE_SIGNED:
		sqlite3_result_int64(context, value->signed_number);
		return;
	case TYPE_PERCENT:
		sqlite3_result_double(context, (double)value->number / 1000);
		return;
	case TYPE_DURATION:
		sqlite3_result_double(context, (double)value->number / 1e9);
		return;
	case TYPE_REAL:
		sqlite3_result_double(context, value->real);
		return;
	case TYPE_DEVICE:
	case TYPE_MODE:
	case TYPE_TIME:
	case TYPE_HANDLES:
	case TYPE_NAMES:
		give_written(context, type, value);
		return;
	case TYPE_ANY:
		return;
	}
}
