/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/encode.h"

#include <langinfo.h>
#include <string.h>

#include "base/arena.h"

/** Length of the valid UTF-8 sequence at the front and its code point, or 0. */
static size_t sequence(struct text text, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text.bytes;
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if ((s[0] & 0xe0) == 0xc0)
		len = 2, *code = s[0] & 0x1f;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3, *code = s[0] & 0x0f;
	else if ((s[0] & 0xf8) == 0xf0)
		len = 4, *code = s[0] & 0x07;
	else
		return 0;
	if (text.len < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return len;
}

/** Code points that move the cursor, end the line or turn the reading direction. */
static bool steers(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return true;
	return code == 0x061c || code == 0x200e || code == 0x200f || code == 0x2028 ||
	       code == 0x2029 || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/** What else must not pass. */
struct rule {
	bool no_backslash, only_ascii;
};

/** How many bytes at the front pass as they are. */
static size_t plain_run(struct text text, struct rule rule)
{
	size_t at = 0;

	while (at < text.len) {
		uint32_t code = (unsigned char)text.bytes[at];

		/* Mostly it is one of these. */
		if (code >= 0x20 && code < 0x7f && code != '\\') {
			at++;
			continue;
		}
		size_t len = sequence(text_from(text, at), &code);

		if (len == 0 || steers(code) || (rule.no_backslash && code == '\\') ||
		    (rule.only_ascii && len > 1))
			break;
		at += len;
	}
	return at;
}

static void encode(FILE *out, struct text text, struct rule rule)
{
	while (text.len) {
		size_t run = plain_run(text, rule);

		fwrite(text.bytes, 1, run, out);
		text = text_from(text, run);
		if (!text.len)
			return;
		if (text.bytes[0] == '\\') {
			fputs("\\\\", out);
			text = text_from(text, 1);
			continue;
		}
		uint32_t code;
		size_t len = sequence(text, &code);
		for (size_t i = 0; i < (len ? len : 1); i++)
			fprintf(out, "\\x%02x", (unsigned char)text.bytes[i]);
		text = text_from(text, len ? len : 1);
	}
}

void encode_write(FILE *out, struct text text)
{
	encode(out, text, (struct rule){ .no_backslash = true });
}

static bool is_utf8_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void encode_shown(FILE *out, struct text text)
{
	encode(out, text, (struct rule){ .no_backslash = true, .only_ascii = !is_utf8_locale() });
}

char *encode_copy(struct text text)
{
	char *string = NULL;
	size_t len;
	FILE *out = open_memstream(&string, &len);

	if (!out)
		memory_out();
	encode_shown(out, text);
	if (fclose(out))
		memory_out();
	return string;
}

void encode_sentence(FILE *out, struct text text)
{
	encode(out, text, (struct rule){ .only_ascii = !is_utf8_locale() });
}

bool encode_is_plain(struct text text)
{
	return plain_run(text, (struct rule){ .no_backslash = true }) == text.len;
}

bool encode_is_utf8(struct text text)
{
	while (text.len) {
		uint32_t code;
		size_t len = sequence(text, &code);

		if (!len)
			return false;
		text = text_from(text, len);
	}
	return true;
}

void encode_base64(FILE *out, struct text text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; text.len; text = text_from(text, 3)) {
		unsigned char three[3] = { 0 };
		size_t len = text.len < 3 ? text.len : 3;

		memcpy(three, text.bytes, len);
		putc(digits[three[0] >> 2], out);
		putc(digits[(three[0] & 3) << 4 | three[1] >> 4], out);
		putc(len > 1 ? digits[(three[1] & 15) << 2 | three[2] >> 6] : '=', out);
		putc(len > 2 ? digits[three[2] & 63] : '=', out);
	}
}

static bool harmless(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("/._-+,:@%=", c));
}

bool encode_shell_word(FILE *out, struct text text)
{
	bool bare = text.len > 0;

	/* A backslash is harmless in single quotes. */
	if (plain_run(text, (struct rule){ 0 }) != text.len)
		return false;
	for (size_t i = 0; i < text.len && bare; i++)
		bare = harmless(text.bytes[i]);
	if (bare) {
		fwrite(text.bytes, 1, text.len, out);
		return true;
	}
	putc('\'', out);
	for (size_t i = 0; i < text.len; i++) {
		if (text.bytes[i] == '\'')
			fputs("'\\''", out);
		else
			putc(text.bytes[i], out);
	}
	putc('\'', out);
	return true;
}

void encode_shell_exact(FILE *out, struct text text)
{
	if (encode_shell_word(out, text))
		return;
	fputs("$'", out);
	while (text.len) {
		const char *quote = memchr(text.bytes, '\'', text.len);
		size_t len = quote ? (size_t)(quote - text.bytes) : text.len;

		encode_write(out, text_first(text, len));
		if (quote)
			fputs("\\x27", out);
		text = text_from(text, quote ? len + 1 : len);
	}
	putc('\'', out);
}
