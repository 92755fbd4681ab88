/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "sql/kept.h"
#include "sql/number.h"
#include "sql/push.h"
#include "sql/result.h"

enum {
	/* After so many scans for single processes in a join, one of all is cheaper. */
	SINGLE_SCANS = 4,
};

struct sql_cursor {
	sqlite3_vtab_cursor base;
	struct column_set columns; /* that the statement uses here */
	int place[SELECT_MAX];     /* of each column among the values of a row */
	struct push push;          /* what the rows are limited to */
	struct flow *flow;
	struct asking asking;
	size_t scan; /* index of its entry in the session, whose list may move */
	int64_t begun_ns;
	const struct kept *kept; /* instead of a flow */
	bool by_key;
	size_t at, end;
	const struct value *row; /* NULL: at the end */
	sqlite3_int64 rowid;
};

int sql_cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret)
{
	struct sql_vtab *vtab = (struct sql_vtab *)base;
	struct sql_cursor *cursor = memory_resize(NULL, 1, sizeof(*cursor));

	memset(cursor, 0, sizeof(*cursor));
	vtab->session->cursors++;
	vtab->cursors++;
	*ret = &cursor->base;
	return SQLITE_OK;
}

static struct sql_vtab *vtab_of(const struct sql_cursor *cursor)
{
	return (struct sql_vtab *)cursor->base.pVtab;
}

/** What is remembered of this scan; until the next one begins, anybody's. */
static struct sql_scan *scan_of(const struct sql_cursor *cursor)
{
	return &vtab_of(cursor)->session->scans[cursor->scan];
}

static void begin_scan(struct sql_cursor *cursor, const char *pushed,
		       const struct column_set *columns)
{
	struct sql_vtab *vtab = vtab_of(cursor);
	const struct sql_scan *scan = sql_session_scan(vtab->session, vtab->table, pushed, columns);

	cursor->scan = (size_t)(scan - vtab->session->scans);
}

/** End the scan under way, and remember what came of it. */
static int end_flow(struct sql_cursor *cursor)
{
	struct sql_vtab *vtab = vtab_of(cursor);
	struct outcome outcome;
	struct error err = { "" };

	if (!cursor->flow)
		return SQLITE_OK;
	scan_of(cursor)->rows += flow_rows(cursor->flow);
	int rc = flow_end(cursor->flow, &outcome, &err);
	cursor->flow = NULL;
	scan_of(cursor)->ns += clock_ns(CLOCK_MONOTONIC) - cursor->begun_ns;
	sql_session_saw(vtab->session, &outcome);
	return rc ? sql_vtab_fail(vtab, &err) : SQLITE_OK;
}

int sql_cursor_close(sqlite3_vtab_cursor *base)
{
	struct sql_cursor *cursor = (struct sql_cursor *)base;

	end_flow(cursor);
	push_end(&cursor->push);
	vtab_of(cursor)->session->cursors--;
	vtab_of(cursor)->cursors--;
	free(cursor);
	return SQLITE_OK;
}

static int begin_flow(struct sql_cursor *cursor, const struct push *push,
		      const struct column_set *columns)
{
	struct sql_vtab *vtab = vtab_of(cursor);
	struct error err = { "" };

	cursor->asking = (struct asking){ .question = vtab->table->question,
					  .targets = push->targets,
					  .target_count = push->target_count,
					  .all = push->quiet,
					  .narrow = &push->narrow,
					  .ps = vtab->table->ps,
					  .selection = { .sort = -1 } };
	for (size_t i = 0; i < sql_vtab_columns(vtab)->count; i++) {
		struct selection *selection = &cursor->asking.selection;

		if (!column_set_has(columns, i))
			continue;
		cursor->place[i] = (int)selection->count;
		selection->columns[selection->count++] = i;
	}
	begin_scan(cursor, push_said(push), columns);
	scan_of(cursor)->scans++;
	cursor->begun_ns = clock_ns(CLOCK_MONOTONIC);
	if (flow_begin(vtab->session->host, &cursor->asking, &cursor->flow, &err))
		return sql_vtab_fail(vtab, &err);
	return SQLITE_OK;
}

/**
 * Scan once for all later looks: with what they use, and the key that they look by. What narrows this one
 * may narrow the next likewise; where it does not, or somebody else looks too, all rows are worth more.
 */
static int keep(struct sql_cursor *cursor)
{
	struct sql_vtab *vtab = vtab_of(cursor);
	struct column_set columns = vtab->used;
	struct push rows = { .quiet = cursor->push.quiet };

	column_set_join(&columns, &cursor->columns);
	if (vtab->pid >= 0)
		column_set_add(&columns, (size_t)vtab->pid);
	if (cursor->push.kind == PUSH_NOTHING && !vtab->narrowed && vtab->cursors == 1) {
		rows.narrow = cursor->push.narrow;
		rows.said = cursor->push.said;
	}
	int rc = begin_flow(cursor, &rows, &columns);
	if (rc)
		return rc;
	struct kept *kept = kept_fill(cursor->flow, &cursor->asking,
				      vtab->pid >= 0 ? cursor->place[vtab->pid] : -1);
	rc = end_flow(cursor);
	if (rc) {
		kept_end(kept);
		return rc;
	}
	kept->quiet = rows.quiet;
	kept->first_number = vtab->session->rowid + 1;
	vtab->session->rowid += (sqlite3_int64)kept->rows;
	kept->said = rows.said ? strdup(rows.said) : NULL;
	if (rows.said && !kept->said)
		memory_out();
	vtab->narrowed |= rows.said != NULL;
	kept->before = vtab->kept;
	vtab->kept = kept;
	return SQLITE_OK;
}

static bool is_kept(const struct sql_cursor *cursor)
{
	const struct kept *kept = vtab_of(cursor)->kept;

	return kept && column_set_covers(&kept->columns, &cursor->columns) &&
	       kept->quiet == cursor->push.quiet &&
	       (!kept->said || strcmp(kept->said, push_said(&cursor->push)) == 0);
}

/** A scan whose rows will be wanted again is kept: in a join, or when it comes a second time. */
static bool is_worth_keeping(const struct sql_cursor *cursor)
{
	const struct sql_vtab *vtab = vtab_of(cursor);

	if (cursor->push.kind == PUSH_NOTHING)
		return vtab->session->cursors > 1 || vtab->whole > 0;
	return vtab->session->cursors > 1 && vtab->single >= SINGLE_SCANS;
}

static void read_kept(struct sql_cursor *cursor)
{
	struct sql_vtab *vtab = vtab_of(cursor);
	size_t place = 0;

	cursor->kept = vtab->kept;
	for (size_t i = 0; i < sql_vtab_columns(vtab)->count; i++) {
		if (column_set_has(&vtab->kept->columns, i))
			cursor->place[i] = (int)place++;
	}
	begin_scan(cursor, vtab->kept->said ? vtab->kept->said : "", &vtab->kept->columns);
	scan_of(cursor)->lookups++;
	cursor->at = 0;
	cursor->end = vtab->kept->rows;
	cursor->by_key = cursor->push.kind == PUSH_PID;
	if (cursor->by_key)
		kept_find(vtab->kept, cursor->push.pid, &cursor->at, &cursor->end);
}

/** Rows of two scans are never the same to SQLite, unless they must be: it drops doubles by their number. */
static void number_row(struct sql_cursor *cursor, size_t kept_at)
{
	const struct sql_vtab *vtab = vtab_of(cursor);

	if (vtab->session->asks_again && vtab->table->key)
		cursor->rowid = (sqlite3_int64)number_by_key(sql_vtab_columns(vtab), &vtab->key,
							     cursor->place, cursor->row);
	else if (cursor->kept)
		cursor->rowid = cursor->kept->first_number + (sqlite3_int64)kept_at;
	else
		cursor->rowid = ++vtab->session->rowid;
}

int sql_cursor_next(sqlite3_vtab_cursor *base)
{
	struct sql_cursor *cursor = (struct sql_cursor *)base;
	size_t index = 0;
	int rc = SQLITE_OK;

	cursor->row = NULL;
	if (cursor->kept && cursor->at < cursor->end) {
		index = cursor->by_key ? cursor->kept->order[cursor->at] : cursor->at;
		cursor->row = kept_row(cursor->kept, index);
		cursor->at++;
	} else if (cursor->flow) {
		cursor->row = flow_next(cursor->flow);
		if (!cursor->row)
			rc = end_flow(cursor);
	}
	if (cursor->row)
		number_row(cursor, index);
	return rc;
}

/** A statement that names a quiet class means its rows. */
static bool shows_quiet(const struct sql_vtab *vtab)
{
	return vtab->session->quiet && column_find(sql_vtab_columns(vtab), text_of("class")) >= 0;
}

int sql_cursor_filter(sqlite3_vtab_cursor *base, int plan, const char *words, int argc,
		      sqlite3_value **argv)
{
	struct sql_cursor *cursor = (struct sql_cursor *)base;
	struct sql_vtab *vtab = vtab_of(cursor);
	struct error err = { "" };
	int rc = end_flow(cursor);

	(void)plan;
	if (rc)
		return rc;
	cursor->kept = NULL;
	cursor->row = NULL;
	push_end(&cursor->push);
	uint64_t mask = 0;
	if (push_take(words, argc, argv, shows_quiet(vtab), &cursor->push, &mask, &err))
		return sql_vtab_fail(vtab, &err);
	cursor->columns = column_set_used(sql_vtab_columns(vtab), mask, vtab->session->text);
	column_set_join(&cursor->columns, &vtab->key);
	if (cursor->push.kind == PUSH_NEVER)
		return SQLITE_OK;
	bool by_kept = cursor->push.kind != PUSH_TARGET;
	if (by_kept && !is_kept(cursor) && is_worth_keeping(cursor))
		rc = keep(cursor);
	if (rc)
		return rc;
	if (by_kept && is_kept(cursor))
		read_kept(cursor);
	else
		rc = begin_flow(cursor, &cursor->push, &cursor->columns);
	vtab->whole += cursor->push.kind == PUSH_NOTHING;
	vtab->single += cursor->push.kind == PUSH_PID || cursor->push.kind == PUSH_PIDS;
	return rc ? rc : sql_cursor_next(base);
}

int sql_cursor_eof(sqlite3_vtab_cursor *base)
{
	return !((struct sql_cursor *)base)->row;
}

int sql_cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
	struct sql_cursor *cursor = (struct sql_cursor *)base;
	const struct table *columns = sql_vtab_columns(vtab_of(cursor));
	size_t column = (size_t)index;

	if (column < columns->count && !column_set_has(&cursor->columns, column))
		sqlite3_result_null(context);
	else if (column < columns->count)
		result_give(context, columns->columns[column].type,
			    &cursor->row[cursor->place[column]]);
	else
		push_argument(&cursor->push, column - columns->count, context);
	return SQLITE_OK;
}

int sql_cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = ((struct sql_cursor *)base)->rowid;
	return SQLITE_OK;
}
