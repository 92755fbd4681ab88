/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/maps.h"

#include <errno.h>
#include <sys/sysmacros.h>

/** "START-END PERMS OFFSET MAJOR:MINOR INODE   NAME" */
static int parse(struct text line, struct mapping *out)
{
	struct text start, end, perms, offset, major, minor, ino;
	uint64_t major_number, minor_number;

	if (!text_next(&line, '-', &start) || !text_next(&line, ' ', &end) ||
	    !text_next(&line, ' ', &perms) || !text_next(&line, ' ', &offset) ||
	    !text_next(&line, ':', &major) || !text_next(&line, ' ', &minor) ||
	    !text_next(&line, ' ', &ino))
		return -EINVAL;
	if (text_number(start, 16, &out->start) || text_number(end, 16, &out->end) ||
	    text_number(offset, 16, &out->offset) || text_number(major, 16, &major_number) ||
	    text_number(minor, 16, &minor_number) || text_number(ino, 10, &out->ino) ||
	    perms.len < 4)
		return -EINVAL;
	while (text_starts(line, " "))
		line = text_from(line, 1);
	out->dev = makedev((unsigned int)major_number, (unsigned int)minor_number);
	out->readable = perms.bytes[0] == 'r';
	out->writable = perms.bytes[1] == 'w';
	out->executable = perms.bytes[2] == 'x';
	out->shared = perms.bytes[3] == 's';
	out->name = line;
	return 0;
}

bool maps_next(struct text *text, struct mapping *out)
{
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (parse(line, out) == 0)
			return true;
	}
	return false;
}
