/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The table a person reads. All cells are kept until the widest of each column is known. Nothing is ever
 * cut: the last column is the name and runs on. Where thousands of rows are wanted at once, this takes a
 * third of the time that libsmartcols does, which draws what is more than a table: tree.c.
 */
#include <ctype.h>
#include <stdlib.h>

#include "base/arena.h"
#include "show/cells.h"
#include "show/render.h"

enum { GAP = 2 };

struct aligned {
	FILE *cells; /**< each followed by a NUL, which none has in it, as they are encoded; onto `bytes` */
	char *bytes;
	size_t len, rows; /**< `rows`: where the last row ends */
	struct {
		size_t width;
		bool filled; /**< some row has a value in it */
	} * columns;
};

/** The cell that begins at `*at`, which moves on to the next. */
static struct text next_cell(const struct aligned *aligned, size_t *at)
{
	struct text cell = text_of(aligned->bytes + *at);

	*at += cell.len + 1;
	return cell;
}

/** What was written since the last row is another one. */
static void measure(struct renderer *renderer)
{
	struct aligned *aligned = renderer->state;

	if (fflush(aligned->cells) || ferror(aligned->cells))
		memory_out();
	for (size_t i = 0; i < renderer->count; i++) {
		size_t width = cells_of(next_cell(aligned, &aligned->rows));

		if (width > aligned->columns[i].width)
			aligned->columns[i].width = width;
	}
}

static void add_header(struct renderer *renderer)
{
	struct aligned *aligned = renderer->state;

	for (size_t i = 0; i < renderer->count; i++) {
		for (const char *at = renderer->headings[i].name; *at; at++)
			putc(toupper((unsigned char)*at), aligned->cells);
		putc(0, aligned->cells);
	}
	measure(renderer);
}

static void begin(struct renderer *renderer)
{
	struct aligned *aligned = memory_resize(NULL, 1, sizeof(*aligned));

	*aligned = (struct aligned){ 0 };
	aligned->cells = open_memstream(&aligned->bytes, &aligned->len);
	if (!aligned->cells)
		memory_out();
	aligned->columns = memory_resize(NULL, renderer->count, sizeof(*aligned->columns));
	memset(aligned->columns, 0, renderer->count * sizeof(*aligned->columns));
	renderer->state = aligned;
	if (!renderer->options.no_header)
		add_header(renderer);
}

static void row(struct renderer *renderer, const struct value *values)
{
	struct aligned *aligned = renderer->state;

	for (size_t i = 0; i < renderer->count; i++) {
		render_value(aligned->cells, renderer->headings[i].type, &values[i], true,
			     renderer->options.bytes);
		putc(0, aligned->cells);
		aligned->columns[i].filled |= values[i].state != VALUE_NONE;
	}
	measure(renderer);
}

/** Blanks are only written when something follows: a row does not end in them. */
static void print_row(const struct renderer *renderer, size_t *at)
{
	const struct aligned *aligned = renderer->state;
	size_t owed = 0;

	for (size_t i = 0; i < renderer->count; i++) {
		const struct heading *heading = &renderer->headings[i];
		struct text cell = next_cell(aligned, at);
		size_t room = aligned->columns[i].width - cells_of(cell);
		bool right = value_is_numeric(heading->type) || heading->flush_right;

		if (heading->optional && !aligned->columns[i].filled)
			continue;
		if (!cell.len) {
			owed += room + GAP;
			continue;
		}
		cells_pad(renderer->out, owed + (right ? room : 0));
		fwrite(cell.bytes, 1, cell.len, renderer->out);
		owed = (right ? 0 : room) + GAP;
	}
	putc('\n', renderer->out);
}

static void end(struct renderer *renderer)
{
	struct aligned *aligned = renderer->state;
	size_t at = 0;

	while (renderer->rows && at < aligned->rows)
		print_row(renderer, &at);
	fclose(aligned->cells);
	free(aligned->bytes);
	free(aligned->columns);
	free(aligned);
}

const struct render_ops render_text = { begin, row, end };
