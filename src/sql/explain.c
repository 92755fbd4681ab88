/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/explain.h"

#include <inttypes.h>

#include "base/arena.h"

struct explained {
	struct facts facts;
	struct text table, pushed, columns;
	uint64_t scans, lookups, rows;
	double ms;
};

enum {
	EXPLAINED_PUSHED = 5, /* the first column that may be empty */
	EXPLAINED_COLUMNS,
};

#define AT(field) offsetof(struct explained, field)
/* clang-format off */
static const struct column columns[] = {
	{ "table",   TYPE_WORD,  COLUMN_DEFAULT, AT(table),   0, "the table that was looked at" },
	{ "scans",   TYPE_COUNT, COLUMN_DEFAULT, AT(scans),   0, "how often the processes were looked at for it" },
	{ "lookups", TYPE_COUNT, COLUMN_DEFAULT, AT(lookups), 0, "how often it was answered from rows that were kept" },
	{ "rows",    TYPE_COUNT, COLUMN_DEFAULT, AT(rows),    0, "rows that came" },
	{ "ms",      TYPE_REAL,  COLUMN_DEFAULT, AT(ms),      0, "milliseconds" },
	{ "pushed",  TYPE_TEXT,  COLUMN_DEFAULT, AT(pushed),  0, "what of the WHERE clause went down" },
	{ "columns", TYPE_WORD,  COLUMN_DEFAULT, AT(columns), 0, "columns that were read" },
};
/* clang-format on */
#undef AT

static const struct table explained_table = { columns, sizeof(columns) / sizeof(columns[0]) };

static struct text names_of(const struct table *table, const struct column_set *set,
			    struct arena *arena)
{
	struct text all = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		if (column_set_has(set, i))
			all = arena_format(arena, "%.*s%s%s", (int)all.len,
					   all.len ? all.bytes : "", all.len ? "," : "",
					   table->columns[i].name);
	}
	return all;
}

static void push(struct sink *sink, const struct sql_scan *scan, struct arena *arena)
{
	struct explained row = {
		.table = text_of(scan->table->name),
		.pushed = text_of(scan->pushed),
		.columns = names_of(scan->table->question->table, &scan->columns, arena),
		.scans = scan->scans,
		.lookups = scan->lookups,
		.rows = scan->rows,
		.ms = (double)scan->ns / 1e6,
	};

	for (unsigned int i = 0; i < EXPLAINED_PUSHED; i++)
		facts_know(&row.facts, i);
	if (row.pushed.len)
		facts_know(&row.facts, EXPLAINED_PUSHED);
	if (row.columns.len)
		facts_know(&row.facts, EXPLAINED_COLUMNS);
	sink_push(sink, &row);
}

void explain_print(const struct sql_session *session, uint64_t rows,
		   const struct query_options *options, FILE *out)
{
	struct selection selection;
	struct sink_options sink_options = { .format = options->format, .render = options->render };
	struct arena arena;

	arena_init(&arena);
	select_default(&explained_table, &selection);
	struct sink *sink = sink_begin(&explained_table, &selection, &sink_options, out);
	for (size_t i = 0; i < session->scan_count; i++)
		push(sink, &session->scans[i], &arena);
	sink_end(sink);
	if (options->format == FORMAT_TEXT)
		fprintf(out, "\nThe statement gives %" PRIu64 " row%s.\n", rows,
			rows == 1 ? "" : "s");
	arena_end(&arena);
}
