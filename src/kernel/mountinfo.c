/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/mountinfo.h"

#include <errno.h>
#include <sys/sysmacros.h>

struct text mountinfo_unescape(struct arena *arena, struct text escaped)
{
	for (size_t i = 0; i < escaped.len; i++) {
		uint64_t byte;

		if (escaped.bytes[i] == '\\' && i + 3 < escaped.len &&
		    text_number(text_first(text_from(escaped, i + 1), 3), 8, &byte) == 0 &&
		    byte < 256) {
			obstack_1grow(&arena->stack, (char)byte);
			i += 3;
			continue;
		}
		obstack_1grow(&arena->stack, escaped.bytes[i]);
	}
	size_t len = obstack_object_size(&arena->stack);
	obstack_1grow(&arena->stack, 0);
	return (struct text){ obstack_finish(&arena->stack), len };
}

static int parse_device(struct text text, dev_t *out)
{
	struct text major;
	uint64_t major_number, minor_number;

	if (!text_next(&text, ':', &major) || text_number(major, 10, &major_number) ||
	    text_number(text, 10, &minor_number))
		return -EINVAL;
	*out = makedev((unsigned int)major_number, (unsigned int)minor_number);
	return 0;
}

/** "36 35 98:0 /root /point rw,noatime [optional …] - type source options" */
int mountinfo_parse(struct text line, struct arena *arena, struct mountinfo *out)
{
	struct text id, parent, device, root, point, options, word, type, source;
	uint64_t id_number, parent_number;
	dev_t dev;

	if (!text_next(&line, ' ', &id) || !text_next(&line, ' ', &parent) ||
	    !text_next(&line, ' ', &device) || !text_next(&line, ' ', &root) ||
	    !text_next(&line, ' ', &point) || !text_next(&line, ' ', &options))
		return -EINVAL;
	do {
		if (!text_next(&line, ' ', &word))
			return -EINVAL;
	} while (!text_is(word, "-"));
	if (!text_next(&line, ' ', &type) || !text_next(&line, ' ', &source) ||
	    text_number(id, 10, &id_number) || text_number(parent, 10, &parent_number) ||
	    parse_device(device, &dev))
		return -EINVAL;
	*out = (struct mountinfo){
		.id = (unsigned int)id_number,
		.parent = (unsigned int)parent_number,
		.dev = dev,
		.root = mountinfo_unescape(arena, root),
		.point = mountinfo_unescape(arena, point),
		.options = arena_text(arena, options),
		.type = mountinfo_unescape(arena, type),
		.source = mountinfo_unescape(arena, source),
		.super_options = arena_text(arena, line),
	};
	return 0;
}
