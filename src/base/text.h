/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A run of bytes with its length. Names on Linux may hold any byte but NUL and '/', so nothing here
 * assumes UTF-8, and nothing needs a terminating NUL.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *bytes; /**< NULL in a zeroed text, which is the empty one */
	size_t len;
};

/** Several texts: `items` belongs to whoever made them. */
struct texts {
	const struct text *items;
	size_t count;
};

/** The bytes of a C string, not copied. NULL gives the empty text. */
static inline struct text text_of(const char *string)
{
	return (struct text){ string, string ? strlen(string) : 0 };
}

static inline bool text_equal(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0);
}

static inline bool text_is(struct text text, const char *string)
{
	return text_equal(text, text_of(string));
}

static inline bool text_starts(struct text text, const char *start)
{
	size_t len = strlen(start);

	return text.len >= len && (!len || memcmp(text.bytes, start, len) == 0);
}

static inline bool text_ends(struct text text, const char *end)
{
	size_t len = strlen(end);

	return text.len >= len && (!len || memcmp(text.bytes + text.len - len, end, len) == 0);
}

/** True when `part`, which is not empty, is somewhere in it. */
static inline bool text_holds(struct text text, struct text part)
{
	return part.len && memmem(text.bytes, text.len, part.bytes, part.len);
}

/** The part from byte `from` on; empty when it lies behind the end. */
static inline struct text text_from(struct text text, size_t from)
{
	if (from >= text.len)
		return (struct text){ text.bytes, 0 };
	return (struct text){ text.bytes + from, text.len - from };
}

/** The first `len` bytes at most. */
static inline struct text text_first(struct text text, size_t len)
{
	return (struct text){ text.bytes, len < text.len ? len : text.len };
}

/** What stands behind the last '/', or all of it. */
struct text text_basename(struct text path);

/** What stands before the last '/': "/" for "/name", empty when there is no '/'. */
struct text text_dirname(struct text path);

/** True when `path` is `directory` or lies below it; both absolute, without "." and "..". */
bool text_is_below(struct text path, struct text directory);

/** Take the next word of `line`, ended by `separator`, off its front. False at the end. */
bool text_next(struct text *line, char separator, struct text *ret);

/** Read all of `text` as an unsigned number of base 8, 10 or 16. 0, -EINVAL or -ERANGE. */
int text_number(struct text text, unsigned int base, uint64_t *ret);

enum { TEXT_NUMBER_MAX = 21 };

/** Write `number` in decimal with a NUL behind it, as printf(3) would, but fast. How many digits. */
size_t text_put_number(char buffer[TEXT_NUMBER_MAX], uint64_t number);

/**
 * Read all of `text` as an unsigned decimal number with a fraction or without, in units of its
 * `places`th decimal: "1.5" with 3 is 1500. Further decimals are dropped. 0, -EINVAL or -ERANGE.
 */
int text_fixed(struct text text, unsigned int places, uint64_t *ret);

/** Take the next word of `line`, between any number of blanks and tabs, off its front. False at the end. */
bool text_word(struct text *line, struct text *ret);

/**
 * How far `a` is from `b` in letters changed, added, dropped or swapped (Damerau-Levenshtein),
 * at most `limit` + 1. For suggestions: command and option names only.
 */
unsigned int text_distance(struct text a, struct text b, unsigned int limit);
