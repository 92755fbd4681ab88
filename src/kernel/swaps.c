/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/swaps.h"

bool swaps_next(struct text *text, struct swap *out)
{
	struct text line, type, size;
	struct swap swap;
	uint64_t kib;

	while (text_next(text, '\n', &line)) {
		if (!text_starts(line, "/") || !text_word(&line, &swap.path) ||
		    !text_word(&line, &type) || !text_word(&line, &size) ||
		    text_number(size, 10, &kib) || kib > UINT64_MAX / 1024)
			continue;
		swap.is_file = text_is(type, "file");
		swap.size = kib * 1024;
		*out = swap;
		return true;
	}
	return false;
}
