/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/pidstat.h"

#include <errno.h>

#include "kernel/procfile.h"

/** Fields behind the comm are numbered from 3, as in the manual page. */
enum {
	FIELD_STATE = 3,
	FIELD_PPID = 4,
	FIELD_PGRP = 5,
	FIELD_SESSION = 6,
	FIELD_TTY = 7,
	FIELD_TPGID = 8,
	FIELD_FLAGS = 9,
	FIELD_MINFLT = 10,
	FIELD_MAJFLT = 12,
	FIELD_UTIME = 14,
	FIELD_STIME = 15,
	FIELD_CUTIME = 16,
	FIELD_CSTIME = 17,
	FIELD_PRIORITY = 18,
	FIELD_NICE = 19,
	FIELD_THREADS = 20,
	FIELD_START = 22,
	FIELD_VSIZE = 23,
	FIELD_RSS = 24,
	FIELD_PROCESSOR = 39,
	FIELD_RT_PRIORITY = 40,
	FIELD_POLICY = 41,
	FIELD_BLKIO = 42,
	FIELD_EXIT_CODE = 52,
	FIELD_COUNT,
};

/** A number that may be negative: tty, priority, nice. */
static int take_number(struct text word, uint64_t *ret)
{
	bool negative = text_starts(word, "-");
	uint64_t number = 0;

	if (text_number(text_from(word, negative), 10, &number) == -ERANGE)
		return -EINVAL;
	*ret = negative ? -number : number;
	return 0;
}

/** Take the words behind the comm. How far they went; less than the start is no stat line. */
static unsigned int take_fields(struct text rest, uint64_t numbers[FIELD_COUNT])
{
	unsigned int field = FIELD_STATE;
	struct text word;

	while (field < FIELD_COUNT && text_next(&rest, ' ', &word)) {
		if (text_ends(word, "\n"))
			word.len--;
		if (take_number(word, &numbers[field]))
			return 0;
		field++;
	}
	return field - 1;
}

static void fill(const uint64_t numbers[FIELD_COUNT], struct pidstat *out)
{
	out->ppid = (unsigned int)numbers[FIELD_PPID];
	out->pgrp = (int)numbers[FIELD_PGRP];
	out->session = (int)numbers[FIELD_SESSION];
	out->tty = (unsigned int)numbers[FIELD_TTY];
	out->tpgid = (int)numbers[FIELD_TPGID];
	out->flags = (unsigned int)numbers[FIELD_FLAGS];
	out->threads = (unsigned int)numbers[FIELD_THREADS];
	out->minflt = numbers[FIELD_MINFLT];
	out->majflt = numbers[FIELD_MAJFLT];
	out->utime = numbers[FIELD_UTIME];
	out->stime = numbers[FIELD_STIME];
	out->cutime = numbers[FIELD_CUTIME];
	out->cstime = numbers[FIELD_CSTIME];
	out->priority = (int)numbers[FIELD_PRIORITY];
	out->nice = (int)numbers[FIELD_NICE];
	out->start = numbers[FIELD_START];
	out->vsize = numbers[FIELD_VSIZE];
	out->rss_pages = numbers[FIELD_RSS];
	out->processor = (int)numbers[FIELD_PROCESSOR];
	out->rt_priority = (unsigned int)numbers[FIELD_RT_PRIORITY];
	out->policy = (unsigned int)numbers[FIELD_POLICY];
	out->blkio_ticks = numbers[FIELD_BLKIO];
	out->exit_code = (int)numbers[FIELD_EXIT_CODE];
}

int pidstat_parse(struct text text, struct pidstat *out)
{
	const char *open = text.len ? memchr(text.bytes, '(', text.len) : NULL;
	const char *end = text.len ? memrchr(text.bytes, ')', text.len) : NULL;
	uint64_t numbers[FIELD_COUNT] = { 0 };

	if (!open || !end || end < open)
		return -EINVAL;
	struct text rest = text_from(text, (size_t)(end - text.bytes) + 2);
	unsigned int last = take_fields(rest, numbers);
	if (last < FIELD_START || !rest.len || *rest.bytes == ' ')
		return -EINVAL;
	*out = (struct pidstat){
		.comm = { open + 1, (size_t)(end - open) - 1 },
		.state = rest.bytes[0],
		.has_tail = last >= FIELD_EXIT_CODE,
	};
	fill(numbers, out);
	return 0;
}

int pidstat_read(int dirfd, char *buffer, struct pidstat *out)
{
	ssize_t len = procfile_read_record(dirfd, "stat", buffer, PIDSTAT_MAX);

	if (len < 0)
		return (int)len;
	return pidstat_parse((struct text){ buffer, (size_t)len }, out);
}
