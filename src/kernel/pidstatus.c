/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pidstatus.h"

#include <errno.h>

#include "kernel/procfile.h"

/** What stands behind the blanks that follow the colon. */
static struct text value_of(struct text line)
{
	while (line.len && (*line.bytes == '\t' || *line.bytes == ' '))
		line = text_from(line, 1);
	return line;
}

static int take_number(struct text value, unsigned int base, uint64_t limit, uint64_t *ret)
{
	return text_number(value, base, ret) || *ret > limit ? -EINVAL : 0;
}

/** "NSpid:	4090	7	1": from the reader's namespace to its own. */
static int take_inner(struct text value, struct pidstatus *out)
{
	struct text word;
	uint64_t number = 0;

	while (text_next(&value, '\t', &word)) {
		if (take_number(word, 10, UINT32_MAX, &number))
			return -EINVAL;
	}
	out->inner_pid = (unsigned int)number;
	return 0;
}

static int take(struct text key, struct text value, struct pidstatus *out)
{
	uint64_t number;

	if (text_is(key, "State")) {
		out->state = value.len ? *value.bytes : 0;
		return 0;
	}
	if (text_is(key, "TracerPid")) {
		if (take_number(value, 10, UINT32_MAX, &number))
			return -EINVAL;
		out->tracer = (unsigned int)number;
		return 0;
	}
	if (text_is(key, "NSpid"))
		return take_inner(value, out);
	if (text_is(key, "SigPnd"))
		return take_number(value, 16, UINT64_MAX, &out->pending);
	if (text_is(key, "ShdPnd"))
		return take_number(value, 16, UINT64_MAX, &out->shared_pending);
	return 0;
}

int pidstatus_parse(struct text text, struct pidstatus *out)
{
	struct pidstatus status = { 0 };
	struct text line, key;

	/* Somebody in thousands of groups has a line longer than any buffer. */
	const char *end = text.len ? memrchr(text.bytes, '\n', text.len) : NULL;
	text = text_first(text, end ? (size_t)(end - text.bytes) : 0);
	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key))
			continue;
		if (take(key, value_of(line), &status))
			return -EINVAL;
	}
	if (!status.state)
		return -EINVAL;
	*out = status;
	return 0;
}

int pidstatus_read(int dirfd, const char *name, struct pidstatus *out)
{
	char buffer[PIDSTATUS_MAX];
	ssize_t len = procfile_read(dirfd, name, buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	return pidstatus_parse((struct text){ buffer, (size_t)len }, out);
}
