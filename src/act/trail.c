/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/** A copy of more than this part of memory would push others out of the cache. */
enum { LARGE_PART = 8 };

/** So many bytes at a time: a filesystem that places them late still places them together. */
enum { STRETCH = 8 << 20 };

bool trail_is_large(uint64_t bytes)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 && bytes > (uint64_t)info.totalram * info.mem_unit / LARGE_PART;
}

/** Begin, and do not wait. Nothing is said of errors, and so they are left for fsync(2) to say. */
static void send(const struct trail *trail, uint64_t at, uint64_t len)
{
	sync_file_range(trail->fd, (off_t)at, (off_t)len, SYNC_FILE_RANGE_WRITE);
}

int trail_settle(const struct trail *trail, uint64_t at, uint64_t len)
{
	if (!trail->large || !len)
		return 0;
	/* An error is told to each open file once (Documentation/core-api/errseq): here, or never. */
	if (sync_file_range(trail->fd, (off_t)at, (off_t)len,
			    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER) &&
	    (errno == EIO || errno == ENOSPC || errno == EDQUOT))
		return -errno;
	posix_fadvise(trail->fd, (off_t)at, (off_t)len, POSIX_FADV_DONTNEED);
	return 0;
}

/** What was sent before this stretch has had its time: what is left of it is waited for. */
static int settle_sent(struct trail *trail)
{
	uint64_t at = trail->settled;

	trail->settled = trail->sent;
	return trail_settle(trail, at, trail->sent - at);
}

int trail_follow(struct trail *trail, uint64_t end)
{
	/* Behind a truncation it is written from further back again. */
	if (end < trail->sent)
		trail->sent = trail->settled = end;
	if (end - trail->sent < STRETCH)
		return 0;
	send(trail, trail->sent, end - trail->sent);
	int rc = settle_sent(trail);
	trail->sent = end;
	return rc;
}

int trail_finish(struct trail *trail)
{
	send(trail, 0, 0);
	return settle_sent(trail);
}

struct cachestat_range_arg {
	uint64_t off, len;
};

struct cachestat_arg {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

bool trail_is_cold(int fd, uint64_t at, uint64_t len)
{
#ifdef SYS_cachestat
	const long number = SYS_cachestat;
#else
	const long number = 451;
#endif
	struct cachestat_range_arg range = { at, len };
	struct cachestat_arg stat;

	return syscall(number, fd, &range, &stat, 0) == 0 && stat.cached == 0;
}
