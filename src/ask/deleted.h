/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which deleted files are still open, and what do they hold?
 */
#pragma once
#include "ask/scope.h"
#include "model/deleted.h"

/** One deleted file, with all that was found out about it. */
struct deleted_file {
	struct deleted row;
	enum deleted_class class;
	struct open_file
		*holders;   /**< by ascending pid, procowl's holds last; links in the arena */
	struct text *comms; /**< one a holder */
	size_t holder_count;
	struct inode inode;
	int inode_rc;
	struct text link; /**< the kernel's text; empty when it is too long to be told */
	struct text path; /**< without " (deleted)"; empty likewise */
	struct mounted mounted;
	const struct mountinfo *filesystem; /**< where its blocks lie, when known */
	bool filesystem_own;                /**< that is a mount of ours */
	unsigned int
		witness; /**< only a hold has it: a process where its mount is; 0: none needed */
	struct text container;    /**< see scan/containers.h: its name */
	struct text container_id; /**< and its id */
	bool wanted;
	bool alike_known;    /**< which file it is nobody knows, but another has its name: */
	struct handle alike; /**< its first holder */
};

struct deleted_files {
	struct arena arena;
	struct mounts *mounts;
	struct scope scope;
	struct deleted_file *files; /**< only those that are meant, largest `disk` first */
	size_t count;
};

/**
 * Find them; `needs` are the need bits of the columns that will be shown. 0, or -errno and a message.
 * deleted_end frees.
 */
int deleted_find(const struct inquiry *inquiry, uint64_t needs, struct outcome *outcome,
		 struct deleted_files *ret, struct error *err);
void deleted_end(struct deleted_files *files);

/** The process in whose mount namespace the file's path has its meaning. */
static inline unsigned int deleted_seen_by(const struct deleted_file *file)
{
	return file->witness ? file->witness : file->holders[0].handle.pid;
}

/**
 * Decide what happened to each of `files`, whose holders, links and inodes are known: sets their class,
 * path, mounts and `row.error`. With NEED_OLD_NAME replaced is told from gone. 0, or -errno and a message.
 */
int deleted_classify(const struct inquiry *inquiry, struct deleted_files *files, uint64_t needs,
		     struct error *err);

/** The blocks of an overlay's files lie on the filesystem of its upper layer. 0 or -errno. */
int deleted_find_upper_layers(const struct inquiry *inquiry, struct deleted_files *files);

/** Its first holder, and how many other processes. */
struct command_name deleted_command(const struct deleted_file *file);

/** True when its end would free blocks: a file with another name, or in an image, holds none. */
bool deleted_holds_space(const struct deleted_file *file);

/**
 * A directory on the filesystem where its blocks lie, as a path that we can walk; `filesystem` must be
 * known. In the arena, or as old as the mounts.
 */
struct text deleted_point(const struct deleted_file *file, struct arena *arena);

/** Fill the rows of all files and push them. */
void deleted_push(struct deleted_files *files, uint64_t needs, struct sink *sink);

/** The sentences for somebody who must choose one: "Which one? …". */
void deleted_tell_choice(const struct inquiry *inquiry, const struct deleted_files *files);

/** The sentences above and below the table, and the totals. */
void deleted_tell(const struct inquiry *inquiry, const struct deleted_files *files,
		  const struct outcome *outcome);
