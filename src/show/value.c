/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/value.h"

const char *value_type_word(enum value_type type)
{
	static const char *const words[] = {
		[TYPE_HANDLE] = "handle",    [TYPE_WORD] = "word",     [TYPE_COMMAND] = "name",
		[TYPE_TEXT] = "text",        [TYPE_PATH] = "path",     [TYPE_SIZE] = "bytes",
		[TYPE_COUNT] = "number",     [TYPE_ID] = "number",     [TYPE_DEVICE] = "device",
		[TYPE_MODE] = "mode",        [TYPE_TIME] = "time",     [TYPE_HANDLES] = "handles",
		[TYPE_NAMES] = "names",      [TYPE_SIGNED] = "number", [TYPE_PERCENT] = "percent",
		[TYPE_DURATION] = "seconds", [TYPE_REAL] = "number",   [TYPE_ANY] = "",
	};

	return words[type];
}

bool value_is_foreign(enum value_type type)
{
	return type == TYPE_COMMAND || type == TYPE_TEXT || type == TYPE_PATH || type == TYPE_NAMES;
}

bool value_is_numeric(enum value_type type)
{
	return type == TYPE_SIZE || type == TYPE_COUNT || type == TYPE_ID || type == TYPE_SIGNED ||
	       type == TYPE_PERCENT || type == TYPE_DURATION || type == TYPE_REAL;
}

bool value_is_text(enum value_type type)
{
	return type == TYPE_HANDLE || type == TYPE_WORD || type == TYPE_COMMAND ||
	       type == TYPE_TEXT || type == TYPE_PATH;
}

static struct texts keep_texts(struct arena *arena, struct texts texts)
{
	struct text *items = arena_zero(arena, texts.count, sizeof(*items));

	for (size_t i = 0; i < texts.count; i++)
		items[i] = arena_text(arena, texts.items[i]);
	return (struct texts){ items, texts.count };
}

struct value value_keep(struct arena *arena, enum value_type type, const struct value *value)
{
	struct value copy = *value;

	if (value->state != VALUE_KNOWN)
		return copy;
	if (type == TYPE_HANDLES || type == TYPE_NAMES)
		copy.texts = keep_texts(arena, value->texts);
	else if (value_is_text(type))
		copy.text = arena_text(arena, value->text);
	return copy;
}
