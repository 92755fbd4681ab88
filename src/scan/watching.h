/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What epolls watch. Their fdinfo waits for a mutex (ep->mtx in fs/eventpoll.c) that is held while
 * epoll_wait writes to its caller's memory: a page fault that somebody does not answer keeps it for
 * ever, and whoever reads then cannot even be killed. So it is read in a helper process.
 */
#pragma once
#include "scan/source.h"

enum {
	WATCHING_TEXT_MAX = 1 << 20,  /**< bytes kept of one epoll: some 13 000 descriptors */
	WATCHING_TEXTS_MAX = 64 << 20 /**< and of all in one call */
};

struct watching {
	bool answered;      /**< false: it is being kept from us */
	int rc;             /**< 0; -errno: gone, denied, or no epoll any more */
	struct text fdinfo; /**< in the arena; whole lines, cut where it is too long */
	uint64_t watched;   /**< descriptors in all, the cut ones too */
};

/** Read the fdinfo of `count` epolls into `ret`. 0, or -errno when no helper could be made. */
int watching_read(const struct source *source, const struct open_file *const *epolls, size_t count,
		  struct arena *arena, struct watching *ret);
