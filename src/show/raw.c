/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Tab-separated text for scripts: one header line, one line a row, sizes in bytes. One escape rule,
 * the encoder's, so no value holds a tab or a newline. `-` and `?` mean a gap; a name that is just
 * one of these is written \x2d or \x3f.
 */
#include <ctype.h>

#include "show/encode.h"
#include "show/render.h"

/** What somebody called an expression may hold anything. */
static void print_heading(const char *name, FILE *out)
{
	char upper[256] = "";

	for (size_t i = 0; i < sizeof(upper) - 1 && name[i]; i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	encode_write(out, text_of(upper));
}

static void begin(struct renderer *renderer)
{
	if (renderer->options.no_header)
		return;
	for (size_t i = 0; i < renderer->count; i++) {
		if (i)
			putc('\t', renderer->out);
		print_heading(renderer->headings[i].name, renderer->out);
	}
	putc('\n', renderer->out);
}

static bool looks_like_gap(enum value_type type, const struct value *value)
{
	if (type == TYPE_ANY)
		type = value->as;
	if (value->state != VALUE_KNOWN || !value_is_foreign(type) || type == TYPE_NAMES)
		return false;
	return text_is(value->text, "-") || text_is(value->text, "?");
}

static void row(struct renderer *renderer, const struct value *values)
{
	for (size_t i = 0; i < renderer->count; i++) {
		if (i)
			putc('\t', renderer->out);
		if (looks_like_gap(renderer->headings[i].type, &values[i]))
			fprintf(renderer->out, "\\x%02x", values[i].text.bytes[0]);
		else
			render_value(renderer->out, renderer->headings[i].type, &values[i], false,
				     true);
	}
	putc('\n', renderer->out);
}

static void end(struct renderer *renderer)
{
	(void)renderer;
}

const struct render_ops render_raw = { begin, row, end };
