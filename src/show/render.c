/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "show/encode.h"
#include "show/units.h"

static void write_foreign(FILE *out, struct text text, bool for_people)
{
	if (for_people)
		encode_shown(out, text);
	else
		encode_write(out, text);
}

/** Blanks part the items, so inside one they are escaped. */
static void write_item(FILE *out, struct text item, bool for_people)
{
	for (;;) {
		const char *blank = item.len ? memchr(item.bytes, ' ', item.len) : NULL;
		size_t len = blank ? (size_t)(blank - item.bytes) : item.len;

		write_foreign(out, text_first(item, len), for_people);
		if (!blank)
			return;
		fputs("\\x20", out);
		item = text_from(item, len + 1);
	}
}

static void list(FILE *out, enum value_type type, struct texts texts, bool for_people)
{
	/* To people a blank cell would look like a mistake. */
	if (!texts.count && for_people)
		putc('-', out);
	for (size_t i = 0; i < texts.count; i++) {
		if (i)
			putc(' ', out);
		if (value_is_foreign(type))
			write_item(out, texts.items[i], for_people);
		else
			fwrite(texts.items[i].bytes, 1, texts.items[i].len, out);
	}
}

static void number(FILE *out, uint64_t number)
{
	char digits[TEXT_NUMBER_MAX];

	size_t len = text_put_number(digits, number);
	fwrite(digits, 1, len, out);
}

static void size(FILE *out, uint64_t bytes, bool human)
{
	char buffer[UNITS_MAX];

	if (human)
		fputs(units_size(buffer, bytes), out);
	else
		number(out, bytes);
}

static void name(FILE *out, enum value_type type, const struct value *value, bool for_people)
{
	write_foreign(out, value->text, for_people);
	if (type == TYPE_COMMAND && for_people && value->more)
		fprintf(out, " +%u", value->more);
}

/** Of thousandths, to one digit behind the point. */
static void percent(FILE *out, uint64_t thousandths)
{
	uint64_t tenths = (thousandths + 50) / 100;

	fprintf(out, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
}

void render_value(FILE *out, enum value_type type, const struct value *value, bool for_people,
		  bool bytes)
{
	char buffer[UNITS_MAX];

	if (value->state != VALUE_KNOWN) {
		putc(value->state == VALUE_DENIED ? '?' : '-', out);
		return;
	}
	if (type == TYPE_ANY)
		type = value->as;
	switch (type) {
	case TYPE_HANDLE:
	case TYPE_WORD:
		fwrite(value->text.bytes, 1, value->text.len, out);
		return;
	case TYPE_COMMAND:
	case TYPE_TEXT:
	case TYPE_PATH:
		name(out, type, value, for_people);
		return;
	case TYPE_SIZE:
		size(out, value->number, for_people && !bytes);
		return;
	case TYPE_COUNT:
	case TYPE_ID:
		number(out, value->number);
		return;
	case TYPE_DEVICE:
		fprintf(out, "%u:%u", major(value->number), minor(value->number));
		return;
	case TYPE_MODE:
		fprintf(out, "%04" PRIo64, value->number);
		return;
	case TYPE_SIGNED:
		fprintf(out, "%" PRId64, value->signed_number);
		return;
	case TYPE_PERCENT:
		percent(out, value->number);
		return;
	case TYPE_DURATION:
		fputs(for_people ? units_clockwise(buffer, value->number) :
				   units_seconds(buffer, value->number),
		      out);
		return;
	case TYPE_TIME:
		fputs(for_people ? units_moment(buffer, value->time_ns) :
				   units_rfc3339(buffer, value->time_ns),
		      out);
		return;
	case TYPE_HANDLES:
	case TYPE_NAMES:
		list(out, type, value->texts, for_people);
		return;
	case TYPE_REAL:
		fprintf(out, for_people ? "%.6g" : "%.15g", value->real);
		return;
	case TYPE_ANY:
		return;
	}
}

static const struct render_ops *text_ops(const struct render_options *options,
					 const struct heading *headings, size_t count)
{
	if (options->flowing)
		return &render_flowing;
	for (size_t i = 0; i < count; i++) {
		if (headings[i].tree)
			return &render_tree;
	}
	return &render_text;
}

struct renderer *render_begin(enum format format, const struct render_options *options, FILE *out,
			      const struct heading *headings, size_t count)
{
	static const struct render_ops *const formats[] = {
		[FORMAT_JSON] = &render_json,
		[FORMAT_JSONL] = &render_jsonl,
		[FORMAT_RAW] = &render_raw,
	};
	struct renderer *renderer = memory_resize(NULL, 1, sizeof(*renderer));

	*renderer = (struct renderer){ .ops = format == FORMAT_TEXT ?
						      text_ops(options, headings, count) :
						      formats[format],
				       .options = *options,
				       .out = out,
				       .headings = headings,
				       .count = count };
	renderer->ops->begin(renderer);
	return renderer;
}

void render_row(struct renderer *renderer, const struct value *values)
{
	renderer->ops->row(renderer, values);
	renderer->rows++;
}

void render_end(struct renderer *renderer)
{
	renderer->ops->end(renderer);
	free(renderer);
}
