/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

/* clang-format off */
const struct argp_option options_listing[] = {
	{ "columns",      'o',                 "LIST",   0, "columns to show, with commas; +LIST adds to the usual, all is all", 0 },
	{ "sort",         's',                 "COLUMN", 0, "sort by this column; -COLUMN descends", 0 },
	{ "filter",       'Q',                 "EXPR",   0, "only rows of which this SQL expression is true: size > '1G'", 0 },
	{ "limit",        OPTION_LIMIT,        "N",      0, "show at most N rows", 0 },
	{ "json",         'J',                 NULL,     0, "one JSON array of objects", 0 },
	{ "jsonl",        OPTION_JSONL,        NULL,     0, "one JSON object a line", 0 },
	{ "raw",          'r',                 NULL,     0, "tab-separated, escaped, sizes in bytes", 0 },
	{ "no-header",    'n',                 NULL,     0, "no line of column names", 0 },
	{ "bytes",        'b',                 NULL,     0, "sizes in bytes", 0 },
	{ "list-columns", OPTION_LIST_COLUMNS, NULL,     0, "show what columns there are", 0 },
	{ "how",          OPTION_HOW,          NULL,     0, "show how it is done by hand", 0 },
	{ "proc",         OPTION_PROC,         "DIR",    0, "read the procfs that is mounted here", 0 },
	{ "source",       OPTION_SOURCE,       "NAME",   0, "where to look: procfs, or bpf, which is faster", 0 },
	{ "verbose",      OPTION_VERBOSE,      NULL,     0, "say which source was used, and how long it took", 0 },
	{ "help",         OPTION_HELP,         NULL,     0, "show this", 0 },
	{ 0 },
};

const struct argp_option options_query[] = {
	{ "limit",        OPTION_LIMIT,        "N",      0, "show at most N rows", 0 },
	{ "json",         'J',                 NULL,     0, "one JSON array of objects", 0 },
	{ "jsonl",        OPTION_JSONL,        NULL,     0, "one JSON object a line", 0 },
	{ "raw",          'r',                 NULL,     0, "tab-separated, escaped, sizes in bytes", 0 },
	{ "no-header",    'n',                 NULL,     0, "no line of column names", 0 },
	{ "bytes",        'b',                 NULL,     0, "sizes in bytes", 0 },
	{ "how",          OPTION_HOW,          NULL,     0, "show how it is done by hand", 0 },
	{ "proc",         OPTION_PROC,         "DIR",    0, "read the procfs that is mounted here", 0 },
	{ "source",       OPTION_SOURCE,       "NAME",   0, "where to look: procfs, or bpf, which is faster", 0 },
	{ "help",         OPTION_HELP,         NULL,     0, "show this", 0 },
	{ 0 },
};

const struct argp_option options_acting[] = {
	{ "columns",      OPTION_COLUMNS,      "LIST",   0, "columns to show, with commas; +LIST adds to the usual, all is all", 0 },
	{ "json",         'J',                 NULL,     0, "one JSON array of objects", 0 },
	{ "jsonl",        OPTION_JSONL,        NULL,     0, "one JSON object a line", 0 },
	{ "raw",          'r',                 NULL,     0, "tab-separated, escaped, sizes in bytes", 0 },
	{ "bytes",        'b',                 NULL,     0, "sizes in bytes", 0 },
	{ "list-columns", OPTION_LIST_COLUMNS, NULL,     0, "show what columns there are", 0 },
	{ "how",          OPTION_HOW,          NULL,     0, "show how it is done by hand", 0 },
	{ "source",       OPTION_SOURCE,       "NAME",   0, "where to look: procfs, or bpf, which is faster", 0 },
	{ "verbose",      OPTION_VERBOSE,      NULL,     0, "say which source was used, and how long it took", 0 },
	{ "help",         OPTION_HELP,         NULL,     0, "show this", 0 },
	{ 0 },
};
/* clang-format on */

static bool is_end(const struct argp_option *option)
{
	return !option->name && !option->key;
}

/** A command's own option of a name takes the place of the shared one: there it has another letter. */
static bool is_replaced(const struct command *command, const char *name)
{
	for (const struct argp_option *own = command->options; own && !is_end(own); own++) {
		if (strcmp(own->name, name) == 0)
			return true;
	}
	return false;
}

void options_each(const struct command *command,
		  void (*each)(const struct argp_option *option, void *context), void *context)
{
	const struct argp_option *const lists[] = { command->options, command->shared };

	for (size_t i = 0; i < 2; i++) {
		for (const struct argp_option *option = lists[i]; option && !is_end(option);
		     option++) {
			if (i == 0 || !is_replaced(command, option->name))
				each(option, context);
		}
	}
}

/** A search over the options of a command. */
struct search {
	struct text name; /**< long name, perhaps shortened; or empty */
	int letter;
	const struct argp_option *found;
	const char *nearest;
	unsigned int distance, prefixed;
	struct error *err;
};

static void compare(const struct argp_option *option, void *context)
{
	struct search *search = context;
	struct text name = text_of(option->name);

	if (search->letter) {
		if (option->key == search->letter)
			search->found = option;
		return;
	}
	if (text_equal(name, search->name)) {
		search->found = option;
		search->prefixed = 1;
		return;
	}
	if (name.len > search->name.len &&
	    memcmp(name.bytes, search->name.bytes, search->name.len) == 0 &&
	    !(search->found && text_equal(text_of(search->found->name), search->name))) {
		search->found = option;
		search->prefixed++;
	}
	unsigned int distance = text_distance(name, search->name, 3);
	if (distance < search->distance) {
		search->distance = distance;
		search->nearest = option->name;
	}
}

/** Several options begin so: name them. */
static void list_prefixed(const struct argp_option *option, void *context)
{
	struct search *search = context;

	if (strlen(option->name) > search->name.len &&
	    memcmp(option->name, search->name.bytes, search->name.len) == 0)
		error_add(search->err, " --%s", option->name);
}

static int ambiguous(const struct command *command, struct search *search, struct error *err)
{
	search->err = err;
	error_set(err, -EINVAL, "'--%.*s' may mean:", (int)search->name.len, search->name.bytes);
	options_each(command, list_prefixed, search);
	return -EINVAL;
}

static int unknown(const struct command *command, const struct search *search, struct error *err)
{
	if (search->letter)
		return error_set(err, -EINVAL, "%s has no option '-%c'; procowl help %s shows them",
				 command->name, search->letter, command->name);
	if (search->nearest)
		return error_set(err, -EINVAL, "%s has no option '--%.*s'; did you mean '--%s'?",
				 command->name, (int)search->name.len, search->name.bytes,
				 search->nearest);
	return error_set(err, -EINVAL, "%s has no option '--%.*s'; procowl help %s shows them",
			 command->name, (int)search->name.len, search->name.bytes, command->name);
}

/** Check a word "--name[=value]"; *takes_next is set when the next word is its value. */
static int check_long(const struct command *command, struct text word, bool *takes_next,
		      struct error *err)
{
	const char *equals = memchr(word.bytes, '=', word.len);
	struct search search = { .name = word, .distance = 3 };

	if (equals)
		search.name = text_first(word, (size_t)(equals - word.bytes));
	options_each(command, compare, &search);
	if (search.found && search.prefixed > 1)
		return ambiguous(command, &search, err);
	if (!search.found)
		return unknown(command, &search, err);
	if (equals && !search.found->arg)
		return error_set(err, -EINVAL, "--%s takes no value", search.found->name);
	*takes_next = search.found->arg && !equals;
	return 0;
}

/** Check a word "-abc"; the last letter may take the next word. */
static int check_short(const struct command *command, struct text letters, bool *takes_next,
		       struct error *err)
{
	for (size_t i = 0; i < letters.len; i++) {
		struct search search = { .letter = (unsigned char)letters.bytes[i] };

		options_each(command, compare, &search);
		if (!search.found)
			return unknown(command, &search, err);
		if (search.found->arg) {
			*takes_next = i + 1 == letters.len;
			return 0;
		}
	}
	return 0;
}

/** Before argp reads it: is every option known, and does it have its value? */
static int check(const struct command *command, int argc, char **argv, struct error *err)
{
	for (int i = 1; i < argc; i++) {
		struct text word = text_of(argv[i]);
		bool takes_next = false;
		int rc = 0;

		if (text_is(word, "--"))
			return 0;
		if (text_starts(word, "--"))
			rc = check_long(command, text_from(word, 2), &takes_next, err);
		else if (text_starts(word, "-") && word.len > 1)
			rc = check_short(command, text_from(word, 1), &takes_next, err);
		if (rc)
			return rc;
		if (takes_next && ++i == argc)
			return error_set(err, -EINVAL, "%s needs a value", argv[argc - 1]);
	}
	return 0;
}

struct parsing {
	struct invocation *invocation;
	struct error *err;
};

static int take_columns(struct invocation *invocation, const char *value, struct error *err)
{
	invocation->columns_chosen = true;
	return select_columns(invocation->command->table, text_of(value), &invocation->selection,
			      err);
}

static int take_limit(struct invocation *invocation, const char *value, struct error *err)
{
	if (text_number(text_of(value), 10, &invocation->output.limit))
		return error_set(err, -EINVAL, "--limit takes a number, not '%s'", value);
	if (!invocation->output.limit)
		return error_set(err, -EINVAL, "--limit 0 would show nothing");
	return 0;
}

int options_interval(struct invocation *invocation, const char *value, struct error *err)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end || !(seconds >= 0.01) || seconds > 86400)
		return error_set(err, -EINVAL,
				 "--interval takes seconds, from 0.01 to 86400, not '%s'", value);
	invocation->ps.interval_ns = (int64_t)(seconds * (double)CLOCK_SECOND_NS);
	return 0;
}

static int take_source(struct invocation *invocation, const char *value, struct error *err)
{
	bool live = invocation->command->is_live;

	if (strcmp(value, "procfs") != 0 && strcmp(value, "bpf") != 0 &&
	    !(live && strcmp(value, "fanotify") == 0))
		return error_set(err, -EINVAL, "there is no source '%s'; there are: procfs, bpf%s",
				 value, live ? ", fanotify" : "");
	invocation->source = value;
	return 0;
}

static int take_target(struct parsing *parsing, const char *word)
{
	struct invocation *invocation = parsing->invocation;

	memory_grow(&invocation->targets, invocation->target_count, sizeof(*invocation->targets));
	if (invocation->command->words_are_text) {
		invocation->targets[invocation->target_count++] =
			(struct target){ .kind = TARGET_WORD, .text = text_of(word) };
		return 0;
	}
	return target_parse(text_of(word), &invocation->targets[invocation->target_count++],
			    parsing->err);
}

/** Options that mean the same wherever they are. -ENOENT: not one of them. */
static int take_shared(struct invocation *invocation, int key, const char *value, struct error *err)
{
	switch (key) {
	case 'o':
	case OPTION_COLUMNS:
		return take_columns(invocation, value, err);
	case 's':
		return select_sort(invocation->command->table, text_of(value),
				   &invocation->selection, err);
	case 'Q':
		invocation->filter = value;
		return 0;
	case OPTION_LIMIT:
		return take_limit(invocation, value, err);
	case 'J':
		invocation->output.format = FORMAT_JSON;
		return 0;
	case OPTION_JSONL:
		invocation->output.format = FORMAT_JSONL;
		return 0;
	case 'r':
		invocation->output.format = FORMAT_RAW;
		return 0;
	case 'n':
		invocation->output.render.no_header = true;
		return 0;
	case 'b':
	case OPTION_BYTES:
		invocation->output.render.bytes = true;
		return 0;
	case OPTION_LIST_COLUMNS:
		invocation->list_columns = true;
		return 0;
	case OPTION_HOW:
		invocation->how = true;
		return 0;
	case OPTION_PROC:
		invocation->proc = value;
		return *value ? 0 : error_set(err, -EINVAL, "--proc needs a directory");
	case OPTION_SOURCE:
		return take_source(invocation, value, err);
	case OPTION_VERBOSE:
		invocation->verbose = true;
		return 0;
	case OPTION_HELP:
		invocation->help = true;
		return 0;
	default:
		return -ENOENT;
	}
}

static error_t take(int key, char *value, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	int rc = -ENOENT;

	if (key == ARGP_KEY_INIT && state->child_inputs)
		state->child_inputs[0] = parsing;
	if (key == ARGP_KEY_ARG)
		return -take_target(parsing, value);
	if (key <= 0 || (key & 0xf000000))
		return ARGP_ERR_UNKNOWN;
	const struct command *command = parsing->invocation->command;
	if (command->take)
		rc = command->take(parsing->invocation, key, value, parsing->err);
	if (rc == -ENOENT)
		rc = take_shared(parsing->invocation, key, value, parsing->err);
	return rc == -ENOENT ? ARGP_ERR_UNKNOWN : -rc;
}

/** Of a command that runs others: what follows "--" is theirs. How many words are ours. */
static int split_words(struct invocation *invocation, int argc, char **argv)
{
	for (int i = 1; i < argc && invocation->command->runs_command; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		if (i + 1 < argc)
			invocation->words = argv + i + 1;
		return i;
	}
	return argc;
}

int options_parse(struct invocation *invocation, int argc, char **argv, struct error *err)
{
	static const struct argp_option none[] = { { 0 } };
	const struct command *command = invocation->command;
	struct parsing parsing = { invocation, err };
	struct argp shared = { .options = command->shared ? command->shared : none,
			       .parser = take };
	struct argp_child children[] = { { .argp = &shared }, { 0 } };
	struct argp argp = { .options = command->options ? command->options : none,
			     .parser = take,
			     .children = children };

	argc = split_words(invocation, argc, argv);
	int rc = check(command, argc, argv, err);
	if (rc)
		return rc;
	if (command->table)
		select_default(command->table, &invocation->selection);
	err->message[0] = 0;
	rc = argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_EXIT | ARGP_NO_ERRS, NULL,
			&parsing);
	if (rc && !err->message[0])
		return error_set(err, -EINVAL, "%s cannot be understood; procowl help %s",
				 command->name, command->name);
	return -rc;
}

static void print_one(const struct argp_option *option, void *context)
{
	char left[64];
	FILE *out = context;

	if (option->key < 0x80 && isprint(option->key))
		snprintf(left, sizeof(left), "-%c, --%s%s%s", option->key, option->name,
			 option->arg ? " " : "", option->arg ? option->arg : "");
	else
		snprintf(left, sizeof(left), "    --%s%s%s", option->name, option->arg ? " " : "",
			 option->arg ? option->arg : "");
	fprintf(out, "  %-24s  %s\n", left, option->doc);
}

void options_print(const struct command *command, FILE *out)
{
	options_each(command, print_one, out);
}
