/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A deleted file that is still open: what is known of it, and its columns.
 */
#pragma once
#include "row/column.h"

/** Decided by identity, never by the text " (deleted)". */
enum deleted_class {
	CLASS_LIVE,     /**< not deleted after all; in no list */
	CLASS_GONE,     /**< no name left */
	CLASS_REPLACED, /**< no name left, and its old name is another file now */
	CLASS_LINKED,   /**< this name is gone, another hard link lives */
	CLASS_LOWER,    /**< overlay lower-layer file, whited out: frees nothing */
	CLASS_SILLY,    /**< kept by NFS or FUSE under a hidden name */
	CLASS_STALE,    /**< deleted on the NFS server; cannot be read */
	CLASS_TMPFILE,  /**< O_TMPFILE, never had a name */
	CLASS_MEMORY,   /**< memfd, SysV, /dev/zero, secretmem: no disk */
};

/** The word for it, as it is shown. */
struct text class_word(enum deleted_class class);

/** True when it is listed only with --all. */
bool class_is_quiet(enum deleted_class class);

enum deleted_needs {
	NEED_OLD_NAME = 1 << 0,  /**< whether the old name is another file now: walks paths */
	NEED_CONTAINER = 1 << 1, /**< host name and cgroup of its process */
	NEED_USER = 1 << 2,      /**< a name for the uid */
};

struct deleted {
	struct facts facts;
	struct text handle;
	struct command_name command;
	uint64_t size, disk;
	struct text class;
	struct text container;
	struct text path; /**< without the kernel's " (deleted)" */
	uint64_t device, inode, nlink, mode, uid;
	struct text user;
	int64_t since; /**< ctime: deleted no later than this */
	struct texts holders, commands;
	struct text error;
};

enum deleted_column {
	DELETED_HANDLE,
	DELETED_COMMAND,
	DELETED_SIZE,
	DELETED_DISK,
	DELETED_CLASS,
	DELETED_CONTAINER,
	DELETED_PATH,
	DELETED_DEVICE,
	DELETED_INODE,
	DELETED_NLINK,
	DELETED_MODE,
	DELETED_UID,
	DELETED_USER,
	DELETED_SINCE,
	DELETED_HOLDERS,
	DELETED_COMMANDS,
	DELETED_ERROR,
};

extern const struct table deleted_table;
