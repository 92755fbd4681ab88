/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What an epoll watches, from its fdinfo: proc_pid_fdinfo(5), ep_show_fdinfo in fs/eventpoll.c. `ino` and
 * `sdev` tell which file it really is, also after its number was given to another. Reading that file
 * waits for a mutex that the epoll's owner can hold for ever: see scan/fdinfos.h.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

struct epoll_watch {
	unsigned int fd; /**< the number it had when it was added */
	uint32_t events; /**< EPOLL* */
	bool has_file;   /**< `ino` and `dev` are told: since Linux 4.13 */
	uint64_t ino;
	dev_t dev; /**< the superblock's; on btrfs not what stat(2) says */
};

/** Take the next watched descriptor off the front of `text`; other lines are skipped. False at the end. */
bool epoll_next(struct text *text, struct epoll_watch *out);
