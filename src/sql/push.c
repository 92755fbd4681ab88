/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/push.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sql/token.h"

/** The letters of the plan, one a value that xFilter gets; before them the columns, in hexadecimal. */
enum taken {
	TAKEN_PID = 'p',
	TAKEN_HANDLE = 'h',
	TAKEN_TARGET = 't',
	TAKEN_QUIET = 'q',
};

/** Which letter a constraint on this column is, or 0. */
static char letter_of(const struct sql_table *table, int column)
{
	const struct table *columns = table->question->table;
	size_t index = (size_t)column;

	if (column < 0)
		return 0;
	if (index == columns->count + SQL_HIDDEN_TARGET)
		return TAKEN_TARGET;
	if (index == columns->count + SQL_HIDDEN_QUIET)
		return TAKEN_QUIET;
	if (index >= columns->count)
		return 0;
	if (strcmp(columns->columns[index].name, "pid") == 0)
		return TAKEN_PID;
	/* That of a process is its number, which is no handle of a file. */
	return columns->columns[index].type == TYPE_HANDLE && table->question != &question_ps ?
		       TAKEN_HANDLE :
		       0;
}

/** Where in the plan each letter's value comes from: index of the constraint, or -1. */
struct found {
	int pid, handle, target, quiet;
};

/** False: an argument depends on a table that comes later, so this order is impossible. */
static bool find_constraints(const struct sql_table *table, const sqlite3_index_info *info,
			     struct found *ret)
{
	*ret = (struct found){ -1, -1, -1, -1 };
	for (int i = 0; i < info->nConstraint; i++) {
		char letter = letter_of(table, info->aConstraint[i].iColumn);

		if (info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ || !letter)
			continue;
		bool is_argument = letter == TAKEN_TARGET || letter == TAKEN_QUIET;
		if (!info->aConstraint[i].usable) {
			if (is_argument)
				return false;
			continue;
		}
		*(letter == TAKEN_PID    ? &ret->pid :
		  letter == TAKEN_HANDLE ? &ret->handle :
		  letter == TAKEN_TARGET ? &ret->target :
					   &ret->quiet) = i;
	}
	return true;
}

/** A question about classes means the quiet ones too. */
static bool asks_for_class(const struct sql_table *table, const sqlite3_index_info *info)
{
	int class = column_find(table->question->table, text_of("class"));

	for (int i = 0; i < info->nConstraint && table->quiet; i++) {
		if (info->aConstraint[i].iColumn == class)
			return true;
	}
	return false;
}

static void take_one(sqlite3_index_info *info, int constraint, char letter, bool is_argument,
		     char *letters)
{
	size_t count = strlen(letters);

	if (constraint < 0)
		return;
	letters[count] = letter;
	letters[count + 1] = 0;
	info->aConstraintUsage[constraint].argvIndex = (int)count + 1;
	info->aConstraintUsage[constraint].omit = is_argument;
}

/**
 * Of terms with OR between them SQLite asks for each alone, and drops what it has seen by its number,
 * which no row of ours keeps: then nothing goes down but what are arguments.
 */
static bool has_or(struct text sql)
{
	struct token token;

	for (size_t at = 0; (token = token_next(sql, &at)).kind != TOKEN_END;) {
		if (token_is(&token, "OR"))
			return true;
	}
	return false;
}

/** True when an argument is compared with anything but =. */
static bool misuses_argument(const struct sql_table *table, const sqlite3_index_info *info)
{
	for (int i = 0; i < info->nConstraint; i++) {
		char letter = letter_of(table, info->aConstraint[i].iColumn);

		if ((letter == TAKEN_TARGET || letter == TAKEN_QUIET) &&
		    info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			return true;
	}
	return false;
}

int push_plan(const struct sql_table *table, struct text sql, sqlite3_index_info *info)
{
	struct found found;
	char letters[8] = "";

	if (misuses_argument(table, info))
		return SQLITE_ERROR;
	if (!find_constraints(table, info, &found))
		return SQLITE_CONSTRAINT;
	if (has_or(sql))
		found.pid = found.handle = -1;
	if (found.target >= 0) {
		take_one(info, found.target, TAKEN_TARGET, true, letters);
	} else if (found.handle >= 0) {
		take_one(info, found.handle, TAKEN_HANDLE, false, letters);
	} else {
		take_one(info, found.pid, TAKEN_PID, false, letters);
	}
	take_one(info, found.quiet, TAKEN_QUIET, true, letters);
	bool one = found.handle >= 0 || found.target >= 0 || found.pid >= 0;
	info->estimatedCost = one ? 50 : 1000000;
	info->estimatedRows = one ? 50 : 100000;
	info->idxStr =
		sqlite3_mprintf("%llx %d %s", info->colUsed, asks_for_class(table, info), letters);
	info->needToFreeIdxStr = 1;
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

static char *format(const char *pattern, ...)
{
	char *text;
	va_list arguments;

	va_start(arguments, pattern);
	if (vasprintf(&text, pattern, arguments) < 0)
		memory_out();
	va_end(arguments);
	return text;
}

/** The number of a process, or false: then no row has it. */
static bool number_of(sqlite3_value *value, uint64_t *ret)
{
	int type = sqlite3_value_numeric_type(value);
	sqlite3_int64 number = sqlite3_value_int64(value);

	if (type != SQLITE_INTEGER &&
	    (type != SQLITE_FLOAT || sqlite3_value_double(value) != (double)number))
		return false;
	if (number < 0 || number > INT32_MAX)
		return false;
	*ret = (uint64_t)number;
	return true;
}

/** One target out of its text, which belongs to `push`. */
static int name_target(struct push *push, char *text, struct error *err)
{
	push->texts[0] = text;
	push->targets = memory_resize(NULL, 1, sizeof(*push->targets));
	push->target_count = 1;
	return target_parse(text_of(text), push->targets, err);
}

static int take_process(struct push *push, sqlite3_value *pid, struct error *err)
{
	if (!number_of(pid, &push->pid) || !push->pid) {
		push->kind = PUSH_NEVER;
		return 0;
	}
	push->kind = PUSH_PID;
	push->texts[1] = format("pid = %" PRIu64, push->pid);
	return name_target(push, format("%" PRIu64, push->pid), err);
}

static int take_handle(struct push *push, sqlite3_value *value, struct error *err)
{
	const char *text = (const char *)sqlite3_value_text(value);
	struct handle handle;

	/* What no handle looks like, no row has. */
	if (!text || handle_parse(text_of(text), &handle)) {
		push->kind = PUSH_NEVER;
		return 0;
	}
	push->kind = PUSH_TARGET;
	push->texts[1] = format("handle = %s", text);
	return name_target(push, format("%s", text), err);
}

static int take_target(struct push *push, sqlite3_value *value, struct error *err)
{
	const char *text = (const char *)sqlite3_value_text(value);

	if (!text) {
		push->kind = PUSH_NEVER;
		return 0;
	}
	push->kind = PUSH_TARGET;
	push->texts[1] = format("target %s", text);
	return name_target(push, format("%s", text), err);
}

static int take_value(struct push *push, char letter, sqlite3_value *value, struct error *err)
{
	switch (letter) {
	case TAKEN_PID:
		return take_process(push, value, err);
	case TAKEN_HANDLE:
		return take_handle(push, value, err);
	case TAKEN_TARGET:
		return take_target(push, value, err);
	case TAKEN_QUIET:
		push->quiet |= sqlite3_value_int(value) != 0;
		return 0;
	default:
		return 0;
	}
}

int push_take(const char *words, int argc, sqlite3_value **argv, struct push *ret, uint64_t *mask,
	      struct error *err)
{
	unsigned long long used = 0;
	int class = 0, letters = 0;

	*ret = (struct push){ .said = "" };
	sscanf(words, "%llx %d %n", &used, &class, &letters);
	*mask = used;
	ret->quiet = class;
	for (int i = 0; i < argc; i++) {
		int rc = take_value(ret, words[letters + i], argv[i], err);

		if (rc)
			return rc;
	}
	if (ret->texts[1])
		ret->said = ret->texts[1];
	return 0;
}

void push_end(struct push *push)
{
	free(push->targets);
	free(push->texts[0]);
	free(push->texts[1]);
	*push = (struct push){ .said = "" };
}

void push_argument(const struct push *push, size_t hidden, sqlite3_context *context)
{
	if (hidden == SQL_HIDDEN_QUIET)
		sqlite3_result_int(context, push->quiet);
	else if (push->kind == PUSH_TARGET)
		sqlite3_result_text(context, push->texts[0], -1, SQLITE_TRANSIENT);
}
