/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/schedstat.h"

#include <errno.h>

int schedstat_parse(struct text text, struct schedstat *out)
{
	uint64_t numbers[3];
	struct text word;

	if (text_ends(text, "\n"))
		text.len--;
	for (size_t i = 0; i < 3; i++) {
		if (!text_next(&text, ' ', &word) || text_number(word, 10, &numbers[i]))
			return -EINVAL;
	}
	*out = (struct schedstat){ numbers[0], numbers[1], numbers[2] };
	return 0;
}
