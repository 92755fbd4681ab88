/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/echo.h"

#include <string.h>

#include "show/encode.h"

/** How many bytes a character has that begins so; 1 for what begins none. */
static size_t character_len(unsigned char first)
{
	if (first >= 0xf0 && first < 0xf8)
		return 4;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xc0 && first < 0xe0 ? 2 : 1;
}

/** Bytes at the end that may mean something else with what follows: half a character, a lone \r. */
static size_t open_end(struct text text)
{
	if (text.len && text.bytes[text.len - 1] == '\r')
		return 1;
	for (size_t back = 1; back < ECHO_TAIL && back <= text.len; back++) {
		unsigned char byte = (unsigned char)text.bytes[text.len - back];

		if ((byte & 0xc0) == 0x80)
			continue;
		return character_len(byte) > back ? back : 0;
	}
	return 0;
}

/** Up to the next byte that is written as it is: the end of a line, a tab. */
static size_t line_len(struct text text)
{
	size_t len = 0;

	while (len < text.len && text.bytes[len] != '\n' && text.bytes[len] != '\t')
		len++;
	return len;
}

/** A \r right before the end of the line moves nothing that the end does not. */
static void show(FILE *out, struct text text)
{
	while (text.len) {
		size_t len = line_len(text);
		bool ended = len < text.len;
		bool returns = ended && len && text.bytes[len] == '\n' &&
			       text.bytes[len - 1] == '\r';

		encode_sentence(out, text_first(text, len - returns));
		if (ended)
			putc(text.bytes[len], out);
		text = text_from(text, len + ended);
	}
}

/** With the tail of what came before, as far as its character goes. */
static struct text join(struct echo *echo, struct text text)
{
	char joined[2 * ECHO_TAIL];
	size_t took = 0, len = echo->tail_len;

	memcpy(joined, echo->tail, len);
	while (took < text.len && len < ECHO_TAIL &&
	       (((unsigned char)text.bytes[took] & 0xc0) == 0x80 ||
		(joined[len - 1] == '\r' && text.bytes[took] == '\n')))
		joined[len++] = text.bytes[took++];
	struct text all = { joined, len };
	size_t rest = took == text.len ? open_end(all) : 0;
	show(echo->out, text_first(all, len - rest));
	memmove(echo->tail, joined + len - rest, rest);
	echo->tail_len = rest;
	return text_from(text, took);
}

void echo_write(struct echo *echo, struct text text)
{
	if (!echo->shown) {
		fwrite(text.bytes, 1, text.len, echo->out);
		return;
	}
	if (echo->tail_len)
		text = join(echo, text);
	if (!text.len)
		return;
	size_t rest = open_end(text);
	show(echo->out, text_first(text, text.len - rest));
	memcpy(echo->tail, text.bytes + text.len - rest, rest);
	echo->tail_len = rest;
}

void echo_end(struct echo *echo)
{
	show(echo->out, (struct text){ echo->tail, echo->tail_len });
	echo->tail_len = 0;
}
