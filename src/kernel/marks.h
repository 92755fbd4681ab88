/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What an inotify or fanotify watches, from its fdinfo: proc_pid_fdinfo(5), fs/notify/fdinfo.c.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

enum mark_object {
	MARK_INODE,
	MARK_MOUNT,      /**< fanotify: a mount */
	MARK_FILESYSTEM, /**< fanotify: all of a filesystem, Linux 4.20 */
	MARK_MOUNTS,     /**< fanotify: the mounts of a mount namespace, Linux 6.15 */
};

enum { MARK_HANDLE_MAX = 128 }; /* MAX_HANDLE_SZ */

/** A file as name_to_handle_at(2) tells it; `len` 0: the filesystem gave none. */
struct mark_handle {
	int type;
	unsigned int len;
	unsigned char bytes[MARK_HANDLE_MAX];
};

struct mark {
	enum mark_object object;
	bool fanotify;
	uint32_t wd; /**< inotify: the watch descriptor */
	uint64_t ino;
	dev_t dev; /**< the superblock's; on btrfs not what stat(2) says */
	uint32_t mnt_id;
	uint64_t namespace;     /**< MARK_MOUNTS: its number */
	uint32_t mask, ignored; /**< IN_* or FAN_*: the same bits where both have them */
	struct mark_handle handle;
};

/** Take the next mark off the front of `text`; other lines are skipped. False at the end. */
bool marks_next(struct text *text, struct mark *out);

/**
 * The name of the lowest event in `*mask` without its prefix ("CLOSE_WRITE"), which is then taken out of it.
 * NULL when no named one is left.
 */
const char *marks_event(uint32_t *mask);

/** All that an inotify can be asked for: IN_ALL_EVENTS. */
enum { MARKS_ALL_EVENTS = 0xfff };
