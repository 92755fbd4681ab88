/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The shapes an answer can take: aligned text, JSON, JSON lines, tab-separated text. A renderer gets
 * headings once and then rows of values in the same order; it knows nothing of where they are from.
 */
#pragma once
#include <stdio.h>

#include "show/value.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_RAW };

struct render_options {
	bool bytes;     /**< sizes as plain numbers, in text too */
	bool no_header; /**< text and raw: no line of names */
	bool colour;
	bool flowing; /**< text: each row at once, since more are still to come */
	bool awaited; /**< flowing: somebody waits for the first row, and is to see that it is waited for */
};

struct renderer;

/** A renderer for `format` onto `out`; headings must outlive it. render_end frees it. */
struct renderer *render_begin(enum format format, const struct render_options *options, FILE *out,
			      const struct heading *headings, size_t count);

/** One row, `count` values. What it needs later it copies. */
void render_row(struct renderer *renderer, const struct value *values);

/** Print what is still kept, and free the renderer. */
void render_end(struct renderer *renderer);

/** What a format must do; one file each. */
struct render_ops {
	void (*begin)(struct renderer *renderer);
	void (*row)(struct renderer *renderer, const struct value *values);
	void (*end)(struct renderer *renderer);
};

struct renderer {
	const struct render_ops *ops;
	struct render_options options;
	FILE *out;
	const struct heading *headings;
	size_t count;
	uint64_t rows;
	unsigned int depth; /**< of the row that comes, in a tree */
	void *state;        /**< the format's own */
};

extern const struct render_ops render_text, render_tree, render_json, render_jsonl, render_raw,
	render_flowing;

/** One value as JSON, on one line. */
void json_write(FILE *out, enum value_type type, const struct value *value);

/** One value as text for a person (text) or a program (raw), encoded. */
void render_value(FILE *out, enum value_type type, const struct value *value, bool for_people,
		  bool bytes);

/** `"name":value` of a JSON object; bytes that are not UTF-8 come a second time, as `"name_base64"`. */
void render_json_value(FILE *out, const struct heading *heading, const struct value *value);
