/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/netdev.h"

/** Numbers in either half of a line, of which the first four are known everywhere. */
enum { WAY_NUMBERS = 8 };

static bool take_way(struct text *line, struct netdev_way *out)
{
	uint64_t numbers[WAY_NUMBERS];
	struct text word;

	for (unsigned int i = 0; i < WAY_NUMBERS; i++) {
		if (!text_word(line, &word) || text_number(word, 10, &numbers[i]))
			return false;
	}
	*out = (struct netdev_way){ numbers[0], numbers[1], numbers[2], numbers[3] };
	return true;
}

/** "    lo:  102720    1748    0    0    0     0          0         0 …": a name has no blank, but may have ':' */
static bool take(struct text line, struct netdev *out)
{
	struct text name;

	if (!text_word(&line, &name))
		return false;
	if (!text_ends(name, ":")) {
		/* A wide number stands right behind the name. */
		const char *colon = memrchr(name.bytes, ':', name.len);

		if (!colon)
			return false;
		size_t len = (size_t)(colon - name.bytes) + 1;
		line = (struct text){ name.bytes + len, line.len + name.len - len };
		name.len = len;
	}
	out->name = text_first(name, name.len - 1);
	return out->name.len && take_way(&line, &out->received) && take_way(&line, &out->sent);
}

bool netdev_next(struct text *text, struct netdev *out)
{
	struct netdev found;
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (take(line, &found)) {
			*out = found;
			return true;
		}
	}
	return false;
}
