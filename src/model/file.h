/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One open file of one process: what is known of it, and its columns.
 */
#pragma once
#include "base/arena.h"
#include "row/column.h"

/** What must be found out for a column. */
enum file_needs {
	FILE_NEED_IDENTITY = 1 << 0, /**< which inode it is */
	FILE_NEED_ACCESS = 1 << 1,   /**< what it may be used for */
	FILE_NEED_STATE = 1 << 2,    /**< offset */
	FILE_NEED_KIND = 1 << 3,     /**< sockets: which protocol */
	FILE_NEED_DETAIL = 1 << 4,   /**< what only this kind has */
	FILE_NEED_PEERS = 1 << 5,    /**< who is at the other end */
	FILE_NEED_LOCKS = 1 << 6,    /**< locks and leases */
	FILE_NEED_CLASS = 1 << 7,    /**< whether its old name is another file now: walks paths */
	FILE_NEED_OWNER = 1 << 8,    /**< who runs the process */
	FILE_NEED_USER = 1 << 9,     /**< a name for that */
	FILE_NEED_CONTAINER = 1 << 10,
	FILE_NEED_FLAGS = 1 << 11,
	FILE_NEED_NAMED = 1 << 12, /**< which inode it is, if it has a path */
	FILE_NEED_DISK = 1 << 13,  /**< how much it takes on disk */
};

struct file {
	struct facts facts;
	struct text handle;
	struct text access;
	struct text kind;
	uint64_t size, pos;
	struct text name; /**< the path, or the detail of what has none */
	uint64_t pid, tid;
	struct text command;
	uint64_t uid;
	struct text user;
	struct text use;
	uint64_t fd;
	struct text flags;
	uint64_t disk, device, inode, nlink, mode, mount;
	struct text class;
	struct text path; /**< without the kernel's " (deleted)" */
	struct text detail;
	struct texts peers;
	struct text locks;
	struct text container;
	struct text error;
};

enum file_column {
	FILE_HANDLE,
	FILE_ACCESS,
	FILE_KIND,
	FILE_SIZE,
	FILE_POS,
	FILE_NAME,
	FILE_PID,
	FILE_TID,
	FILE_COMMAND,
	FILE_UID,
	FILE_USER,
	FILE_USE,
	FILE_FD,
	FILE_FLAGS,
	FILE_DISK,
	FILE_DEVICE,
	FILE_INODE,
	FILE_NLINK,
	FILE_MODE,
	FILE_MOUNT,
	FILE_CLASS,
	FILE_PATH,
	FILE_DETAIL,
	FILE_PEERS,
	FILE_LOCKS,
	FILE_CONTAINER,
	FILE_ERROR,
};

extern const struct table file_table;

/** Open flags as lsfd(1) writes them: "wronly,append,cloexec"; in the arena. */
struct text file_flags(uint32_t flags, struct arena *arena);

/** The word of how a process uses it: fd cwd root exe map ring. */
struct text file_use(unsigned int use);
