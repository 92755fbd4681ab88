/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pidstat.h"

#include <errno.h>

#include "kernel/procfile.h"

/** Fields behind the comm are numbered from 3, as in the manual page. */
enum { FIELD_STATE = 3, FIELD_PPID = 4, FIELD_FLAGS = 9, FIELD_THREADS = 20, FIELD_START = 22 };

int pidstat_parse(struct text text, struct pidstat *out)
{
	const char *open = text.len ? memchr(text.bytes, '(', text.len) : NULL;
	const char *end = text.len ? memrchr(text.bytes, ')', text.len) : NULL;
	uint64_t numbers[FIELD_START + 1] = { 0 };
	struct text word, rest;

	if (!open || !end || end < open)
		return -EINVAL;
	rest = text_from(text, (size_t)(end - text.bytes) + 2);
	struct text state = text_first(rest, 1);
	for (unsigned int field = FIELD_STATE; field <= FIELD_START; field++) {
		if (!text_next(&rest, ' ', &word))
			return -EINVAL;
		/* Negative numbers (tty, priority) stay 0: nobody here asks for them. */
		if (text_number(word, 10, &numbers[field]) == -ERANGE)
			return -EINVAL;
	}
	if (!state.len)
		return -EINVAL;
	*out = (struct pidstat){
		.comm = { open + 1, (size_t)(end - open) - 1 },
		.state = state.bytes[0],
		.ppid = (unsigned int)numbers[FIELD_PPID],
		.flags = (unsigned int)numbers[FIELD_FLAGS],
		.threads = (unsigned int)numbers[FIELD_THREADS],
		.start = numbers[FIELD_START],
	};
	return 0;
}

int pidstat_read(int dirfd, char *buffer, struct pidstat *out)
{
	ssize_t len = procfile_read(dirfd, "stat", buffer, PIDSTAT_MAX);

	if (len < 0)
		return (int)len;
	return pidstat_parse((struct text){ buffer, (size_t)len }, out);
}
