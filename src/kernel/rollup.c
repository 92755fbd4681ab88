/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/rollup.h"

#include <errno.h>

static const struct {
	const char *key;
	size_t at;
} lines[] = {
	{ "Rss", offsetof(struct rollup, rss) },
	{ "Pss", offsetof(struct rollup, pss) },
	{ "Private_Clean", offsetof(struct rollup, private_clean) },
	{ "Private_Dirty", offsetof(struct rollup, private_dirty) },
	{ "Swap", offsetof(struct rollup, swap) },
	{ "SwapPss", offsetof(struct rollup, swap_pss) },
	{ "AnonHugePages", offsetof(struct rollup, huge) },
};

enum { LINES = sizeof(lines) / sizeof(lines[0]) };

/** "   1748 kB" */
static int bytes_of(struct text value, uint64_t *ret)
{
	struct text word = { 0 };

	while (text_starts(value, " "))
		value = text_from(value, 1);
	if (!text_next(&value, ' ', &word) || !text_is(value, "kB") || text_number(word, 10, ret) ||
	    *ret > UINT64_MAX / 1024)
		return -EINVAL;
	*ret *= 1024;
	return 0;
}

int rollup_parse(struct text text, struct rollup *out)
{
	struct rollup rollup = { 0 };
	struct text line, key;
	unsigned int seen = 0;
	uint64_t bytes;

	/* The first line is an address range. */
	if (!text_next(&text, '\n', &line))
		return -EINVAL;
	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key))
			return -EINVAL;
		for (unsigned int i = 0; i < LINES; i++) {
			if (!text_is(key, lines[i].key))
				continue;
			if (bytes_of(line, &bytes))
				return -EINVAL;
			memcpy((char *)&rollup + lines[i].at, &bytes, sizeof(bytes));
			seen |= 1U << i;
		}
	}
	/* Rss to SwapPss have been there from the beginning. */
	if ((seen & 0x3f) != 0x3f)
		return -EINVAL;
	*out = rollup;
	return 0;
}
