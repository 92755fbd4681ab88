/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a copy leaves behind it: bytes on their way to the disk while the next ones are copied and
 * compared, and, where it is large, no pages in the cache that others need. sync_file_range(2).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct trail {
	int fd;           /**< of the copy */
	bool large;       /**< drop the cache behind it */
	uint64_t sent;    /**< below this the disk has been told to begin */
	uint64_t settled; /**< large: below this all is on the disk, and out of the cache */
};

/** True when so many bytes would push others out of the cache. */
bool trail_is_large(uint64_t bytes);

/**
 * The copy is written up to `end`: let the disk begin with what is enough to be worth it. 0, or -errno
 * when it could not write what it was given earlier, which fsync(2) would not say again.
 */
int trail_follow(struct trail *trail, uint64_t end);

/** All is written: let the disk begin with the rest. 0 or -errno, as trail_follow. */
int trail_finish(struct trail *trail);

/** These bytes were read, or written, once more: large, they leave the cache. 0 or -errno, likewise. */
int trail_settle(const struct trail *trail, uint64_t at, uint64_t len);

/** True when nothing of this range of `fd` is in the page cache: cachestat(2), Linux 6.5. */
bool trail_is_cold(int fd, uint64_t at, uint64_t len);
