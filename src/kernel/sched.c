/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched.h"

#include <errno.h>

/** "23246520.871420": milliseconds, and six digits of nanoseconds behind them. */
static int parse_ms(struct text value, uint64_t *ret_ns)
{
	struct text whole;
	uint64_t ms, ns;

	if (!text_next(&value, '.', &whole) || value.len != 6 || text_number(whole, 10, &ms) ||
	    text_number(value, 10, &ns) || ms > UINT64_MAX / 1000000 - 1)
		return -EINVAL;
	*ret_ns = ms * 1000000 + ns;
	return 0;
}

static struct text without_blanks(struct text text)
{
	while (text.len && *text.bytes == ' ')
		text = text_from(text, 1);
	while (text_ends(text, " "))
		text = text_first(text, text.len - 1);
	return text;
}

int sched_last_ran(struct text text, uint64_t *ret_ns)
{
	struct text line, key;

	/* The first line has the comm in it, which may hold anything, newlines too. */
	const char *ruler = text.len ? memmem(text.bytes, text.len, "\n-----", 6) : NULL;
	if (!ruler)
		return -EINVAL;
	text = text_from(text, (size_t)(ruler - text.bytes) + 1);
	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key) || !text_is(without_blanks(key), "se.exec_start"))
			continue;
		return parse_ms(without_blanks(line), ret_ns);
	}
	return -EINVAL;
}

const char *sched_policy_word(unsigned int policy)
{
	static const char *const words[] = { "SCHED_OTHER",    "SCHED_FIFO", "SCHED_RR",
					     "SCHED_BATCH",    NULL,         "SCHED_IDLE",
					     "SCHED_DEADLINE", "SCHED_EXT" };

	return policy < sizeof(words) / sizeof(words[0]) ? words[policy] : NULL;
}
