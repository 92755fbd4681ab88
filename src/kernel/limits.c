/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/limits.h"

#include <errno.h>

/** "Max open files            1024                 1048576              files     " */
enum { NAME_WIDTH = 26, NUMBER_WIDTH = 21 };

/* clang-format off */
static const char *const names[RLIM_NLIMITS] = {
	[RLIMIT_CPU]        = "Max cpu time",
	[RLIMIT_FSIZE]      = "Max file size",
	[RLIMIT_DATA]       = "Max data size",
	[RLIMIT_STACK]      = "Max stack size",
	[RLIMIT_CORE]       = "Max core file size",
	[RLIMIT_RSS]        = "Max resident set",
	[RLIMIT_NPROC]      = "Max processes",
	[RLIMIT_NOFILE]     = "Max open files",
	[RLIMIT_MEMLOCK]    = "Max locked memory",
	[RLIMIT_AS]         = "Max address space",
	[RLIMIT_LOCKS]      = "Max file locks",
	[RLIMIT_SIGPENDING] = "Max pending signals",
	[RLIMIT_MSGQUEUE]   = "Max msgqueue size",
	[RLIMIT_NICE]       = "Max nice priority",
	[RLIMIT_RTPRIO]     = "Max realtime priority",
	[RLIMIT_RTTIME]     = "Max realtime timeout",
};
/* clang-format on */

static struct text trimmed(struct text text)
{
	while (text_ends(text, " "))
		text.len--;
	return text;
}

static int take_number(struct text text, uint64_t *ret)
{
	text = trimmed(text);
	if (text_is(text, "unlimited")) {
		*ret = LIMITS_NONE;
		return 0;
	}
	return text_number(text, 10, ret);
}

static int take(struct text line, struct limits *out, unsigned int *seen)
{
	struct text name = trimmed(text_first(line, NAME_WIDTH));
	struct text numbers = text_from(line, NAME_WIDTH);

	for (unsigned int i = 0; i < RLIM_NLIMITS; i++) {
		if (!text_is(name, names[i]))
			continue;
		*seen |= 1U << i;
		return take_number(text_first(numbers, NUMBER_WIDTH), &out->soft[i]) ||
				       take_number(text_first(text_from(numbers, NUMBER_WIDTH),
							      NUMBER_WIDTH),
						   &out->hard[i]) ?
			       -EINVAL :
			       0;
	}
	return 0;
}

int limits_parse(struct text text, struct limits *out)
{
	struct limits limits;
	unsigned int seen = 0;
	struct text line;

	if (!text_next(&text, '\n', &line)) /* the heading */
		return -EINVAL;
	while (text_next(&text, '\n', &line)) {
		if (take(line, &limits, &seen))
			return -EINVAL;
	}
	if (seen != (1U << RLIM_NLIMITS) - 1)
		return -EINVAL;
	*out = limits;
	return 0;
}
