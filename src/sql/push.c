/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/push.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/deleted.h"
#include "sql/push_narrow.h"
#include "sql/token.h"

/** So many processes are looked at one by one, instead of all. */
enum { PROCESSES_MAX = 64 };

/** The letters of the plan, one a value that xFilter gets; before them the columns, in hexadecimal. */
enum taken {
	TAKEN_PID = 'p',
	TAKEN_HANDLE = 'h',
	TAKEN_TARGET = 't',
	TAKEN_MORE = 'm',
	TAKEN_LIST = 'A' - 'a', /* added: all values of an IN at once */
};

enum { LETTERS_MAX = 16 };

const char push_misuse[] =
	"target, quiet and secrets are arguments: each is compared with = alone, "
	"and what else must hold is joined by AND";

/** Which letter a constraint on this column is, or 0. */
static char letter_of(const struct push_about *about, int column)
{
	const struct question *question = about->question;
	size_t index = (size_t)column;

	if (column < 0)
		return 0;
	if (index >= question->table->count)
		return index - question->table->count == PUSH_ARGUMENT_TARGET ? TAKEN_TARGET :
										TAKEN_MORE;
	const struct column *is = &question->table->columns[index];
	if (question->words_are_processes && strcmp(is->name, "pid") == 0)
		return TAKEN_PID;
	/* That of a process is its number, which is no handle of a file. */
	if (is->type == TYPE_HANDLE)
		return question != &question_ps ? TAKEN_HANDLE : 0;
	return narrow_letter(question, is->name);
}

static bool is_argument(char letter)
{
	return letter == TAKEN_TARGET || letter == TAKEN_MORE;
}

/** What SQLite would ask value by value can be had at once: since 3.38. */
static bool is_list(sqlite3_index_info *info, int constraint)
{
#if SQLITE_VERSION_NUMBER >= 3038000
	return sqlite3_vtab_in(info, constraint, -1);
#else
	(void)info;
	(void)constraint;
	return false;
#endif
}

static void want_list(sqlite3_index_info *info, int constraint)
{
#if SQLITE_VERSION_NUMBER >= 3038000
	sqlite3_vtab_in(info, constraint, 1);
#else
	(void)info;
	(void)constraint;
#endif
}

/** The index of a constraint that goes down as this letter, or -1. */
static int find(const struct push_about *about, sqlite3_index_info *info, char letter)
{
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];

		if (constraint->usable && constraint->op == SQLITE_INDEX_CONSTRAINT_EQ &&
		    letter_of(about, constraint->iColumn) == letter &&
		    (is_argument(letter) ||
		     strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0) &&
		    (narrow_takes_list(letter) || letter == TAKEN_PID || is_argument(letter) ||
		     !is_list(info, i)))
			return i;
	}
	return -1;
}

static bool take(const struct push_about *about, sqlite3_index_info *info, char letter,
		 char *letters)
{
	size_t count = strlen(letters);
	int at = find(about, info, letter);

	if (at < 0)
		return false;
	info->aConstraintUsage[at].argvIndex = (int)count + 1;
	info->aConstraintUsage[at].omit = is_argument(letter);
	if (!is_argument(letter) && is_list(info, at)) {
		want_list(info, at);
		letter += TAKEN_LIST;
	}
	letters[count] = letter;
	letters[count + 1] = 0;
	return true;
}

/** True when an argument depends on a table that comes later, so that this order is impossible. */
static bool lacks_argument(const struct push_about *about, const sqlite3_index_info *info)
{
	for (int i = 0; i < info->nConstraint; i++) {
		if (!info->aConstraint[i].usable &&
		    is_argument(letter_of(about, info->aConstraint[i].iColumn)))
			return true;
	}
	return false;
}

/** True when an argument is compared with anything but =. */
static bool misuses_argument(const struct push_about *about, const sqlite3_index_info *info)
{
	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ &&
		    is_argument(letter_of(about, info->aConstraint[i].iColumn)))
			return true;
	}
	return false;
}

/** What is asked of one process, a handle or a TARGET; else what narrows the look at all. */
static void take_all(const struct push_about *about, sqlite3_index_info *info, char *letters)
{
	double rows = 100000, cost = 1000000;

	if ((about->arguments && take(about, info, TAKEN_TARGET, letters)) ||
	    (!about->never &&
	     (take(about, info, TAKEN_HANDLE, letters) || take(about, info, TAKEN_PID, letters)))) {
		rows = cost = 50;
	} else if (!about->never) {
		const struct narrow_cost *each;

		for (each = narrow_costs; each->letter; each++) {
			if (!take(about, info, each->letter, letters))
				continue;
			rows = each->rows < rows ? each->rows : rows;
			cost = each->cost < cost ? each->cost : cost;
		}
	}
	if (about->arguments)
		take(about, info, TAKEN_MORE, letters);
	info->estimatedCost = cost;
	info->estimatedRows = (sqlite3_int64)rows;
}

int push_plan(const struct push_about *about, sqlite3_index_info *info)
{
	char letters[LETTERS_MAX] = "";

	if (about->arguments && misuses_argument(about, info))
		return SQLITE_ERROR;
	if (about->arguments && lacks_argument(about, info))
		return SQLITE_CONSTRAINT;
	take_all(about, info, letters);
	info->idxStr = sqlite3_mprintf("%llx %s", info->colUsed, letters);
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
	return narrow_number(value, ret) && *ret && *ret <= INT32_MAX;
}

/** One target more out of its text, which belongs to `push`. */
static int name_target(struct push *push, char *text, struct error *err)
{
	memory_grow(&push->texts, push->text_count, sizeof(*push->texts));
	push->texts[push->text_count++] = text;
	memory_grow(&push->targets, push->target_count, sizeof(*push->targets));
	return target_parse(text_of(text), &push->targets[push->target_count++], err);
}

static int take_process(struct push *push, sqlite3_value *pid, struct error *err)
{
	if (!number_of(pid, &push->pid)) {
		push->kind = PUSH_NEVER;
		return 0;
	}
	push->kind = PUSH_PID;
	push->said = format("pid = %" PRIu64, push->pid);
	return name_target(push, format("%" PRIu64, push->pid), err);
}

static void drop_targets(struct push *push)
{
	while (push->text_count)
		free(push->texts[--push->text_count]);
	push->target_count = 0;
}

#if SQLITE_VERSION_NUMBER >= 3038000
/** "pid IN (4076, 4101)" */
static char *say_processes(const struct push *push)
{
	char *said = NULL;
	size_t len;
	FILE *out = open_memstream(&said, &len);

	if (!out)
		memory_out();
	for (size_t i = 0; i < push->text_count; i++)
		fprintf(out, "%s%s", i ? ", " : "pid IN (", push->texts[i]);
	putc(')', out);
	if (fclose(out))
		memory_out();
	return said;
}

/** Of too many processes all are asked: SQLite tells them apart. */
static int take_processes(struct push *push, sqlite3_value *list, struct error *err)
{
	sqlite3_value *each;
	int rc = sqlite3_vtab_in_first(list, &each);

	for (; rc == SQLITE_OK && push->target_count <= PROCESSES_MAX;
	     rc = sqlite3_vtab_in_next(list, &each)) {
		uint64_t pid;

		if (number_of(each, &pid) && name_target(push, format("%" PRIu64, pid), err))
			return -EINVAL;
	}
	push->kind = push->target_count ? PUSH_PIDS : PUSH_NEVER;
	if (push->target_count > PROCESSES_MAX) {
		push->kind = PUSH_NOTHING;
		drop_targets(push);
	} else if (push->target_count) {
		push->said = say_processes(push);
	}
	return 0;
}
#else
static int take_processes(struct push *push, sqlite3_value *list, struct error *err)
{
	return take_process(push, list, err);
}
#endif

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
	push->said = format("handle = %s", text);
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
	push->said = format("target %s", text);
	push->argument = format("%s", text);
	return name_target(push, format("%s", text), err);
}

static void take_narrow(struct push *push, char letter, bool list, sqlite3_value *value)
{
	char *said = NULL;

	if (!narrow_take(&push->narrow, letter, list, value, &said))
		push->kind = PUSH_NEVER;
	if (!said)
		return;
	char *before = push->said;
	push->said = before ? format("%s, %s", before, said) : format("%s", said);
	free(before);
	free(said);
}

static int take_value(struct push *push, char letter, sqlite3_value *value, struct error *err)
{
	switch (letter) {
	case TAKEN_PID:
		return take_process(push, value, err);
	case TAKEN_PID + TAKEN_LIST:
		return take_processes(push, value, err);
	case TAKEN_HANDLE:
		return take_handle(push, value, err);
	case TAKEN_TARGET:
		return take_target(push, value, err);
	case TAKEN_MORE:
		push->quiet = sqlite3_value_int(value) != 0;
		push->more = true;
		return 0;
	default: {
		bool list = letter < 'a';

		take_narrow(push, list ? (char)(letter - TAKEN_LIST) : letter, list, value);
		return 0;
	}
	}
}

int push_take(const char *words, int argc, sqlite3_value **argv, bool quiet, struct push *ret,
	      uint64_t *mask, struct error *err)
{
	unsigned long long used = 0;
	int letters = 0;

	*ret = (struct push){ .quiet = quiet };
	sscanf(words, "%llx %n", &used, &letters);
	*mask = used;
	for (int i = 0; i < argc; i++) {
		int rc = take_value(ret, words[letters + i], argv[i], err);

		if (rc)
			return rc;
	}
	return 0;
}

void push_end(struct push *push)
{
	drop_targets(push);
	free(push->targets);
	free(push->texts);
	free(push->said);
	free(push->argument);
	*push = (struct push){ 0 };
}

void push_argument(const struct push *push, size_t hidden, sqlite3_context *context)
{
	if (hidden == PUSH_ARGUMENT_MORE && push->more)
		sqlite3_result_int(context, push->quiet);
	else if (hidden == PUSH_ARGUMENT_TARGET && push->argument)
		sqlite3_result_text(context, push->argument, -1, SQLITE_TRANSIENT);
	else
		sqlite3_result_error(context, push_misuse, -1);
}

bool push_names_quiet(struct text sql)
{
	struct token token;

	for (size_t at = 0; (token = token_next(sql, &at)).kind != TOKEN_END;) {
		if (token.kind != TOKEN_STRING || token.len < 2)
			continue;
		struct text inside = text_first(text_from(token.text, 1), token.len - 2);
		for (enum deleted_class class = 0; class <= CLASS_MEMORY; class ++) {
			if (class_is_quiet(class) && text_equal(inside, class_word(class)))
				return true;
		}
	}
	return false;
}
