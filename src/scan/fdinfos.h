/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The fdinfo that cannot be read without waiting for somebody. That of an epoll waits for its mutex
 * (ep->mtx in fs/eventpoll.c), which is held while epoll_wait writes to its caller's memory: a page
 * fault that nobody answers keeps it for ever, and whoever reads meanwhile cannot even be killed. Those
 * of a tun interface and of BPF links wait for the networks' lock (rtnl_lock), of which the same is
 * true under an ethtool ioctl. So they are read in a helper process, many at once.
 */
#pragma once
#include "scan/source.h"

enum {
	FDINFOS_TEXT_MAX = 1 << 20,  /**< bytes kept of one: of an epoll some 13 000 descriptors */
	FDINFOS_TEXTS_MAX = 64 << 20 /**< and of all in one call */
};

struct fdinfo_answer {
	bool answered;    /**< false: it is being kept from us */
	int rc;           /**< 0; -errno: gone, denied; -ESTALE: another file by now */
	struct text text; /**< in the arena; whole lines, cut where it is too long */
	uint64_t watched; /**< of an epoll: its descriptors in all, the cut ones too */
};

/** True when the fdinfo of a file with this link text is to be read here, and nowhere else. */
bool fdinfos_may_wait(struct text link);

/**
 * Read the fdinfo of `count` descriptors into `ret`, of each only if it still is that file. 0, or -errno
 * when no helper could be made.
 */
int fdinfos_read(const struct source *source, const struct open_file *const *files, size_t count,
		 struct arena *arena, struct fdinfo_answer *ret);
