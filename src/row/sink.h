/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where a question pushes its rows. The sink takes the wanted columns out of each row, sorts and
 * limits them, and hands them to a renderer. Around the table stands the question's own story: a
 * sentence above that answers, lines below that say what to do next.
 */
#pragma once
#include "row/select.h"
#include "show/render.h"
#include "show/style.h"

struct sink_options {
	enum format format;
	struct render_options render;
	uint64_t limit; /**< rows at most; 0 is no limit */
	bool tree;      /**< rows come with their depth, sorted already: sink_push_at */
	bool story;     /**< text for a person on a terminal: the sentences too */
};

struct sink;

/** A sink for rows of `table` onto `out`. `table` must outlive it. sink_end frees it. */
struct sink *sink_begin(const struct table *table, const struct selection *selection,
			const struct sink_options *options, FILE *out);

/** Takes one row, which lives until it returns. False: no more are wanted. */
struct sink_taker {
	bool (*take)(void *context, const void *row);
	void *context;
};

/**
 * A sink that gives rows to a program of ours instead: nothing is sorted, limited or printed. `format`:
 * for whom they are made, people (FORMAT_TEXT, on standard output) or programs.
 */
struct sink *sink_to(const struct table *table, const struct selection *selection,
		     enum format format, struct sink_taker taker);

/** Which rows are wanted at all: the others are neither counted nor shown. */
struct sink_filter {
	bool (*passes)(void *context, const void *row);
	void *context;
	bool columns[SELECT_MAX]; /**< that it looks at, by index */
};

/** Before the first row. The sentences around the table, which speak of all rows, are left out. */
void sink_filter(struct sink *sink, const struct sink_filter *filter);

/** What the question must read: the columns' need bits. */
uint64_t sink_needs(const struct sink *sink);

/** True when the column is shown, sorted by or filtered by. */
bool sink_shows(const struct sink *sink, size_t column);

/** The format it writes: a person is told less than a program. */
enum format sink_format(const struct sink *sink);

/** True when a row must live until sink_finish, because rows are sorted. */
bool sink_keeps(const struct sink *sink);

/** One row; if sink_keeps, all it points to must live until sink_finish. False when no more are wanted. */
bool sink_push(struct sink *sink, const void *row);

/** The same for a tree: `depth` levels below the last row of depth 0. */
bool sink_push_at(struct sink *sink, const void *row, unsigned int depth);

/** How two rows compare by the column that is sorted by: as strcmp(3) says it; 0 if none is. */
int sink_compare(const struct sink *sink, const void *left, const void *right);

/** How many rows were pushed, and passed the filter. */
uint64_t sink_count(const struct sink *sink);

/** The stream of the sentences above the table, or NULL when nobody reads them. */
FILE *sink_head(struct sink *sink);

/** The stream of what stands below the table, or NULL. */
FILE *sink_tail(struct sink *sink);

/** The style of head and tail. */
struct style sink_style(const struct sink *sink);

/** Print everything: head, table, tail. Afterwards the rows may go. */
void sink_finish(struct sink *sink);

/** Finish if that was not done, and free the sink. 0, or -errno when the output was not taken. */
int sink_end(struct sink *sink);
