/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/epoll.h"

#include <limits.h>

#include "kernel/fdline.h"

/** "ino:4f5733 sdev:f", the end of a line. */
static void parse_file(struct text line, struct epoll_watch *out)
{
	uint64_t ino = 0, dev = 0;
	unsigned int found = 0;
	struct text word;

	while (fdline_word(&line, &word)) {
		if (text_starts(word, "ino:"))
			found |= text_number(text_from(word, 4), 16, &ino) == 0;
		else if (text_starts(word, "sdev:"))
			found |= (text_number(text_from(word, 5), 16, &dev) == 0) * 2U;
	}
	out->has_file = found == 3;
	out->ino = out->has_file ? ino : 0;
	out->dev = out->has_file ? fdline_device(dev) : 0;
}

/** "tfd:        5 events:       19 data:                5  pos:7 ino:4f5733 sdev:f" */
static bool parse_line(struct text line, struct epoll_watch *out)
{
	struct text word;
	uint64_t fd, events;

	if (!fdline_word(&line, &word) || !text_is(word, "tfd:") || !fdline_word(&line, &word) ||
	    text_number(word, 10, &fd) || fd > INT_MAX)
		return false;
	if (!fdline_word(&line, &word) || !text_is(word, "events:") || !fdline_word(&line, &word) ||
	    text_number(word, 16, &events) || events > UINT32_MAX)
		return false;
	*out = (struct epoll_watch){ .fd = (unsigned int)fd, .events = (uint32_t)events };
	parse_file(line, out);
	return true;
}

bool epoll_next(struct text *text, struct epoll_watch *out)
{
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (parse_line(line, out))
			return true;
	}
	return false;
}
