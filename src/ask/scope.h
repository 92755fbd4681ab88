/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the targets of a command line mean here and now: which processes must be looked at, and
 * which deleted files are meant.
 */
#pragma once
#include "ask/question.h"
#include "scan/mounts.h"
#include "scan/paths.h"

struct deleted_file;

/** One target and what became of it. */
struct wish {
	const struct target *target;
	enum target_kind kind; /**< of the target; a word that is a process name is a name */
	unsigned int *pids; /**< TARGET_PROCESS, HANDLE, NAME, PORT, and WORD as a process name */
	size_t pid_count;
	struct path_found found; /**< TARGET_PATH, and TARGET_WORD as a name here */
	unsigned int inside;     /**< of which process's namespace the path was: /proc/PID/root */
	const struct mountinfo
		*filesystem; /**< the path is a mount point: all of this filesystem */
	struct text rest;    /**< the path resolved, to tell what is it or lies below */
	uint64_t matched;
	bool elsewhere; /**< matched only by that path in another mount namespace */
	bool absent;    /**< the process does not exist */
	bool unseen;    /**< TARGET_PORT: is open, and whose it is could not be seen */
	bool closed;    /**< TARGET_PORT: no socket has it */
	bool by_name;   /**< did not answer: what has that name, or lies below it, is meant */
};

struct scope {
	const struct source *source;
	struct arena arena;
	bool all; /**< the quiet classes too */
	bool ports_are_sockets;
	struct wish *wishes;
	size_t count;
	unsigned int *pids; /**< look at these only; NULL: at all */
	size_t pid_count;
};

/** Find out what the targets mean. 0, or -errno and a message; scope_end frees. */
int scope_begin(const struct inquiry *inquiry, struct mounts *mounts, struct outcome *outcome,
		struct scope *ret, struct error *err);
void scope_end(struct scope *scope);

/**
 * Mark which of `files` are meant (their `wanted`); a wish counts its matches. Without targets all
 * are. A word is first a name in this directory, then a base name, then a process.
 */
void scope_select(struct scope *scope, struct mounts *mounts, struct deleted_file *files,
		  size_t count);

/** True when a loop device is among the targets. */
bool scope_names_loop(const struct scope *scope);

/** The only target, when it is a directory or a mount point: for "on /var". Else empty. */
struct text scope_place(const struct scope *scope);
