/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/cpulist.h"

#include <errno.h>

/** More than any kernel has: a list that says so is none. */
enum { CPULIST_MAX = 1 << 20 };

static int number(struct text text, uint64_t *ret)
{
	return text_number(text, 10, ret) || *ret > CPULIST_MAX ? -EINVAL : 0;
}

/** "2/8": of every eight two. */
static int count_groups(struct text groups, uint64_t length, uint64_t *ret)
{
	struct text used_text;
	uint64_t used, size;

	if (!text_next(&groups, '/', &used_text) || number(used_text, &used) ||
	    number(groups, &size) || !used || used > size)
		return -EINVAL;
	uint64_t rest = length % size;
	*ret = length / size * used + (rest < used ? rest : used);
	return 0;
}

static int count_range(struct text range, uint64_t *ret)
{
	struct text span, first_text;
	uint64_t first, last;

	if (!text_next(&range, ':', &span) || !text_next(&span, '-', &first_text) ||
	    number(first_text, &first))
		return -EINVAL;
	last = first;
	if (span.len && (number(span, &last) || last < first))
		return -EINVAL;
	*ret = last - first + 1;
	return range.len ? count_groups(range, *ret, ret) : 0;
}

int cpulist_count(struct text list, uint64_t *ret)
{
	struct text range;
	uint64_t all = 0, some;

	while (text_next(&list, ',', &range)) {
		if (count_range(range, &some))
			return -EINVAL;
		all += some;
	}
	*ret = all;
	return 0;
}
