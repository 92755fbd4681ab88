/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl sql: ask in SQL.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scope.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "sql/query.h"

enum { QUERY_MAX = 1000000 }; /* bytes; SQLite's own limit for a statement */

/* clang-format off */
static const struct argp_option options[] = {
	{ "schema",  OPTION_SCHEMA,  NULL, 0, "show the tables, or with TABLE its columns and what they mean", 0 },
	{ "explain", OPTION_EXPLAIN, NULL, 0, "show what was asked of which table and what it cost, not the rows", 0 },
	{ 0 },
};
/* clang-format on */

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	if (key == OPTION_SCHEMA)
		invocation->schema = true;
	else if (key == OPTION_EXPLAIN)
		invocation->explain = true;
	else
		return -ENOENT;
	return 0;
}

static int open_source(void *context, struct source *ret, struct error *err)
{
	return listing_source(context, ret, err);
}

static enum status show_schema(const struct invocation *invocation, struct error *err)
{
	if (!invocation->target_count) {
		sql_table_describe(NULL, stdout);
		return STATUS_ANSWERED;
	}
	struct text name = invocation->targets[0].text;
	const struct sql_table *table = sql_table_find(name);
	if (!table) {
		const char *nearest = sql_table_suggest(name);

		error_set(err, -ENOENT, "there is no table '%.*s'", (int)name.len, name.bytes);
		if (nearest)
			error_add(err, "; did you mean '%s'?", nearest);
		else
			error_add(err, "; %s sql --schema shows what there is",
				  invocation->program);
		return STATUS_USAGE;
	}
	sql_table_describe(table, stdout);
	return STATUS_ANSWERED;
}

/** All of standard input. The caller frees. */
static int read_query(char **ret, size_t *len, struct error *err)
{
	char *text = memory_resize(NULL, 1, QUERY_MAX + 1);

	*len = fread(text, 1, QUERY_MAX + 1, stdin);
	*ret = text;
	if (ferror(stdin))
		return error_set(err, -EIO, "cannot read the query from standard input: %s",
				 strerror(errno));
	if (memchr(text, 0, *len))
		return error_set(err, -EINVAL, "the query holds a NUL byte");
	if (*len > QUERY_MAX)
		return error_set(err, -EINVAL, "the query is longer than %d bytes", QUERY_MAX);
	return 0;
}

static int find_query(const struct invocation *invocation, char **read, struct text *ret,
		      struct error *err)
{
	bool from_input = !invocation->target_count || (invocation->target_count == 1 &&
							text_is(invocation->targets[0].text, "-"));

	if (invocation->target_count > 1)
		return error_set(
			err, -EINVAL,
			"the query is one word, in quotes:\n  %s sql 'SELECT count(*) FROM files'",
			invocation->program);
	if (!from_input) {
		*ret = invocation->targets[0].text;
		return 0;
	}
	if (!invocation->target_count && isatty(STDIN_FILENO))
		return error_set(err, -EINVAL,
				 "what do you want to know?\n"
				 "  %s sql 'SELECT path, size FROM deleted ORDER BY size DESC'\n"
				 "  %s sql --schema",
				 invocation->program, invocation->program);
	int rc = read_query(read, &ret->len, err);
	ret->bytes = *read;
	return rc;
}

static enum status status_of(const struct sql_session *session, uint64_t rows)
{
	const struct outcome *outcome = &session->outcome;

	if (rows)
		return STATUS_ANSWERED;
	return tally_is_complete(&outcome->tally) && !outcome->namespaces_unread ?
		       STATUS_NOTHING :
		       STATUS_PARTLY_UNSEEN;
}

static enum status ask(const struct invocation *invocation, struct text text, struct error *err)
{
	struct sql_host host = { .open = open_source,
				 .context = (void *)invocation,
				 .program = invocation->program,
				 .line = invocation->line };
	struct query_options wanted = { .format = invocation->output.format,
					.render = invocation->output.render,
					.limit = invocation->output.limit,
					.explain = invocation->explain };
	struct sql_session session;
	uint64_t rows = 0;

	if (sql_session_begin(&host, &session, err))
		return STATUS_USAGE;
	int rc = query_run(&session, text, &wanted, stdout, &rows, err);
	/* The answer first; whether it was taken is asked at the end. */
	fflush(stdout);
	if (!rc)
		listing_warn(invocation, &session.outcome, rows > 0);
	enum status status = rc ? STATUS_USAGE : status_of(&session, rows);
	sql_session_end(&session);
	return status;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	scope_free char *read = NULL;
	struct text text = { 0 };

	if (invocation->schema)
		return show_schema(invocation, err);
	if (find_query(invocation, &read, &text, err))
		return STATUS_USAGE;
	return ask(invocation, text, err);
}

static void how(const struct invocation *invocation, FILE *out)
{
	(void)invocation;
	command_recipe(out,
		       "for p in /proc/[0-9]*; do …; done | awk '…' | sort | uniq -c | sort -rn",
		       "everything it asks about is text below /proc: proc(5)",
		       "one statement, read only, that looks at no more than it names");
}

const struct command command_sql = {
	.name = "sql",
	.group = "anything else",
	.asks = "ask in SQL",
	.usage = "QUERY",
	.details =
		"QUERY is one SELECT in SQLite's language, or comes on standard input. '1.5G' and '2h'\n"
		"are numbers beside a column of bytes or of time. --schema shows the tables. Nothing is\n"
		"ever changed: only statements that read are taken.\n",
	.words_are_text = true,
	.options = options,
	.shared = options_query,
	.take = take,
	.run = run,
	.how = how,
};
