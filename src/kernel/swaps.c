/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/swaps.h"

/** The next word behind blanks and tabs. */
static bool next_word(struct text *line, struct text *ret)
{
	size_t len = 0;

	while (line->len && (*line->bytes == ' ' || *line->bytes == '\t'))
		*line = text_from(*line, 1);
	while (len < line->len && line->bytes[len] != ' ' && line->bytes[len] != '\t')
		len++;
	*ret = text_first(*line, len);
	*line = text_from(*line, len);
	return len > 0;
}

bool swaps_next(struct text *text, struct swap *out)
{
	struct text line, type, size;
	struct swap swap;
	uint64_t kib;

	while (text_next(text, '\n', &line)) {
		if (!text_starts(line, "/") || !next_word(&line, &swap.path) ||
		    !next_word(&line, &type) || !next_word(&line, &size) ||
		    text_number(size, 10, &kib) || kib > UINT64_MAX / 1024)
			continue;
		swap.is_file = text_is(type, "file");
		swap.size = kib * 1024;
		*out = swap;
		return true;
	}
	return false;
}
