/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which open files the targets of a command line mean: a handle, all of a process, a file by its
 * identity under whatever name, a directory tree, a filesystem, a port.
 */
#pragma once
#include "ask/tree.h"
#include "scan/sockets.h"

struct meaning_of_wish;

struct meant {
	struct scope *scope;
	struct mounts *mounts;
	struct meaning_of_wish *meanings; /**< one a wish; in the arena */
	struct sockets *sockets;          /**< NULL: no wish is about any */
	unsigned int
		socket_kinds; /**< of those the tables that were read: a bit 1 << SOCKET_… each */
	const struct inquiry *inquiry;
};

/**
 * Find out what the wishes of `scope` mean. 0, or -errno and a message. meant_end frees, in any case.
 */
int meant_begin(const struct inquiry *inquiry, struct scope *scope, struct mounts *mounts,
		struct arena *arena, struct meant *ret, struct error *err);

/** Note in `outcome` how many network namespaces could not be read, and free. */
void meant_end(struct meant *meant, struct outcome *outcome);

/** The inodes of all sockets that are meant, ascending, when nothing else is; false: something else is. */
bool meant_only_sockets(const struct meant *meant, struct arena *arena, uint64_t **ret,
			size_t *count);

/**
 * True when some wish means `file`, open in `process`; every wish that does counts a match. Without
 * wishes everything is meant.
 */
bool meant_has(const struct meant *meant, const struct process *process,
	       const struct open_file *file);

/** The file that a path wish names; a symlink names what it leads to. */
const struct inode *meant_inode(const struct wish *wish);

/** Its path, likewise. */
struct text meant_path(const struct wish *wish);

/** True when only what has a path can be meant: no pipe, socket or the like. */
bool meant_only_named(const struct meant *meant);

/** The only wish, when it means one file and nothing else; else NULL. */
const struct wish *meant_one_file(const struct meant *meant);

/** The trees that wish `index` means; none for a file that is there, but itself. */
const struct trees *meant_trees(const struct meant *meant, size_t index);

/** The block devices that wish `index` means: itself, and its partitions. How many. */
size_t meant_devices(const struct meant *meant, size_t index, const dev_t **ret);

/** The sockets that wish `index` means: those that have the port, or the file. How many. */
size_t meant_sockets(const struct meant *meant, size_t index, const uint64_t **ret);

/** What must be known of an open file to decide: enum look_needs. */
unsigned int meant_needs(const struct meant *meant);
