/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The table a person reads, by libsmartcols. Its own encoder is off: ours has run already. Nothing is
 * ever cut: the last column is the name and runs on.
 */
#include <ctype.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "show/render.h"

struct aligned {
	struct libscols_table *table;
	FILE *cell; /**< every cell is written through it, onto `bytes` */
	char *bytes;
	size_t len;
	bool *filled;                /**< per column: some row has a value in it */
	struct libscols_line **path; /**< the last row of each depth */
	size_t deep;                 /**< how many */
};

/** The text of a cell; the caller frees. */
static char *cell(struct aligned *aligned, enum value_type type, const struct value *value,
		  bool bytes)
{
	rewind(aligned->cell);
	render_value(aligned->cell, type, value, true, bytes);
	if (fflush(aligned->cell) || ferror(aligned->cell))
		memory_out();
	char *string = memory_resize(NULL, aligned->len + 1, 1);
	memcpy(string, aligned->bytes, aligned->len);
	string[aligned->len] = 0;
	return string;
}

static struct libscols_column *add_column(struct aligned *aligned, const struct heading *heading)
{
	struct text name = text_of(heading->name);
	struct value value = { .state = VALUE_KNOWN, .text = name };
	char *upper = cell(aligned, TYPE_TEXT, &value, false);

	for (size_t i = 0; upper[i]; i++)
		upper[i] = (char)toupper((unsigned char)upper[i]);
	bool right = value_is_numeric(heading->type) || heading->flush_right;
	int flags = right ? SCOLS_FL_RIGHT : 0;
	struct libscols_column *column =
		scols_table_new_column(aligned->table, upper, 0,
				       heading->tree ? SCOLS_FL_TREE : flags);
	free(upper);
	return column;
}

static void begin(struct renderer *renderer)
{
	struct aligned *aligned = memory_resize(NULL, 1, sizeof(*aligned));

	*aligned = (struct aligned){ 0 };
	aligned->table = scols_new_table();
	aligned->cell = open_memstream(&aligned->bytes, &aligned->len);
	if (!aligned->table || !aligned->cell)
		memory_out();
	aligned->filled = memory_resize(NULL, renderer->count, sizeof(bool));
	memset(aligned->filled, 0, renderer->count * sizeof(bool));
	scols_table_enable_noencoding(aligned->table, 1);
	scols_table_enable_noheadings(aligned->table, renderer->options.no_header);
	scols_table_set_termforce(aligned->table, SCOLS_TERMFORCE_NEVER);
	scols_table_set_column_separator(aligned->table, "  ");
	scols_table_set_stream(aligned->table, renderer->out);
	for (size_t i = 0; i < renderer->count; i++) {
		if (!add_column(aligned, &renderer->headings[i]))
			memory_out();
	}
	renderer->state = aligned;
}

static struct libscols_line *add_line(struct aligned *aligned, size_t depth)
{
	if (depth > aligned->deep)
		depth = aligned->deep;
	struct libscols_line *above = depth ? aligned->path[depth - 1] : NULL;
	struct libscols_line *line = scols_table_new_line(aligned->table, above);
	if (!line)
		memory_out();
	memory_grow(&aligned->path, depth, sizeof(struct libscols_line *));
	aligned->path[depth] = line;
	aligned->deep = depth + 1;
	return line;
}

static void row(struct renderer *renderer, const struct value *values)
{
	struct aligned *aligned = renderer->state;
	struct libscols_line *line = add_line(aligned, renderer->depth);

	for (size_t i = 0; i < renderer->count; i++) {
		char *string = cell(aligned, renderer->headings[i].type, &values[i],
				    renderer->options.bytes);

		if (scols_line_refer_data(line, i, string))
			memory_out();
		aligned->filled[i] |= values[i].state != VALUE_NONE;
	}
}

static void end(struct renderer *renderer)
{
	struct aligned *aligned = renderer->state;

	for (size_t i = 0; i < renderer->count; i++) {
		if (renderer->headings[i].optional && !aligned->filled[i])
			scols_column_set_flags(scols_table_get_column(aligned->table, i),
					       SCOLS_FL_HIDDEN);
	}
	if (renderer->rows)
		scols_print_table(aligned->table);
	scols_unref_table(aligned->table);
	fclose(aligned->cell);
	free(aligned->bytes);
	free(aligned->filled);
	free(aligned->path);
	free(aligned);
}

const struct render_ops render_text = { begin, row, end };
