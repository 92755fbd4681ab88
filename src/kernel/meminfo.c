/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/meminfo.h"

/** "MemTotal:       24684096 kB" or "HugePages_Total:       0" */
static bool take(struct text line, struct meminfo *out)
{
	struct text name, number, unit;

	if (!text_next(&line, ':', &name) || !name.len || !text_word(&line, &number) ||
	    text_number(number, 10, &out->number))
		return false;
	out->name = name;
	out->is_size = text_word(&line, &unit);
	if (!out->is_size)
		return true;
	return text_is(unit, "kB") &&
	       !__builtin_mul_overflow(out->number, (uint64_t)1024, &out->number);
}

bool meminfo_next(struct text *text, struct meminfo *out)
{
	struct meminfo found;
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (take(line, &found)) {
			*out = found;
			return true;
		}
	}
	return false;
}
