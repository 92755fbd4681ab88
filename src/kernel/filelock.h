/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A lock or lease on a file, as fdinfo (`lock:` lines, since Linux 4.1) and /proc/locks write it:
 * proc_locks(5), lock_get_status in fs/locks.c.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

enum filelock_type {
	FILELOCK_FLOCK, /**< flock(2) */
	FILELOCK_POSIX, /**< fcntl(2) F_SETLK */
	FILELOCK_OFD,   /**< fcntl(2) F_OFD_SETLK: nobody's process, pid -1 */
	FILELOCK_LEASE, /**< fcntl(2) F_SETLEASE */
	FILELOCK_DELEG, /**< the NFS server's delegation */
};

enum filelock_state {
	FILELOCK_HELD,
	FILELOCK_BREAKING, /**< a lease that somebody wants to be given back */
	FILELOCK_BREAKER,  /**< who wants it */
};

struct filelock {
	enum filelock_type type;
	enum filelock_state state;
	bool write;   /**< else it is for reading; of a lease that breaks, what it is to become */
	bool unlock;  /**< a lease that is to be given up altogether */
	bool blocked; /**< it waits for the lock before it: only in /proc/locks */
	bool to_end;  /**< from `start` on, however long the file grows */
	unsigned int pid; /**< 0: not a process's, or one of another PID namespace */
	dev_t dev;        /**< the superblock's; on btrfs not what stat(2) says */
	uint64_t ino;
	uint64_t start, end; /**< bytes, both of them locked */
};

/** Parse what stands behind "lock:\t", or a line of /proc/locks. 0, or -EINVAL. */
int filelock_parse(struct text line, struct filelock *out);

/**
 * Take the next lock off the front of a text of fdinfo; only where the kernel writes them, before what
 * the kind of file says. False at the end.
 */
bool filelock_next(struct text *fdinfo, struct filelock *out);

/** "flock", "posix", "ofd", "lease", "deleg" */
const char *filelock_word(enum filelock_type type);
