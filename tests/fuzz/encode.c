/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The encoder: what comes out is valid UTF-8, steers no terminal, and can be turned back. The checks
 * are written anew here, not taken from it.
 */
#include "show/encode.h"

#include "fuzz.h"

struct written {
	char *bytes;
	size_t len;
	bool done; /**< encode_shell_word only: it was one */
};

static struct written write_by(bool (*write)(FILE *out, struct text text), struct text text)
{
	struct written written = { 0 };
	FILE *out = open_memstream(&written.bytes, &written.len);

	must(out != NULL);
	written.done = write(out, text);
	must(fclose(out) == 0);
	return written;
}

static bool by_encoder(FILE *out, struct text text)
{
	encode_write(out, text);
	return true;
}

static bool by_base64(FILE *out, struct text text)
{
	encode_base64(out, text);
	return true;
}

/** The next code point by the table of the Unicode standard (table 3-7); its length, or 0. */
static size_t next_code(const unsigned char *at, size_t left, uint32_t *code)
{
	static const struct {
		unsigned char first, last, second_first, second_last, len;
	} rows[] = {
		{ 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (at[0] < rows[i].first || at[0] > rows[i].last)
			continue;
		if (left < rows[i].len || (rows[i].len > 1 && (at[1] < rows[i].second_first ||
							       at[1] > rows[i].second_last)))
			return 0;
		*code = at[0] & mask[rows[i].len];
		for (size_t k = 1; k < rows[i].len; k++) {
			if (at[k] < 0x80 || at[k] > 0xbf)
				return 0;
			*code = *code << 6 | (at[k] & 0x3f);
		}
		return rows[i].len;
	}
	return 0;
}

static void must_be_harmless(struct text text)
{
	while (text.len) {
		uint32_t code;
		size_t len = next_code((const unsigned char *)text.bytes, text.len, &code);

		must(len);
		must(code >= 0x20 && !(code >= 0x7f && code < 0xa0));
		must(code != 0x61c && code != 0x200e && code != 0x200f);
		must(!(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069));
		text = text_from(text, len);
	}
}

static bool is_utf8(struct text text)
{
	uint32_t code;

	while (text.len) {
		size_t len = next_code((const unsigned char *)text.bytes, text.len, &code);

		if (!len)
			return false;
		text = text_from(text, len);
	}
	return true;
}

static int hex_of(char c)
{
	must((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void must_decode_to(struct text encoded, struct text wanted)
{
	size_t at = 0;

	for (size_t i = 0; i < wanted.len; i++) {
		char byte;

		must(at < encoded.len);
		if (encoded.bytes[at] != '\\') {
			byte = encoded.bytes[at++];
		} else if (encoded.bytes[at + 1] == '\\') {
			byte = '\\';
			at += 2;
		} else {
			must(at + 3 < encoded.len && encoded.bytes[at + 1] == 'x');
			byte = (char)(hex_of(encoded.bytes[at + 2]) * 16 +
				      hex_of(encoded.bytes[at + 3]));
			at += 4;
		}
		must(byte == wanted.bytes[i]);
	}
	must(at == encoded.len);
}

/** A POSIX shell's reading of one word that is bare or in single quotes. */
static void must_be_word(struct text word, struct text wanted)
{
	bool quoted = false;
	size_t got = 0;

	must(word.len);
	for (size_t i = 0; i < word.len; i++) {
		char c = word.bytes[i];

		if (c == '\'') {
			quoted = !quoted;
			continue;
		}
		if (!quoted) {
			must(c == '\\' || (c > ' ' && !strchr("\"`$&|;<>()*?[]{}!#~^", c)));
			if (c == '\\')
				c = word.bytes[++i];
		}
		must(got < wanted.len && wanted.bytes[got] == c);
		got++;
	}
	must(!quoted && got == wanted.len);
}

static void must_be_base64(struct text text, struct text wanted)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t got = 0;
	uint32_t bits = 0;

	must(text.len == (wanted.len + 2) / 3 * 4);
	for (size_t i = 0; i < text.len; i++) {
		const char *digit = text.bytes[i] == '=' ? digits : strchr(digits, text.bytes[i]);

		must(digit && *digit);
		must(text.bytes[i] != '=' || i + 2 >= text.len);
		bits = bits << 6 | (uint32_t)(digit - digits);
		for (int shift = 16; i % 4 == 3 && shift >= 0 && got < wanted.len; shift -= 8)
			must((unsigned char)wanted.bytes[got++] == (bits >> shift & 0xff));
	}
	must(got == wanted.len);
}

/** A backslash is harmless in single quotes, whatever the encoder makes of it elsewhere. */
static bool is_plain_but_for_backslashes(struct text text)
{
	char *copy = malloc(text.len + 1);

	must(copy != NULL);
	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.bytes[i] == '\\' ? 'x' : text.bytes[i];
	bool plain = encode_is_plain((struct text){ copy, text.len });
	free(copy);
	return plain;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	struct written encoded = write_by(by_encoder, text);
	struct written base64 = write_by(by_base64, text);
	struct written word = write_by(encode_shell_word, text);
	struct text out = { encoded.bytes, encoded.len };

	must_be_harmless(out);
	must_decode_to(out, text);
	must(encode_is_plain(text) == text_equal(out, text));
	must(encode_is_utf8(text) == is_utf8(text));
	must_be_base64((struct text){ base64.bytes, base64.len }, text);
	must(word.done == is_plain_but_for_backslashes(text));
	must(word.done || !word.len);
	if (word.done)
		must_be_word((struct text){ word.bytes, word.len }, text);
	free(encoded.bytes);
	free(base64.bytes);
	free(word.bytes);
	return 0;
}
