/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A statement from its text to its rows, and the same text as a --filter: neither may crash, write or take
 * for ever. The tables are the program's own; their rows are made up, the same ones every time, so that
 * nothing is built here of how processes are looked at.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fuzz.h"
#include "model/deleted.h"
#include "model/disk.h"
#include "model/file.h"
#include "model/limit.h"
#include "model/load.h"
#include "model/lock.h"
#include "model/mapping.h"
#include "model/memory.h"
#include "model/mount.h"
#include "model/network.h"
#include "model/pressure.h"
#include "model/process.h"
#include "model/processor.h"
#include "model/progress.h"
#include "model/socket.h"
#include "model/variable.h"
#include "sql/filter.h"
#include "sql/query.h"

enum {
	STEPS_MAX = 200, /* calls of the handler, of so many operations each */
	STEP = 1000,
	BYTES_MAX = 1 << 20,
	ROWS_MAX = 200,
	MADE_UP = 40,      /* rows of a table */
	ROW_MAX = 1 << 13, /* bytes of the largest row */
};

static const struct text texts[] = {
	{ "cwd", 3 }, { "gone", 4 }, { "4:7", 3 }, { "x\xff\n\x1b[1m", 7 }, { "", 0 },
};

static struct text text_for(size_t number)
{
	return texts[number % (sizeof(texts) / sizeof(texts[0]))];
}

/** What lies at a column, by its type: see column_value. */
static void make_value(const struct column *column, size_t number, char *row)
{
	void *at = row + column->offset;

	switch (column->type) {
	case TYPE_HANDLE:
	case TYPE_WORD:
	case TYPE_TEXT:
	case TYPE_PATH:
		*(struct text *)at = text_for(number);
		return;
	case TYPE_COMMAND:
		*(struct command_name *)at = (struct command_name){ text_for(number), 1 };
		return;
	case TYPE_HANDLES:
	case TYPE_NAMES:
		*(struct texts *)at = (struct texts){ texts, number % 4 };
		return;
	case TYPE_REAL:
		*(double *)at = (double)number / 3;
		return;
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_ID:
		*(uint64_t *)at = number % 7 ? number % 13 : UINT64_MAX;
		return;
	case TYPE_DEVICE:
	case TYPE_MODE:
	case TYPE_PERCENT:
	case TYPE_DURATION:
	case TYPE_SIGNED:
	case TYPE_TIME:
		*(uint64_t *)at = number * 1000003;
		return;
	case TYPE_ANY:
		return;
	}
}

static void make_row(const struct table *table, size_t number, char *row)
{
	struct facts facts = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		must(table->columns[i].offset + sizeof(struct command_name) <= ROW_MAX);
		if ((number + i) % 5 == 4)
			continue;
		make_value(&table->columns[i], number + i, row);
		facts_know(&facts, (unsigned int)i);
	}
	memcpy(row, &facts, sizeof(facts));
}

static int make_rows(const struct table *table, const struct inquiry *inquiry)
{
	_Alignas(max_align_t) char row[ROW_MAX];

	for (size_t i = 0; i < MADE_UP; i++) {
		memset(row, 0, sizeof(row));
		make_row(table, i, row);
		if (!sink_push(inquiry->sink, row))
			break;
	}
	return 0;
}

/* Questions by the names of the program's, as the tables ask them. */
#define QUESTION(noun, rows, of_processes)                                             \
	static int ask_##noun(const struct inquiry *inquiry, struct outcome *outcome,  \
			      struct error *err)                                       \
	{                                                                              \
		(void)outcome;                                                         \
		(void)err;                                                             \
		return make_rows(&rows, inquiry);                                      \
	}                                                                              \
	const struct question question_##noun = { .name = #noun,                       \
						  .table = &rows,                      \
						  .words_are_processes = of_processes, \
						  .ask = ask_##noun }

QUESTION(deleted, deleted_table, false);
QUESTION(files, file_table, true);
QUESTION(ps, process_table, true);
QUESTION(progress, progress_table, true);
QUESTION(limits, limit_table, true);
QUESTION(environment, variable_table, true);
QUESTION(maps, mapping_table, true);
QUESTION(sockets, socket_table, true);
QUESTION(locks, lock_table, true);
QUESTION(mounts, mount_table, false);
QUESTION(memory, memory_table, false);
QUESTION(processors, processor_table, false);
QUESTION(load, load_table, false);
QUESTION(pressure, pressure_table, false);
QUESTION(disks, disk_table, false);
QUESTION(networks, network_table, false);

/** Nothing is opened, and so nothing to be closed. */
static int open_source(void *context, struct source *ret, struct error *err)
{
	(void)context;
	(void)err;
	*ret = (struct source){ .proc = -1 };
	return 0;
}

void source_close(struct source *source)
{
	must(source->proc == -1);
}

static int count_down(void *context)
{
	return --*(unsigned int *)context == 0;
}

static void ask(struct text text, enum format format)
{
	struct sql_host host = { .open = open_source, .program = "procowl", .line = "procowl sql" };
	struct query_options options = { .format = format, .limit = ROWS_MAX };
	struct sql_session session;
	struct error err = { "" };
	unsigned int steps = STEPS_MAX;
	uint64_t rows = 0;
	FILE *out = fopen("/dev/null", "w");

	must(out && sql_session_begin(&host, &session, &err) == 0);
	sqlite3_limit(session.db, SQLITE_LIMIT_LENGTH, BYTES_MAX);
	sqlite3_progress_handler(session.db, STEP, count_down, &steps);
	int rc = query_run(&session, text, &options, out, &rows, &err);
	must(rc == 0 || *err.message);
	must(rows <= ROWS_MAX);
	must(sqlite3_total_changes(session.db) == 0);
	sql_session_end(&session);
	fclose(out);
}

/** Who asks for ever waits for ever: there nothing counts down. */
static void filter_by(struct text text)
{
	struct filter *filter = NULL;
	struct error err = { "" };

	if (strcasestr(text.bytes, "with"))
		return;
	if (filter_begin(&question_files, text, &filter, &err)) {
		must(*err.message);
		return;
	}
	filter_push(filter);
	filter_end(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096];

	if (!size || size > sizeof(text) || memchr(data, 0, size))
		return 0;
	memcpy(text, data, size);
	text[size - 1] = 0; /* its last byte says what is written, and how */
	struct text query = { text, size - 1 };
	if (data[size - 1] & 4)
		filter_by(query);
	else
		ask(query, data[size - 1] & 1 ? FORMAT_JSON : FORMAT_RAW);
	return 0;
}
