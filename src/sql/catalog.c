/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/catalog.h"

#include <strings.h>

#include "base/arena.h"
#include "sql/token.h"

static const struct sql_argument quiet = {
	"quiet",
	"1: classes that are left out otherwise, as --all does; 0: not even where one is named"
};
static const struct sql_argument secrets = { "secrets", "1: the values of secrets, too" };
static const struct ps_wish each_thread = { .threads = true };

/* clang-format off */
const struct sql_table sql_tables[] = {
	{ "deleted",     &question_deleted,     "a deleted file that is still open",                    &quiet,   false, "handle",      NULL },
	{ "files",       &question_files,       "one open file of one process, as `procowl files`",     NULL,     false, "handle path", NULL },
	{ "processes",   &question_ps,          "a process, as `procowl ps`",                           NULL,     false, "handle",      NULL },
	{ "threads",     &question_ps,          "a thread",                                             NULL,     false, "handle",      &each_thread },
	{ "progress",    &question_progress,    "what moves through a file, as `procowl progress`",     NULL,     false, NULL,          NULL },
	{ "limits",      &question_limits,      "a limit of a process",                                 NULL,     false, "pid name",    NULL },
	{ "environment", &question_environment, "a variable that a process was given",                  &secrets, false, NULL,          NULL },
	{ "maps",        &question_maps,        "a part of the memory of a process",                    NULL,     false, "pid start",   NULL },
	{ "sockets",     &question_sockets,     "a socket, and one process that holds it",              NULL,     false, NULL,          NULL },
	{ "locks",       &question_locks,       "a lock or lease, and a process that has it or waits",  NULL,     false, NULL,          NULL },
	/* of the machine */
	{ "mounts",      &question_mounts,      "a mount, and how full its filesystem is",              NULL,     true,  NULL,          NULL },
	{ "memory",      &question_memory,      "one number that the kernel tells of the memory",       NULL,     true,  NULL,          NULL },
	{ "cpus",        &question_processors,  "what one processor did, or all",                       NULL,     true,  NULL,          NULL },
	{ "load",        &question_load,        "how busy the machine is: one row",                     NULL,     true,  NULL,          NULL },
	{ "pressure",    &question_pressure,    "how much some had to wait for a resource, or all had", NULL,     true,  NULL,          NULL },
	{ "disks",       &question_disks,       "a disk or partition, and what it did",                 NULL,     true,  NULL,          NULL },
	{ "networks",    &question_networks,    "a network interface, and what it did",                 NULL,     true,  NULL,          NULL },
};
/* clang-format on */

const size_t sql_table_count = sizeof(sql_tables) / sizeof(sql_tables[0]);

const struct sql_table *sql_table_find(struct text name)
{
	for (size_t i = 0; i < sql_table_count; i++) {
		if (strlen(sql_tables[i].name) == name.len &&
		    strncasecmp(sql_tables[i].name, name.bytes, name.len) == 0)
			return &sql_tables[i];
	}
	return NULL;
}

const char *sql_table_suggest(struct text name)
{
	const char *best = NULL;
	unsigned int least = 4;

	for (size_t i = 0; i < sql_table_count; i++) {
		unsigned int distance = text_distance(name, text_of(sql_tables[i].name), 4);

		if (distance < least) {
			least = distance;
			best = sql_tables[i].name;
		}
	}
	return best;
}

bool sql_table_is_named(const struct sql_table *table, struct text sql)
{
	struct token token;

	for (size_t at = 0; (token = token_next(sql, &at)).kind != TOKEN_END;) {
		if (token_is(&token, table->name))
			return true;
	}
	return false;
}

const char *sql_type_name(enum value_type type)
{
	static const char *const names[] = {
		[TYPE_HANDLE] = "HANDLE TEXT",
		[TYPE_WORD] = "WORD TEXT",
		[TYPE_COMMAND] = "NAME TEXT",
		[TYPE_TEXT] = "TEXT",
		[TYPE_PATH] = "PATH TEXT",
		[TYPE_SIZE] = "SIZE INTEGER",
		[TYPE_COUNT] = "COUNT INTEGER",
		[TYPE_ID] = "ID INTEGER",
		[TYPE_DEVICE] = "DEVICE TEXT",
		[TYPE_MODE] = "MODE TEXT",
		[TYPE_TIME] = "TIME TEXT",
		[TYPE_HANDLES] = "HANDLES TEXT",
		[TYPE_NAMES] = "NAMES TEXT",
		[TYPE_SIGNED] = "INTEGER",
		[TYPE_PERCENT] = "PERCENT REAL",
		[TYPE_DURATION] = "DURATION REAL",
		[TYPE_REAL] = "REAL",
		[TYPE_ANY] = "",
	};

	return names[type];
}

char *sql_declare(const char *name, const struct table *columns, const char *further)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		memory_out();
	fprintf(out, "CREATE TABLE %s(", name);
	for (size_t i = 0; i < columns->count; i++)
		fprintf(out, "%s\"%s\" %s", i ? ", " : "", columns->columns[i].name,
			sql_type_name(columns->columns[i].type));
	fprintf(out, "%s)", further);
	if (fclose(out))
		memory_out();
	return text;
}

char *sql_table_declare(const struct sql_table *table)
{
	char further[64];

	snprintf(further, sizeof(further), ", target TEXT HIDDEN%s%s%s", table->more ? ", " : "",
		 table->more ? table->more->name : "", table->more ? " INTEGER HIDDEN" : "");
	return sql_declare(table->name, table->question->table, further);
}

/** Several values are one text here. */
static const char *said(enum value_type type)
{
	return type == TYPE_HANDLES || type == TYPE_NAMES ? "JSON list" : value_type_word(type);
}

void sql_table_describe(const struct sql_table *table, FILE *out)
{
	if (!table) {
		for (size_t i = 0; i < sql_table_count; i++)
			fprintf(out, "%-12s  %s\n", sql_tables[i].name, sql_tables[i].holds);
		return;
	}
	const struct table *columns = table->question->table;
	fprintf(out, "%s: %s\n\n", table->name, table->holds);
	for (size_t i = 0; i < columns->count; i++)
		fprintf(out, "%-12s  %-9s  %s\n", columns->columns[i].name,
			said(columns->columns[i].type), columns->columns[i].help);
	if (!table->whole)
		fprintf(out, "%-12s  %-9s  %s\n", "target", "argument",
			"only what this TARGET means: WHERE target = 'nginx', or as an argument of the table");
	if (table->more)
		fprintf(out, "%-12s  %-9s  %s\n", table->more->name, "argument", table->more->help);
}
