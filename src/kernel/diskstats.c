/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/diskstats.h"

#include <sys/sysmacros.h>

static bool take_number(struct text *line, uint64_t *ret)
{
	struct text word;

	return text_word(line, &word) && text_number(word, 10, ret) == 0;
}

/** "   7       0 loop0 196522 148 11980875 52891 296162 142586 319112401 4387323 0 298640 4582501 …" */
static bool take(struct text line, struct diskstats *out)
{
	uint64_t major_number, minor_number, merged;

	if (!take_number(&line, &major_number) || !take_number(&line, &minor_number) ||
	    !text_word(&line, &out->name))
		return false;
	out->dev = makedev((unsigned int)major_number, (unsigned int)minor_number);
	return take_number(&line, &out->reads) && take_number(&line, &merged) &&
	       take_number(&line, &out->read_sectors) && take_number(&line, &out->read_ms) &&
	       take_number(&line, &out->writes) && take_number(&line, &merged) &&
	       take_number(&line, &out->write_sectors) && take_number(&line, &out->write_ms) &&
	       take_number(&line, &out->in_flight) && take_number(&line, &out->busy_ms) &&
	       take_number(&line, &out->weighted_ms);
}

bool diskstats_next(struct text *text, struct diskstats *out)
{
	struct diskstats found;
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (take(line, &found)) {
			*out = found;
			return true;
		}
	}
	return false;
}
