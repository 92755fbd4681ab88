/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pressure.h"

/** "avg10=94.10" behind `key` */
static bool take_value(struct text *line, const char *key, struct text *ret)
{
	struct text word, name;

	if (!text_word(line, &word) || !text_next(&word, '=', &name) || !text_is(name, key))
		return false;
	*ret = word;
	return true;
}

/** "some avg10=94.10 avg60=95.32 avg300=83.89 total=13056159419" */
static bool take(struct text line, struct pressure *out)
{
	static const char *const keys[] = { "avg10", "avg60", "avg300" };
	struct text word;

	if (!text_word(&line, &word) || (!text_is(word, "some") && !text_is(word, "full")))
		return false;
	out->full = text_is(word, "full");
	for (unsigned int i = 0; i < 3; i++) {
		if (!take_value(&line, keys[i], &word) || text_fixed(word, 3, &out->averages[i]))
			return false;
	}
	return take_value(&line, "total", &word) && text_number(word, 10, &out->total_us) == 0;
}

bool pressure_next(struct text *text, struct pressure *out)
{
	struct pressure found;
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (take(line, &found)) {
			*out = found;
			return true;
		}
	}
	return false;
}
