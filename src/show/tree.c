/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The table a person reads where rows lie below others, by libsmartcols. Its own encoder is off: ours has
 * run already. Nothing is ever cut: the last column is the name and runs on.
 */
#include <ctype.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "show/render.h"

struct tree {
	struct libscols_table *table;
	FILE *cell; /**< every cell is written through it, onto `bytes` */
	char *bytes;
	size_t len;
	bool *filled;                /**< per column: some row has a value in it */
	struct libscols_line **path; /**< the last row of each depth */
	size_t deep;                 /**< how many */
};

/** The text of a cell; the caller frees. */
static char *cell(struct tree *tree, enum value_type type, const struct value *value, bool bytes)
{
	rewind(tree->cell);
	render_value(tree->cell, type, value, true, bytes);
	if (fflush(tree->cell) || ferror(tree->cell))
		memory_out();
	char *string = memory_resize(NULL, tree->len + 1, 1);
	memcpy(string, tree->bytes, tree->len);
	string[tree->len] = 0;
	return string;
}

static struct libscols_column *add_column(struct tree *tree, const struct heading *heading)
{
	struct text name = text_of(heading->name);
	struct value value = { .state = VALUE_KNOWN, .text = name };
	char *upper = cell(tree, TYPE_TEXT, &value, false);

	for (size_t i = 0; upper[i]; i++)
		upper[i] = (char)toupper((unsigned char)upper[i]);
	bool right = value_is_numeric(heading->type) || heading->flush_right;
	int flags = right ? SCOLS_FL_RIGHT : 0;
	struct libscols_column *column =
		scols_table_new_column(tree->table, upper, 0,
				       heading->tree ? SCOLS_FL_TREE : flags);
	free(upper);
	return column;
}

static void begin(struct renderer *renderer)
{
	struct tree *tree = memory_resize(NULL, 1, sizeof(*tree));

	*tree = (struct tree){ 0 };
	tree->table = scols_new_table();
	tree->cell = open_memstream(&tree->bytes, &tree->len);
	if (!tree->table || !tree->cell)
		memory_out();
	tree->filled = memory_resize(NULL, renderer->count, sizeof(bool));
	memset(tree->filled, 0, renderer->count * sizeof(bool));
	scols_table_enable_noencoding(tree->table, 1);
	scols_table_enable_noheadings(tree->table, renderer->options.no_header);
	scols_table_set_termforce(tree->table, SCOLS_TERMFORCE_NEVER);
	scols_table_set_column_separator(tree->table, "  ");
	scols_table_set_stream(tree->table, renderer->out);
	for (size_t i = 0; i < renderer->count; i++) {
		if (!add_column(tree, &renderer->headings[i]))
			memory_out();
	}
	renderer->state = tree;
}

static struct libscols_line *add_line(struct tree *tree, size_t depth)
{
	if (depth > tree->deep)
		depth = tree->deep;
	struct libscols_line *above = depth ? tree->path[depth - 1] : NULL;
	struct libscols_line *line = scols_table_new_line(tree->table, above);
	if (!line)
		memory_out();
	memory_grow(&tree->path, depth, sizeof(struct libscols_line *));
	tree->path[depth] = line;
	tree->deep = depth + 1;
	return line;
}

static void row(struct renderer *renderer, const struct value *values)
{
	struct tree *tree = renderer->state;
	struct libscols_line *line = add_line(tree, renderer->depth);

	for (size_t i = 0; i < renderer->count; i++) {
		char *string =
			cell(tree, renderer->headings[i].type, &values[i], renderer->options.bytes);

		if (scols_line_refer_data(line, i, string))
			memory_out();
		tree->filled[i] |= values[i].state != VALUE_NONE;
	}
}

static void end(struct renderer *renderer)
{
	struct tree *tree = renderer->state;

	for (size_t i = 0; i < renderer->count; i++) {
		if (renderer->headings[i].optional && !tree->filled[i])
			scols_column_set_flags(scols_table_get_column(tree->table, i),
					       SCOLS_FL_HIDDEN);
	}
	if (renderer->rows)
		scols_print_table(tree->table);
	scols_unref_table(tree->table);
	fclose(tree->cell);
	free(tree->bytes);
	free(tree->filled);
	free(tree->path);
	free(tree);
}

const struct render_ops render_tree = { begin, row, end };
