/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "row/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio_ext.h>
#include <stdlib.h>

#include "base/arena.h"

struct memory_stream {
	FILE *stream;
	char *bytes;
	size_t len;
};

struct sink {
	const struct table *table;
	struct selection selection;
	struct sink_options options;
	FILE *out;
	struct sink_taker taker; /**< instead of the renderer */
	struct sink_filter filter;
	bool counts;   /* say how many rows passed it */
	uint64_t seen; /* rows that it was asked of */
	struct renderer *renderer;
	struct heading headings[SELECT_MAX];
	struct memory_stream head, tail;
	struct style style;
	uint64_t pushed;
	bool finished;
	const void **rows; /**< kept only to be sorted; their memory is the question's */
};

static void begin_render(struct sink *sink)
{
	sink->renderer = render_begin(sink->options.format, &sink->options.render, sink->out,
				      sink->headings, sink->selection.count);
}

struct sink *sink_begin(const struct table *table, const struct selection *selection,
			const struct sink_options *options, FILE *out)
{
	struct sink *sink = memory_resize(NULL, 1, sizeof(*sink));

	*sink = (struct sink){ .table = table,
			       .selection = *selection,
			       .options = *options,
			       .out = out,
			       .style = style_of(out) };
	/* Only one thread writes: to lock the stream for every byte would be much of the work. */
	__fsetlocking(out, FSETLOCKING_BYCALLER);
	bool tree = options->tree;
	for (size_t i = 0; i < selection->count; i++) {
		size_t index = selection->columns[i];
		const struct column *column = &table->columns[index];
		bool asked = selection->asked[index];

		sink->headings[i] = (struct heading){
			.name = column->name,
			.type = column->type,
			.optional = (column->flags & COLUMN_OPTIONAL) && !asked,
			.tree = tree && (column->flags & COLUMN_TREE),
		};
		tree = tree && !sink->headings[i].tree;
	}
	if (options->format != FORMAT_TEXT || options->render.flowing)
		begin_render(sink);
	return sink;
}

struct sink *sink_to(const struct table *table, const struct selection *selection,
		     enum format format, struct sink_taker taker)
{
	struct sink *sink = memory_resize(NULL, 1, sizeof(*sink));

	*sink = (struct sink){ .table = table,
			       .selection = *selection,
			       .options = { .format = format },
			       .taker = taker };
	sink->selection.sort = -1;
	if (format == FORMAT_TEXT)
		sink->style = style_of(stdout);
	return sink;
}

void sink_filter(struct sink *sink, const struct sink_filter *filter)
{
	sink->filter = *filter;
	sink->counts = sink->options.story;
	sink->options.story = false;
}

uint64_t sink_needs(const struct sink *sink)
{
	uint64_t needs = select_needs(sink->table, &sink->selection);

	for (size_t i = 0; i < sink->table->count; i++)
		needs |= sink->filter.columns[i] ? sink->table->columns[i].needs : 0;
	return needs;
}

bool sink_shows(const struct sink *sink, size_t column)
{
	for (size_t i = 0; i < sink->selection.count; i++) {
		if (sink->selection.columns[i] == column)
			return true;
	}
	return sink->selection.sort == (int)column || sink->filter.columns[column];
}

enum format sink_format(const struct sink *sink)
{
	return sink->options.format;
}

bool sink_keeps(const struct sink *sink)
{
	return sink->selection.sort >= 0 && !sink->options.tree;
}

/** False when no more rows are wanted. */
static bool deliver(struct sink *sink, const void *row, unsigned int depth)
{
	struct value values[SELECT_MAX];

	if (sink->taker.take)
		return sink->taker.take(sink->taker.context, row);
	for (size_t i = 0; i < sink->selection.count; i++)
		values[i] = column_value(sink->table, sink->selection.columns[i], row);
	if (!sink->renderer)
		begin_render(sink);
	sink->renderer->depth = depth;
	render_row(sink->renderer, values);
	return true;
}

bool sink_push(struct sink *sink, const void *row)
{
	return sink_push_at(sink, row, 0);
}

bool sink_push_at(struct sink *sink, const void *row, unsigned int depth)
{
	sink->seen++;
	if (sink->filter.passes && !sink->filter.passes(sink->filter.context, row))
		return true;
	if (sink_keeps(sink)) {
		memory_grow(&sink->rows, sink->pushed, sizeof(*sink->rows));
		sink->rows[sink->pushed++] = row;
		return true;
	}
	if (sink->options.limit && sink->pushed >= sink->options.limit)
		return false;
	sink->pushed++;
	return deliver(sink, row, depth) &&
	       (!sink->options.limit || sink->pushed < sink->options.limit);
}

uint64_t sink_count(const struct sink *sink)
{
	return sink->pushed;
}

static FILE *memory_stream(struct sink *sink, struct memory_stream *memory)
{
	if (!sink->options.story)
		return NULL;
	if (!memory->stream)
		memory->stream = open_memstream(&memory->bytes, &memory->len);
	if (!memory->stream)
		memory_out();
	return memory->stream;
}

FILE *sink_head(struct sink *sink)
{
	return memory_stream(sink, &sink->head);
}

FILE *sink_tail(struct sink *sink)
{
	return memory_stream(sink, &sink->tail);
}

struct style sink_style(const struct sink *sink)
{
	return sink->style;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_texts(struct text a, struct text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.bytes, b.bytes, len) : 0;

	return order ? order : compare_numbers(a.len, b.len);
}

/** "4076:7" before "4076:12" before "40761:1": runs of digits compare as numbers. */
static int compare_handles(struct text a, struct text b)
{
	char left[64], right[64];

	snprintf(left, sizeof(left), "%.*s", (int)a.len, a.bytes);
	snprintf(right, sizeof(right), "%.*s", (int)b.len, b.bytes);
	return strverscmp(left, right);
}

static int compare_values(enum value_type type, const struct value *a, const struct value *b)
{
	switch (type) {
	case TYPE_HANDLE:
		return compare_handles(a->text, b->text);
	case TYPE_WORD:
	case TYPE_COMMAND:
	case TYPE_TEXT:
	case TYPE_PATH:
		return compare_texts(a->text, b->text);
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_ID:
	case TYPE_DEVICE:
	case TYPE_MODE:
	case TYPE_PERCENT:
	case TYPE_DURATION:
		return compare_numbers(a->number, b->number);
	case TYPE_SIGNED:
		return (a->signed_number > b->signed_number) -
		       (a->signed_number < b->signed_number);
	case TYPE_TIME:
		return (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns);
	case TYPE_HANDLES:
	case TYPE_NAMES:
		return compare_numbers(a->texts.count, b->texts.count);
	case TYPE_REAL:
		return (a->real > b->real) - (a->real < b->real);
	case TYPE_ANY:
		break;
	}
	return 0;
}

/* Gaps come last whichever way it is sorted. */
int sink_compare(const struct sink *sink, const void *left, const void *right)
{
	if (sink->selection.sort < 0)
		return 0;
	size_t index = (size_t)sink->selection.sort;
	struct value a = column_value(sink->table, index, left);
	struct value b = column_value(sink->table, index, right);

	if (a.state != VALUE_KNOWN || b.state != VALUE_KNOWN)
		return (b.state == VALUE_KNOWN) - (a.state == VALUE_KNOWN);
	int order = compare_values(sink->table->columns[index].type, &a, &b);
	return sink->selection.descending ? -order : order;
}

static int compare_rows(const void *left, const void *right, void *context)
{
	return sink_compare(context, *(void *const *)left, *(void *const *)right);
}

static void render_sorted(struct sink *sink)
{
	uint64_t count = sink->pushed;

	if (!sink_keeps(sink) || !count)
		return;
	qsort_r(sink->rows, count, sizeof(*sink->rows), compare_rows, sink);
	if (sink->options.limit && sink->options.limit < count)
		count = sink->options.limit;
	for (uint64_t i = 0; i < count; i++)
		deliver(sink, sink->rows[i], 0);
}

static void print_stream(struct sink *sink, struct memory_stream *memory, bool gap_above,
			 bool gap_below)
{
	if (!memory->stream)
		return;
	if (fclose(memory->stream))
		memory_out();
	if (memory->len && gap_above)
		putc('\n', sink->out);
	fwrite(memory->bytes, 1, memory->len, sink->out);
	if (memory->len && gap_below)
		putc('\n', sink->out);
	free(memory->bytes);
}

void sink_finish(struct sink *sink)
{
	bool rows = sink->pushed > 0;

	if (sink->finished)
		return;
	sink->finished = true;
	print_stream(sink, &sink->head, false, rows);
	if (sink->counts)
		fprintf(sink->out, "%" PRIu64 " of %" PRIu64 " match.\n%s", sink->pushed,
			sink->seen, rows ? "\n" : "");
	render_sorted(sink);
	if (sink->renderer)
		render_end(sink->renderer);
	print_stream(sink, &sink->tail, rows, false);
}

int sink_end(struct sink *sink)
{
	int rc = 0;

	sink_finish(sink);
	errno = 0;
	if (sink->out && (fflush(sink->out) || ferror(sink->out)))
		rc = -(errno ? errno : EIO);
	free(sink->rows);
	free(sink);
	return rc;
}
