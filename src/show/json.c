/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * JSON, by jansson: one array of objects, or one object a line. Always valid UTF-8: a name that is
 * not appears escaped by the encoder, and a key NAME_base64 beside it carries its exact bytes. A name
 * with characters that steer a terminal is written in ASCII alone.
 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "show/encode.h"
#include "show/render.h"
#include "show/units.h"

/** Reals to the digits that every one of them has. */
#define WRITING (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

static json_t *must(json_t *json)
{
	if (!json)
		memory_out();
	return json;
}

/** Bytes as a JSON string; what is not UTF-8 goes through `write`. */
static json_t *written(void (*write)(FILE *, struct text), struct text text)
{
	char *string = NULL;
	size_t len;
	FILE *out = open_memstream(&string, &len);

	if (!out)
		memory_out();
	write(out, text);
	if (fclose(out))
		memory_out();
	json_t *json = must(json_stringn_nocheck(string, len));
	free(string);
	return json;
}

static json_t *string_of(struct text text)
{
	if (encode_is_utf8(text))
		return must(json_stringn_nocheck(text.len ? text.bytes : "", text.len));
	return written(encode_write, text);
}

static json_t *array_of(struct texts texts, bool base64)
{
	json_t *array = must(json_array());

	for (size_t i = 0; i < texts.count; i++)
		json_array_append_new(array, base64 ? written(encode_base64, texts.items[i]) :
						      string_of(texts.items[i]));
	return array;
}

/** Numbers above what every reader can hold come as decimal strings. */
static json_t *number_of(uint64_t number)
{
	char buffer[24];

	if (number <= INT64_MAX)
		return must(json_integer((json_int_t)number));
	snprintf(buffer, sizeof(buffer), "%" PRIu64, number);
	return must(json_string(buffer));
}

static json_t *value_of(enum value_type type, const struct value *value)
{
	char buffer[UNITS_MAX];

	if (value->state != VALUE_KNOWN)
		return json_null();
	switch (type) {
	case TYPE_HANDLE:
	case TYPE_WORD:
	case TYPE_COMMAND:
	case TYPE_TEXT:
	case TYPE_PATH:
		return string_of(value->text);
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_ID:
		return number_of(value->number);
	case TYPE_DEVICE:
		snprintf(buffer, sizeof(buffer), "%u:%u", major(value->number),
			 minor(value->number));
		return must(json_string(buffer));
	case TYPE_MODE:
		snprintf(buffer, sizeof(buffer), "%04" PRIo64, value->number);
		return must(json_string(buffer));
	case TYPE_SIGNED:
		return must(json_integer(value->signed_number));
	case TYPE_PERCENT:
		return must(json_real((double)value->number / 1000));
	case TYPE_DURATION:
		return must(json_real((double)value->number / 1e9));
	case TYPE_TIME:
		return must(json_string(units_rfc3339(buffer, value->time_ns)));
	case TYPE_HANDLES:
	case TYPE_NAMES:
		return array_of(value->texts, false);
	case TYPE_REAL:
		/* JSON has no infinity. */
		return isfinite(value->real) ? must(json_real(value->real)) : json_null();
	case TYPE_ANY:
		break;
	}
	return json_null();
}

void json_write(FILE *out, enum value_type type, const struct value *value)
{
	json_t *json = value_of(type, value);

	json_dumpf(json, out, WRITING);
	json_decref(json);
}

static bool all_utf8(enum value_type type, const struct value *value)
{
	if (value->state != VALUE_KNOWN || !value_is_foreign(type))
		return true;
	if (type != TYPE_NAMES)
		return encode_is_utf8(value->text);
	for (size_t i = 0; i < value->texts.count; i++) {
		if (!encode_is_utf8(value->texts.items[i]))
			return false;
	}
	return true;
}

static bool steers(enum value_type type, const struct value *value)
{
	if (value->state != VALUE_KNOWN || !value_is_foreign(type))
		return false;
	if (type != TYPE_NAMES)
		return !encode_is_plain(value->text);
	for (size_t i = 0; i < value->texts.count; i++) {
		if (!encode_is_plain(value->texts.items[i]))
			return true;
	}
	return false;
}

/** Jansson leaves DEL as it is; it can only stand inside a string. */
static void print_ascii(const json_t *json, FILE *out)
{
	char *string = json_dumps(json, WRITING | JSON_ENSURE_ASCII);

	if (!string)
		memory_out();
	for (const char *at = string; *at; at++) {
		if (*at == 0x7f)
			fputs("\\u007f", out);
		else
			putc(*at, out);
	}
	free(string);
}

static void print(json_t *json, FILE *out, bool ascii)
{
	if (ascii)
		print_ascii(json, out);
	else
		json_dumpf(json, out, WRITING);
	json_decref(json);
}

/** A column's name needs no escapes; what somebody called an expression may. */
static void print_key(FILE *out, const char *name, const char *suffix)
{
	if (!name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789")]) {
		fprintf(out, "\"%s%s\":", name, suffix);
		return;
	}
	char *key;
	if (asprintf(&key, "%s%s", name, suffix) < 0)
		memory_out();
	print(string_of(text_of(key)), out, true);
	putc(':', out);
	free(key);
}

void render_json_value(FILE *out, const struct heading *heading, const struct value *value)
{
	enum value_type type = heading->type == TYPE_ANY ? value->as : heading->type;

	print_key(out, heading->name, "");
	print(value_of(type, value), out, steers(type, value));
	if (all_utf8(type, value))
		return;
	putc(',', out);
	print_key(out, heading->name, "_base64");
	print(type == TYPE_NAMES ? array_of(value->texts, true) :
				   written(encode_base64, value->text),
	      out, false);
}

static void print_row(struct renderer *renderer, const struct value *values)
{
	putc('{', renderer->out);
	for (size_t i = 0; i < renderer->count; i++) {
		if (i)
			putc(',', renderer->out);
		render_json_value(renderer->out, &renderer->headings[i], &values[i]);
	}
	putc('}', renderer->out);
}

static void begin_array(struct renderer *renderer)
{
	putc('[', renderer->out);
}

static void row_array(struct renderer *renderer, const struct value *values)
{
	fputs(renderer->rows ? ",\n " : "\n ", renderer->out);
	print_row(renderer, values);
}

static void end_array(struct renderer *renderer)
{
	fputs(renderer->rows ? "\n]\n" : "]\n", renderer->out);
}

static void begin_lines(struct renderer *renderer)
{
	(void)renderer;
}

static void row_lines(struct renderer *renderer, const struct value *values)
{
	print_row(renderer, values);
	putc('\n', renderer->out);
}

const struct render_ops render_json = { begin_array, row_array, end_array };
const struct render_ops render_jsonl = { begin_lines, row_lines, begin_lines };
