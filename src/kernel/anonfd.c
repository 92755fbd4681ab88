/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/anonfd.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#include "kernel/fdline.h"

int eventfd_parse(struct text text, struct eventfd *out)
{
	struct eventfd parsed = { 0 };
	uint64_t semaphore = 0;

	if (fdline_number(text, "eventfd-count", 16, &parsed.count))
		return -EINVAL;
	parsed.has_id = fdline_number(text, "eventfd-id", 10, &parsed.id) == 0;
	parsed.semaphore = fdline_number(text, "eventfd-semaphore", 10, &semaphore) == 0 &&
			   semaphore;
	*out = parsed;
	return 0;
}

/** "(SECONDS, NANOSECONDS)"; what is beyond 292 years is as much. */
static int parse_time(struct text text, const char *key, int64_t *ns)
{
	struct text value, seconds_text;
	uint64_t seconds, rest;

	if (!fdline_find(text, key, &value) || !text_starts(value, "(") || !text_ends(value, ")"))
		return -EINVAL;
	value = text_first(text_from(value, 1), value.len - 2);
	if (!text_next(&value, ',', &seconds_text) || text_number(seconds_text, 10, &seconds) ||
	    text_number(fdline_trim(value), 10, &rest))
		return -EINVAL;
	int64_t narrow = seconds > INT64_MAX ? INT64_MAX : (int64_t)seconds;
	int64_t more = rest > INT64_MAX ? INT64_MAX : (int64_t)rest;
	if (__builtin_mul_overflow(narrow, (int64_t)1000000000, ns) ||
	    __builtin_add_overflow(*ns, more, ns))
		*ns = INT64_MAX;
	return 0;
}

int timerfd_parse(struct text text, struct timerfd *out)
{
	struct timerfd parsed = { 0 };
	uint64_t clock;

	if (fdline_number(text, "clockid", 10, &clock) || clock > INT_MAX ||
	    fdline_number(text, "ticks", 10, &parsed.ticks) ||
	    parse_time(text, "it_value", &parsed.value_ns) ||
	    parse_time(text, "it_interval", &parsed.interval_ns))
		return -EINVAL;
	parsed.clock = (int)clock;
	*out = parsed;
	return 0;
}

const char *timerfd_clock(int clock)
{
	static const char *const names[] = {
		[CLOCK_REALTIME] = "CLOCK_REALTIME",
		[CLOCK_MONOTONIC] = "CLOCK_MONOTONIC",
		[CLOCK_BOOTTIME] = "CLOCK_BOOTTIME",
		[CLOCK_REALTIME_ALARM] = "CLOCK_REALTIME_ALARM",
		[CLOCK_BOOTTIME_ALARM] = "CLOCK_BOOTTIME_ALARM",
	};

	if (clock < 0 || (size_t)clock >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[clock];
}

int signalfd_parse(struct text text, uint64_t *mask)
{
	return fdline_number(text, "sigmask", 16, mask) ? -EINVAL : 0;
}

int pidfd_parse(struct text text, struct pidfd *out)
{
	struct text value;
	uint64_t pid;

	if (!fdline_find(text, "Pid", &value))
		return -EINVAL;
	if (text_is(value, "-1")) {
		*out = (struct pidfd){ .state = PIDFD_ENDED };
		return 0;
	}
	if (text_number(value, 10, &pid) || pid > INT_MAX)
		return -EINVAL;
	*out = (struct pidfd){ pid ? PIDFD_KNOWN : PIDFD_FOREIGN, (unsigned int)pid };
	return 0;
}

int userfaultfd_parse(struct text text, struct userfaultfd *out)
{
	struct userfaultfd parsed;

	if (fdline_number(text, "pending", 10, &parsed.pending) ||
	    fdline_number(text, "total", 10, &parsed.total))
		return -EINVAL;
	*out = parsed;
	return 0;
}

static uint32_t small(struct text text, const char *key)
{
	uint64_t number = 0;

	if (fdline_number(text, key, 10, &number) || number > UINT32_MAX)
		return 0;
	return (uint32_t)number;
}

/** How far a tail is ahead of its head, both of which count on past 2^32. */
static uint32_t ahead(struct text text, const char *head, const char *tail, uint64_t entries)
{
	uint32_t count = small(text, tail) - small(text, head);

	return count <= entries ? count : (uint32_t)entries;
}

int uring_parse(struct text text, struct uring *out)
{
	struct uring parsed = { 0 };
	uint64_t files, sq, cq;

	if (fdline_number(text, "UserFiles", 10, &files) || files > UINT32_MAX)
		return -EINVAL;
	parsed.files = (uint32_t)files;
	parsed.buffers = small(text, "UserBufs");
	if (fdline_number(text, "SqMask", 16, &sq) == 0 && sq < UINT32_MAX &&
	    fdline_number(text, "CqMask", 16, &cq) == 0 && cq < UINT32_MAX) {
		parsed.has_queues = true;
		parsed.entries = (uint32_t)sq + 1;
		parsed.submitted = ahead(text, "SqHead", "SqTail", sq + 1);
		parsed.completed = ahead(text, "CqHead", "CqTail", cq + 1);
	}
	*out = parsed;
	return 0;
}
