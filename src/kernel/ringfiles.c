/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ringfiles.h"

#include <errno.h>
#include <limits.h>

int ringfiles_find(struct text fdinfo, struct text *list)
{
	struct text line;

	while (text_next(&fdinfo, '\n', &line)) {
		if (text_starts(line, "UserFiles:")) {
			*list = fdinfo;
			return 0;
		}
	}
	return -EBUSY;
}

bool ringfiles_next(struct text *list, struct ringfile *out)
{
	struct text line, number;
	uint64_t slot;

	while (text_next(list, '\n', &line)) {
		while (text_starts(line, " "))
			line = text_from(line, 1);
		/* The list ends with the next key, "UserBufs:". */
		if (!text_next(&line, ':', &number) || text_number(number, 10, &slot) ||
		    slot > INT_MAX || !text_starts(line, " "))
			break;
		if (!text_starts(line, " /"))
			continue; /* a socket, or, before Linux 6.10, <none> */
		*out = (struct ringfile){ (unsigned int)slot, text_from(line, 1) };
		return true;
	}
	list->len = 0;
	return false;
}
