/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fdline.h"

#include <errno.h>
#include <sys/sysmacros.h>

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

struct text fdline_trim(struct text text)
{
	while (text.len && is_blank(text.bytes[0]))
		text = text_from(text, 1);
	while (text.len && is_blank(text.bytes[text.len - 1]))
		text.len--;
	return text;
}

bool fdline_next(struct text *text, struct text *key, struct text *value)
{
	struct text line;

	while (text_next(text, '\n', &line)) {
		const char *colon = line.len ? memchr(line.bytes, ':', line.len) : NULL;

		if (!colon || colon == line.bytes)
			continue;
		*key = text_first(line, (size_t)(colon - line.bytes));
		*value = fdline_trim(text_from(line, key->len + 1));
		return true;
	}
	return false;
}

bool fdline_find(struct text text, const char *key, struct text *value)
{
	struct text found;

	while (fdline_next(&text, &found, value)) {
		if (text_is(found, key))
			return true;
	}
	return false;
}

int fdline_number(struct text text, const char *key, unsigned int base, uint64_t *ret)
{
	struct text value;

	if (!fdline_find(text, key, &value))
		return -ENOENT;
	return text_number(text_from(value, base == 16 && text_starts(value, "0x") ? 2 : 0), base,
			   ret);
}

bool fdline_is_common(struct text key)
{
	return text_is(key, "pos") || text_is(key, "flags") || text_is(key, "mnt_id") ||
	       text_is(key, "ino");
}

struct text fdline_special(struct text text)
{
	struct text rest = text, key, value;

	while (fdline_next(&rest, &key, &value)) {
		if (!fdline_is_common(key) && !text_is(key, "lock"))
			return text;
		text = rest;
	}
	return text;
}

bool fdline_word(struct text *line, struct text *word)
{
	*line = fdline_trim(*line);
	return text_next(line, ' ', word);
}

uint64_t fdline_device(uint64_t kernel)
{
	return makedev((unsigned int)(kernel >> 20 & 0xfff), (unsigned int)(kernel & 0xfffff));
}
