/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pidio.h"

#include <errno.h>

static const struct {
	const char *key;
	size_t at;
} lines[] = {
	{ "rchar", offsetof(struct pidio, rchar) },
	{ "wchar", offsetof(struct pidio, wchar) },
	{ "syscr", offsetof(struct pidio, syscr) },
	{ "syscw", offsetof(struct pidio, syscw) },
	{ "read_bytes", offsetof(struct pidio, read_bytes) },
	{ "write_bytes", offsetof(struct pidio, write_bytes) },
	{ "cancelled_write_bytes", offsetof(struct pidio, cancelled) },
};

enum { LINES = sizeof(lines) / sizeof(lines[0]) };

static int take(struct text key, struct text value, struct pidio *out, unsigned int *seen)
{
	uint64_t number;

	for (unsigned int i = 0; i < LINES; i++) {
		if (!text_is(key, lines[i].key))
			continue;
		if (text_number(value, 10, &number))
			return -EINVAL;
		memcpy((char *)out + lines[i].at, &number, sizeof(number));
		*seen |= 1U << i;
	}
	return 0;
}

int pidio_parse(struct text text, struct pidio *out)
{
	struct pidio io = { 0 };
	unsigned int seen = 0;
	struct text line, key;

	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key))
			return -EINVAL;
		if (take(key, text_from(line, text_starts(line, " ")), &io, &seen))
			return -EINVAL;
	}
	if (seen != (1U << LINES) - 1)
		return -EINVAL;
	*out = io;
	return 0;
}
