/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What of a WHERE clause goes down into the question: a process, a handle, a TARGET, or what narrows the
 * look at all of them. All the rest SQLite tells apart itself, and what went down it checks once more.
 */
#pragma once
#include <sqlite3.h>

#include "ask/question.h"

enum push_kind {
	PUSH_NOTHING, /**< all rows, or those that `narrow` is about */
	PUSH_PID,     /**< of one process */
	PUSH_PIDS,    /**< of some */
	PUSH_TARGET,  /**< of a handle, or what somebody named */
	PUSH_NEVER,   /**< none: compared with NULL, or with what no row can have */
};

struct push {
	enum push_kind kind;
	uint64_t pid; /**< PUSH_PID */
	bool quiet;   /**< the quiet classes too; of variables the secrets */
	bool more;    /**< `quiet` was said by an argument */
	struct narrow narrow;
	struct target *targets;
	size_t target_count;
	char *said;     /**< for a person: "pid = 4076"; NULL for nothing */
	char *argument; /**< the target that was given, or NULL */
	char **texts;   /**< what the targets point to */
	size_t text_count;
};

/** Columns behind the question's own, which are no output but arguments. */
enum push_argument {
	PUSH_ARGUMENT_TARGET, /**< a TARGET as on the command line */
	PUSH_ARGUMENT_MORE,   /**< 1: what is left out otherwise, too */
};

/** What is said to who uses an argument otherwise. */
extern const char push_misuse[];

/** Whose constraints they are. */
struct push_about {
	const struct question *question;
	bool arguments; /**< it has columns for them */
	bool never;     /**< nothing but these may go down */
};

/**
 * xBestIndex: which constraints are taken. SQLITE_OK, CONSTRAINT or NOMEM, as xBestIndex says it; ERROR:
 * an argument is compared otherwise than with =.
 */
int push_plan(const struct push_about *about, sqlite3_index_info *info);

/**
 * xFilter: the values of what was taken, as `words` of push_plan tells. `quiet`: unless they say otherwise.
 * `*mask`: SQLite's mask of the columns that are used. 0, or -EINVAL and a message; push_end frees.
 */
int push_take(const char *words, int argc, sqlite3_value **argv, bool quiet, struct push *ret,
	      uint64_t *mask, struct error *err);
void push_end(struct push *push);

/** What it says of itself: "" for nothing. */
static inline const char *push_said(const struct push *push)
{
	return push->said ? push->said : "";
}

/**
 * xColumn of a hidden column: the argument that was given. One that was not is an error: whoever compares
 * it here has said it in a way that does not go down, and would quietly get no rows.
 */
void push_argument(const struct push *push, size_t hidden, sqlite3_context *context);

/** True when the statement names a class that is left out unless it is asked for: 'memory', 'tmpfile'. */
bool push_names_quiet(struct text sql);
