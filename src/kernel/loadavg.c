/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/loadavg.h"

#include <errno.h>

/** "13.07 16.05 13.36 15/183 24075" */
int loadavg_parse(struct text text, struct loadavg *out)
{
	struct loadavg load;
	struct text word, before;

	for (unsigned int i = 0; i < 3; i++) {
		if (!text_word(&text, &word) || text_fixed(word, 2, &load.hundredths[i]))
			return -EINVAL;
	}
	if (!text_next(&text, '/', &before) || !text_word(&before, &word) ||
	    text_number(word, 10, &load.running) || !text_word(&text, &word) ||
	    text_number(word, 10, &load.threads))
		return -EINVAL;
	*out = load;
	return 0;
}
