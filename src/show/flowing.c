/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The table of what still happens: each row is printed at once, so a column is as wide as its widest
 * cell so far. Of a moment only the time of day is shown, what does not apply is left blank, and an
 * optional last column follows the one before behind an arrow.
 */
#include <ctype.h>
#include <stdlib.h>

#include "base/arena.h"
#include "show/cells.h"
#include "show/render.h"
#include "show/style.h"
#include "show/units.h"

enum { GAP = 2, WIDEST = 24 /* what is longer pushes its row, not all that follow */ };

struct flowing {
	FILE *cell; /**< every cell is written through it, onto `bytes` */
	char *bytes;
	size_t len;
	size_t *widths;
	struct style style;
	bool headed;
};

static size_t least_width(const struct heading *heading)
{
	size_t name = strlen(heading->name);
	size_t usual = 0;

	if (heading->type == TYPE_TIME)
		usual = sizeof("03:14:07") - 1;
	else if (heading->type == TYPE_TEXT)
		usual = sizeof("tarsnap") - 1;
	else if (heading->type == TYPE_WORD)
		usual = sizeof("rename") - 1;
	else if (heading->type == TYPE_ID && text_ends(text_of(heading->name), "id"))
		usual = sizeof("30260") - 1;
	return usual > name ? usual : name;
}

/** The only optional column, if it is the last. */
static bool is_appended(const struct renderer *renderer, size_t column)
{
	return column && column + 1 == renderer->count && renderer->headings[column].optional;
}

/** One cell; what fills up the ones before it is written only now: a row does not end in blanks. */
static void put(const struct renderer *renderer, size_t column, struct text text, size_t *owed)
{
	const struct heading *heading = &renderer->headings[column];
	struct flowing *flowing = renderer->state;
	size_t width = cells_of(text);
	bool right = value_is_numeric(heading->type) && heading->type != TYPE_TIME;

	if (width > flowing->widths[column] && width <= WIDEST)
		flowing->widths[column] = width;
	size_t room = flowing->widths[column] > width ? flowing->widths[column] - width : 0;
	if (text.len) {
		cells_pad(renderer->out, *owed + (right ? room : 0));
		fwrite(text.bytes, 1, text.len, renderer->out);
		*owed = (right ? 0 : room) + GAP;
	} else {
		*owed += room + GAP;
	}
}

static size_t shown_columns(const struct renderer *renderer)
{
	return renderer->count - is_appended(renderer, renderer->count - 1);
}

static void print_header(struct renderer *renderer)
{
	struct flowing *flowing = renderer->state;
	size_t count = shown_columns(renderer), owed = 0;

	flowing->headed = true;
	if (renderer->options.no_header)
		return;
	for (size_t i = 0; i < count; i++) {
		char name[32];
		size_t len = 0;

		for (const char *at = renderer->headings[i].name; *at && len < sizeof(name); at++)
			name[len++] = (char)toupper((unsigned char)*at);
		put(renderer, i, (struct text){ name, len }, &owed);
	}
	putc('\n', renderer->out);
}

static void begin(struct renderer *renderer)
{
	struct flowing *flowing = memory_resize(NULL, 1, sizeof(*flowing));

	*flowing = (struct flowing){ .style = style_of(renderer->out) };
	flowing->cell = open_memstream(&flowing->bytes, &flowing->len);
	if (!flowing->cell)
		memory_out();
	flowing->widths = memory_resize(NULL, renderer->count, sizeof(size_t));
	for (size_t i = 0; i < renderer->count; i++)
		flowing->widths[i] = least_width(&renderer->headings[i]);
	renderer->state = flowing;
	if (renderer->options.awaited)
		print_header(renderer);
}

static struct text cell(struct renderer *renderer, size_t column, const struct value *value)
{
	struct flowing *flowing = renderer->state;
	char clock[UNITS_MAX];

	if (value->state == VALUE_NONE)
		return (struct text){ "", 0 };
	rewind(flowing->cell);
	if (value->state == VALUE_KNOWN && renderer->headings[column].type == TYPE_TIME)
		fputs(units_clock(clock, value->time_ns), flowing->cell);
	else
		render_value(flowing->cell, renderer->headings[column].type, value, true,
			     renderer->options.bytes);
	if (fflush(flowing->cell) || ferror(flowing->cell))
		memory_out();
	return (struct text){ flowing->bytes, flowing->len };
}

static void row(struct renderer *renderer, const struct value *values)
{
	struct flowing *flowing = renderer->state;
	size_t count = shown_columns(renderer), owed = 0;

	if (!flowing->headed)
		print_header(renderer);
	for (size_t i = 0; i < count; i++)
		put(renderer, i, cell(renderer, i, &values[i]), &owed);
	if (count < renderer->count && values[count].state != VALUE_NONE) {
		struct text more = cell(renderer, count, &values[count]);

		fputs(flowing->style.utf8 ? " → " : " -> ", renderer->out);
		fwrite(more.bytes, 1, more.len, renderer->out);
	}
	putc('\n', renderer->out);
}

static void end(struct renderer *renderer)
{
	struct flowing *flowing = renderer->state;

	fclose(flowing->cell);
	free(flowing->bytes);
	free(flowing->widths);
	free(flowing);
}

const struct render_ops render_flowing = { begin, row, end };
