/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sysstat.h"

#include <errno.h>

/** "cpu0 792852 103678 959102 697174 8299 0 1107 3533 0 0" */
static bool take_cpu(struct text line, struct sysstat_cpu *out)
{
	struct text word;

	*out = (struct sysstat_cpu){ 0 };
	if (!text_word(&line, &word) || !text_starts(word, "cpu"))
		return false;
	out->all = word.len == 3;
	if (!out->all && text_number(text_from(word, 3), 10, &out->number))
		return false;
	while (out->known < SYSSTAT_TIMES && text_word(&line, &word)) {
		if (text_number(word, 10, &out->ticks[out->known]))
			return false;
		out->known++;
	}
	return out->known > SYSSTAT_IDLE;
}

bool sysstat_next(struct text *text, struct sysstat_cpu *out)
{
	struct sysstat_cpu cpu;
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (take_cpu(line, &cpu)) {
			*out = cpu;
			return true;
		}
	}
	return false;
}

int sysstat_parse(struct text text, struct sysstat *out)
{
	static const struct {
		const char *key;
		size_t at;
	} lines[] = {
		{ "ctxt", offsetof(struct sysstat, switches) },
		{ "processes", offsetof(struct sysstat, forks) },
		{ "procs_running", offsetof(struct sysstat, running) },
		{ "procs_blocked", offsetof(struct sysstat, blocked) },
	};
	enum { LINES = sizeof(lines) / sizeof(lines[0]) };
	struct sysstat stat = { 0 };
	unsigned int seen = 0;
	struct text line, key, value;

	while (text_next(&text, '\n', &line)) {
		if (!text_word(&line, &key) || !text_word(&line, &value))
			continue;
		for (unsigned int i = 0; i < LINES; i++) {
			uint64_t number;

			if (!text_is(key, lines[i].key) || text_number(value, 10, &number))
				continue;
			memcpy((char *)&stat + lines[i].at, &number, sizeof(number));
			seen |= 1U << i;
		}
	}
	if (seen != (1U << LINES) - 1)
		return -EINVAL;
	*out = stat;
	return 0;
}
