/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * POSIX message queues, mq_overview(7). Their descriptors look like those of regular files "/NAME", and
 * the mount they come from is mostly in nobody's mountinfo; only the filesystem itself says what it is.
 */
#pragma once
#include "scan/mounts.h"
#include "scan/source.h"

struct queue {
	bool is_queue;
	bool has_count; /**< the figures are known: who may not borrow a descriptor gets none */
	uint64_t messages, messages_max;
	uint64_t message_bytes; /**< each at most */
};

/** True when it is worth asking: an mqueue file has 80 bytes and no blocks (ipc/mqueue.c). */
bool queues_may_be(const struct open_file *file);

/**
 * Which of `files` are message queues, and how full, into `ret`. What may hang is asked in a helper;
 * the figures come from mq_getattr(3) on a borrowed descriptor, which changes nothing. 0 or -errno.
 */
int queues_read(const struct source *source, struct mounts *mounts,
		const struct open_file *const *files, size_t count, struct queue *ret);
