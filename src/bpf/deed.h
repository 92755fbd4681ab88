/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the programs that tell of deeds as they happen and those who read them agree on: a record in the
 * ring for each, and what lies behind it.
 */
#pragma once

enum deed_op {
	DEED_OPEN = 1,
	DEED_CLOSE,
	DEED_DELETE,
	DEED_RENAME,
	DEED_EXEC,
	DEED_EXIT,
	DEED_TAKE, /**< a descriptor has become another file's without an open: dup(2), socket(2) */
	DEED_BEGIN, /**< no deed: the names of one whose end is still to come */
};

enum deed_is {
	DEED_CUT = 1 << 0,    /**< some name of it is longer than there was room for */
	DEED_UNREAD = 1 << 1, /**< a name of it was on a page that was not in RAM */
	DEED_BELOW = 1 << 2,  /**< it, or where its name begins, lies below a directory asked for */
	DEED_WATCHED = 1 << 3,  /**< its process is one of those asked for */
	DEED_ENDS = 1 << 4,     /**< it has begun before, and its names were told then: `begun` */
	DEED_NAMELESS = 1 << 5, /**< a socket, a pipe, …: its path says nothing */
	DEED_BESIDE = 1 << 6,   /**< it lies in the directory of a file asked for */
	DEED_PLACED = 1 << 7,   /**< it is known where it lies, be it the root */
	DEED_OUR_ROOT = 1 << 8, /**< its process sees the same root directory as who watches */
	DEED_ADRIFT = 1 << 9,   /**< a name of it begins where there is nothing */
};

/**
 * The parts behind a record, each so long as `len` says. A place is told as the names on the way from
 * it up to the root of its mount namespace, each ended by NUL.
 */
enum deed_part {
	DEED_PLACE,    /**< of the file itself */
	DEED_NAME,     /**< as somebody wrote it */
	DEED_BASE,     /**< the place that this name begins at */
	DEED_NEW_NAME, /**< the same of what it is renamed to */
	DEED_NEW_BASE,
	DEED_NATURE, /**< of what lies in no directory: struct deed_nature, and the name it has, to a NUL */
	DEED_PARTS,
};

/** Of a DEED_NAMELESS; all that there is behind its record. */
struct deed_nature {
	unsigned long long ino, magic; /**< the kind of its filesystem: bpf/magic.h */
};

enum { DEED_COMM = 16 };

struct deed_record {
	unsigned long long at_ns; /**< CLOCK_MONOTONIC */
	unsigned long long begun; /**< DEED_BEGIN, DEED_ENDS: which */
	unsigned int pid, tid;    /**< in the PID namespace of who watches; 0: not in that */
	char comm[DEED_COMM];
	unsigned short op;  /**< enum deed_op */
	unsigned short is;  /**< enum deed_is */
	int fd;             /**< or -1 */
	int error;          /**< 0, -errno; DEED_EXIT: the status as wait(2) has it */
	unsigned int flags; /**< O_* */
	unsigned short len[DEED_PARTS];
};

/** What is told at all. */
enum deed_wants {
	DEED_WANT_CHILDREN = 1 << 0, /**< children of the processes in the map come into it */
	DEED_WANT_FAILED = 1 << 1,   /**< nothing but failures */
	DEED_WANT_WRITES = 1 << 2, /**< nothing but what is opened for writing, renamed, deleted */
	DEED_WANT_BELOW = 1 << 3,  /**< nothing but what lies below directory 0 */
};

/** A process in the map: waits for its next exec, or is told of. */
enum deed_state { DEED_PENDING = 1, DEED_ACTIVE = 2 };

enum {
	DEED_TREES = 8,         /**< directories and files asked for, at most */
	DEED_CLOSING = 1024,    /**< closings at a time of which is told how they end */
	DEED_PROCESSES = 16384, /**< in the map at most */
	DEED_RING = 16 << 20,   /**< bytes */
	DEED_PATH_MAX = 4096,
	DEED_RECORD_MAX = 4 * DEED_PATH_MAX, /**< with its parts */
};
