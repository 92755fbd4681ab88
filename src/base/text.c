/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <errno.h>

struct text text_basename(struct text path)
{
	const char *slash = path.bytes ? memrchr(path.bytes, '/', path.len) : NULL;

	return slash ? text_from(path, (size_t)(slash - path.bytes) + 1) : path;
}

struct text text_dirname(struct text path)
{
	const char *slash = path.bytes ? memrchr(path.bytes, '/', path.len) : NULL;

	if (!slash)
		return (struct text){ path.bytes, 0 };
	return text_first(path, slash == path.bytes ? 1 : (size_t)(slash - path.bytes));
}

bool text_is_below(struct text path, struct text directory)
{
	if (directory.len == 1 && directory.bytes[0] == '/')
		return path.len && path.bytes[0] == '/';
	if (path.len < directory.len || memcmp(path.bytes, directory.bytes, directory.len) != 0)
		return false;
	return path.len == directory.len || path.bytes[directory.len] == '/';
}

bool text_next(struct text *line, char separator, struct text *ret)
{
	if (!line->len)
		return false;
	const char *end = memchr(line->bytes, separator, line->len);
	size_t len = end ? (size_t)(end - line->bytes) : line->len;

	*ret = text_first(*line, len);
	*line = text_from(*line, len + 1);
	return true;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int text_number(struct text text, unsigned int base, uint64_t *ret)
{
	uint64_t number = 0;
	bool over = false;

	if (!text.len)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		unsigned int digit = (unsigned int)digit_of(text.bytes[i]);

		if (digit >= base)
			return -EINVAL;
		over |= __builtin_mul_overflow(number, (uint64_t)base, &number);
		over |= __builtin_add_overflow(number, (uint64_t)digit, &number);
	}
	if (over)
		return -ERANGE;
	*ret = number;
	return 0;
}

int text_fixed(struct text text, unsigned int places, uint64_t *ret)
{
	const char *dot = text.len ? memchr(text.bytes, '.', text.len) : NULL;
	size_t len = dot ? (size_t)(dot - text.bytes) : text.len;
	struct text fraction = text_from(text, len + (dot != NULL));
	uint64_t number, ignored;
	int rc = text_number(text_first(text, len), 10, &number);

	if (!rc && dot && text_number(fraction, 10, &ignored) == -EINVAL)
		rc = -EINVAL;
	for (unsigned int i = 0; i < places && !rc; i++) {
		uint64_t digit = i < fraction.len ? (uint64_t)digit_of(fraction.bytes[i]) : 0;

		if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			rc = -ERANGE;
	}
	if (!rc)
		*ret = number;
	return rc;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

bool text_word(struct text *line, struct text *ret)
{
	size_t len = 0;

	while (line->len && is_blank(*line->bytes))
		*line = text_from(*line, 1);
	while (len < line->len && !is_blank(line->bytes[len]))
		len++;
	*ret = text_first(*line, len);
	*line = text_from(*line, len);
	return len > 0;
}

size_t text_put_number(char buffer[TEXT_NUMBER_MAX], uint64_t number)
{
	char digits[TEXT_NUMBER_MAX];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	memcpy(buffer, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at - 1;
}

enum { WORD_MAX = 40 };

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int text_distance(struct text a, struct text b, unsigned int limit)
{
	unsigned int rows[3][WORD_MAX + 1];

	if (a.len > WORD_MAX || b.len > WORD_MAX)
		return limit + 1;
	for (unsigned int j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (unsigned int i = 1; i <= a.len; i++) {
		unsigned int *row = rows[i % 3], *above = rows[(i + 2) % 3];
		const unsigned int *second = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned int j = 1; j <= b.len; j++) {
			unsigned int differs = a.bytes[i - 1] != b.bytes[j - 1];

			row[j] = least(above[j - 1] + differs, least(row[j - 1], above[j]) + 1);
			if (i > 1 && j > 1 && a.bytes[i - 1] == b.bytes[j - 2] &&
			    a.bytes[i - 2] == b.bytes[j - 1])
				row[j] = least(row[j], second[j - 2] + 1);
		}
	}
	return least(rows[a.len % 3][b.len], limit + 1);
}
