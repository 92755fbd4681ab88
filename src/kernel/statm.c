/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/statm.h"

#include <errno.h>

int statm_parse(struct text text, struct statm *out)
{
	uint64_t numbers[7];
	struct text word;

	if (text_ends(text, "\n"))
		text.len--;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!text_next(&text, ' ', &word) || text_number(word, 10, &numbers[i]))
			return -EINVAL;
	}
	*out = (struct statm){ .size = numbers[0],
			       .resident = numbers[1],
			       .shared = numbers[2],
			       .text = numbers[3],
			       .data = numbers[5] };
	return 0;
}
