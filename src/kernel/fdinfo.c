/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fdinfo.h"

#include <errno.h>
#include <stdio.h>

#include "kernel/procfile.h"

static struct text trimmed(struct text text)
{
	while (text.len && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
		text = text_from(text, 1);
	return text;
}

static int take(struct text key, struct text value, struct fdinfo *out)
{
	uint64_t number = 0;

	if (text_is(key, "flags")) {
		if (text_number(value, 8, &number))
			return -EINVAL;
		out->flags = (uint32_t)number;
		return 0;
	}
	if (text_is(key, "pos"))
		return text_number(value, 10, &out->pos);
	if (text_is(key, "ino"))
		return text_number(value, 10, &out->ino);
	if (text_is(key, "mnt_id") && text_number(value, 10, &number) == 0)
		out->mnt_id = (uint32_t)number;
	if (text_is(key, "scm_fds") && text_number(value, 10, &number) == 0)
		out->in_flight = (uint32_t)number;
	if (text_is(key, "UserFiles") && text_number(value, 10, &number) == 0)
		out->user_files = (uint32_t)number;
	return 0;
}

int fdinfo_parse(struct text text, struct fdinfo *out)
{
	struct fdinfo info = { 0 };
	bool flags = false;
	struct text line, key;

	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key))
			continue;
		if (take(key, trimmed(line), &info))
			return -EINVAL;
		flags |= text_is(key, "flags");
	}
	if (!flags)
		return -EINVAL;
	*out = info;
	return 0;
}

int fdinfo_read(int procfd, unsigned int n, struct fdinfo *out)
{
	char path[32], bytes[FDINFO_MAX];

	snprintf(path, sizeof(path), "fdinfo/%u", n);
	ssize_t len = procfile_read(procfd, path, bytes, sizeof(bytes));
	if (len < 0)
		return (int)len;
	return fdinfo_parse((struct text){ bytes, (size_t)len }, out);
}
