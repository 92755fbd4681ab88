/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/mountinfo: proc_pid_mountinfo(5). Blanks, tabs, newlines and backslashes in its names are
 * written in octal: \040 \011 \012 \134.
 */
#pragma once
#include <sys/types.h>

#include "base/arena.h"
#include "base/text.h"

struct mountinfo {
	unsigned int id; /**< what statx(2) calls stx_mnt_id */
	unsigned int parent;
	dev_t dev;           /**< the superblock's; on btrfs not what stat(2) says of its files */
	struct text root;    /**< which directory of the filesystem is mounted */
	struct text point;   /**< where, as seen from the root of the process that was asked */
	struct text options; /**< of the mount: "rw,relatime" */
	struct text type;    /**< "ext4", "fuse.sshfs" */
	struct text source;
	struct text super_options; /**< of the filesystem; not turned back from octal */
};

/** Parse one line; the names are put into the arena. 0 or -EINVAL. */
int mountinfo_parse(struct text line, struct arena *arena, struct mountinfo *out);

/** Turn \NNN back into bytes, in the arena. */
struct text mountinfo_unescape(struct arena *arena, struct text escaped);
