/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Filling the row of a process, column by column: what the parts of that share.
 */
#pragma once
#include "ask/ps.h"

struct telling {
	struct ps_ask *ask;
	const struct process_facts *facts;
	struct process_row *row;
};

static inline void *place(const struct telling *telling, enum process_column column)
{
	return (char *)telling->row + process_table.columns[column].offset;
}

static inline void tell_number(const struct telling *telling, enum process_column column,
			       uint64_t number)
{
	memcpy(place(telling, column), &number, sizeof(number));
	facts_know(&telling->row->facts, column);
}

static inline void tell_signed(const struct telling *telling, enum process_column column,
			       int64_t number)
{
	tell_number(telling, column, (uint64_t)number);
}

/** An empty text is a gap. */
static inline void tell_text(const struct telling *telling, enum process_column column,
			     struct text text)
{
	memcpy(place(telling, column), &text, sizeof(text));
	if (text.len)
		facts_know(&telling->row->facts, column);
}

static inline void tell_names(const struct telling *telling, enum process_column column,
			      struct texts texts)
{
	memcpy(place(telling, column), &texts, sizeof(texts));
	facts_know(&telling->row->facts, column);
}

static inline bool needs(const struct telling *telling, unsigned int need)
{
	return telling->ask->needs & PROCESS_NEED(need);
}

/** Words are made only for columns that are shown: root alone has forty capabilities. */
static inline bool is_shown(const struct telling *telling, enum process_column column)
{
	return telling->ask->shown[column];
}

static inline bool has(const struct telling *telling, enum process_file file)
{
	return needs(telling, file) && facts_have(telling->facts, file);
}

/** Of `text`, in the row's arena. */
static inline struct text copy(const struct telling *telling, struct text text)
{
	return arena_text(telling->ask->arena, text);
}

/** What /proc/PID/status says. */
void ps_tell_status(const struct telling *telling);

/** Where it runs: control group, namespaces, container, program, directories. */
void ps_tell_place(const struct telling *telling);
