/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which deleted files are still open, and what do they hold?
 */
#pragma once
#include <limits.h>

#include "ask/scope.h"
#include "model/deleted.h"
#include "scan/containers.h"

/** What is the same of many holders: all descriptors of a process. */
struct held_by {
	const char *comm;            /**< of the process */
	uint64_t map_start, map_end; /**< USE_MAP: addresses of one of its mappings */
};

/** One who holds a deleted file. */
struct holder {
	struct handle handle;
	const struct held_by *by;
};

/** Where files lie, and who sees them there: the same for all that a process has on one mount. */
struct site {
	struct mounted mounted;
	const struct mountinfo *filesystem; /**< where the blocks lie, when known */
	bool filesystem_own;                /**< that is a mount of ours */
	unsigned int
		witness; /**< only a hold has it: a process where its mount is; 0: none needed */
	struct container container; /**< of who sees it */
	bool wanted;                /**< a file there is meant */
	unsigned int seen_by;
	struct site *next;
};

/** What there is to be said of few. */
struct oddity {
	struct text error;   /**< what could not be found out, and why */
	bool alike_known;    /**< which file it is nobody knows, but another has its name: */
	struct handle alike; /**< its first holder */
};

/**
 * One deleted file, with all that was found out about it. There may be a hundred thousand, all of which
 * are kept to find the largest: of what is the same for many, or is nothing for most, only where it is.
 */
struct deleted_file {
	struct inode inode;
	const char *path;       /**< deleted_path */
	struct holder *holders; /**< by ascending pid, procowl's holds last */
	struct site *site;      /**< NULL until deleted_classify */
	struct oddity *odd;     /**< NULL: nothing */
	unsigned int holder_count;
	int16_t inode_rc; /**< as that of open_file */
	enum deleted_class class : 8;
	bool marked : 1; /**< the kernel's text ended in " (deleted)" */
	bool wanted : 1;
	bool flags_known : 1; /**< of a descriptor that reads or writes */
	bool tmpfile : 1;     /**< it was made without a name */
};

_Static_assert(sizeof(struct deleted_file) <= 120, "design, section 8: 30 MB for 100 000 of them");
_Static_assert(sizeof(struct holder) <= 32, "and one who holds each");

struct deleted_files {
	struct arena arena;
	struct arena texts, holds; /**< links; holders: packed */
	struct mounts *mounts;
	struct site *sites; /**< all that the files have */
	struct scope scope;
	struct deleted_file *files; /**< only those that are meant, largest `disk` first */
	size_t count;
};

/** Its path without the kernel's " (deleted)"; empty when it is too long to be told. */
static inline struct text deleted_path(const struct deleted_file *file)
{
	return text_of(file->path);
}

enum { DELETED_LINK_MAX = PATH_MAX + 16 };

/** The kernel's whole text, in `buffer` where it has to be put together. */
struct text deleted_link(const struct deleted_file *file, char buffer[DELETED_LINK_MAX]);

/** The name of holder `at`. */
static inline struct text deleted_comm(const struct deleted_file *file, size_t at)
{
	return text_of(file->holders[at].by->comm);
}

/** The file that `open` is, which nobody holds yet; its path in `texts`. */
struct deleted_file deleted_of(const struct open_file *open, struct arena *texts);

/** What the flags of one more descriptor tell of it. */
void deleted_note_flags(struct deleted_file *file, const struct open_file *open);

/** Where the magic link of a holder is below /proc, as open_file_path says it. */
const char *deleted_holder_path(char buffer[OPEN_FILE_PATH_MAX], const struct holder *holder);

/** What could not be found out about it, and why; mostly empty. */
static inline struct text deleted_error(const struct deleted_file *file)
{
	return file->odd ? file->odd->error : (struct text){ 0 };
}

/** Room to say something odd about it. */
struct oddity *deleted_odd(struct deleted_files *files, struct deleted_file *file);

/** Look at everybody in scope, and gather who holds what. 0, or -errno and a message. */
int deleted_gather(const struct inquiry *inquiry, struct outcome *outcome,
		   struct deleted_files *files, struct error *err);

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
	return file->site->witness ? file->site->witness : file->holders[0].handle.pid;
}

/**
 * Decide what happened to each of `files`, whose holders, links and inodes are known: sets their class,
 * site and what is odd. With NEED_OLD_NAME replaced is told from gone. 0, or -errno and a message.
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

/** Make the rows of all files, one at a time, and push them. */
void deleted_push(struct deleted_files *files, uint64_t needs, struct sink *sink);

/** The sentences for somebody who must choose one: "Which one? …". */
void deleted_tell_choice(const struct inquiry *inquiry, const struct deleted_files *files);

/** The sentences above and below the table, and the totals. */
void deleted_tell(const struct inquiry *inquiry, const struct deleted_files *files,
		  const struct outcome *outcome);
