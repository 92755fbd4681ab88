/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What you type: a command is one entry that says everything about it, and one call of it.
 */
#pragma once
#include <argp.h>

#include "act/reclaim.h"
#include "act/recover.h"
#include "ask/question.h"
#include "row/sink.h"

/** Exit statuses: procowl(1). */
enum status {
	STATUS_ANSWERED = 0,
	STATUS_NOTHING = 1,
	STATUS_USAGE = 2,
	STATUS_PARTLY_UNSEEN = 3,
	STATUS_REFUSED = 4,
	STATUS_TORN = 5,
	STATUS_INTERRUPTED = 130,
};

/** Option keys without a letter. */
enum option_key {
	OPTION_JSONL = 0x100,
	OPTION_LIMIT,
	OPTION_LIST_COLUMNS,
	OPTION_COLUMNS,
	OPTION_HOW,
	OPTION_PROC,
	OPTION_SOURCE,
	OPTION_VERBOSE,
	OPTION_HELP,
	OPTION_PARENTS,
	OPTION_FOLLOW,
	OPTION_OVERWRITE,
	OPTION_KEEP_PRIVILEGES,
	OPTION_BYTES,
	OPTION_PIDS,
	OPTION_FREEZE,
	OPTION_DISCARD,
	OPTION_SCHEMA,
	OPTION_EXPLAIN,
	OPTION_CGROUP,
	OPTION_THREADS,
	OPTION_TREE,
	OPTION_INTERVAL,
	OPTION_NEAR_LIMIT,
	OPTION_ANY_SIZE,
	OPTION_ENV,
	OPTION_NO_PEERS,
	OPTION_ONCE,
	OPTION_BELOW,
	OPTION_FAILED,
	OPTION_WRITES,
	OPTION_NO_CHILDREN,
	OPTION_READ,
	OPTION_ESCAPES,
};

/** What `watch` is asked beside its targets. */
struct watch_options {
	const char *below; /**< a directory, or NULL */
	const char *user;  /**< whom COMMAND runs as, or NULL */
	bool failed, writes, no_children;
};

/** What `tap` is asked beside its target. */
struct tap_options {
	bool reads, escapes;
};

/** One call of a command: what was typed, understood. */
struct invocation {
	const struct command *command;
	const char *program; /**< as it was called, quoted for the shell */
	const char *line;    /**< the whole command line, quoted likewise */
	struct target *targets;
	size_t target_count;
	struct sink_options output;
	struct selection selection;
	bool columns_chosen;
	struct handle place; /**< `where` */
	const char *filter;  /**< --filter EXPR, or NULL */
	bool all, how, list_columns, help, verbose;
	const char *proc;   /**< --proc DIR, or NULL */
	const char *source; /**< --source NAME, or NULL: whichever is faster and can be had */
	struct recover_options recover;
	bool pids_only;             /**< who: no rows without a process */
	bool background;            /**< hold: without the terminal */
	bool schema, explain;       /**< sql */
	bool environment, no_peers; /**< what */
	bool once;                  /**< progress: one answer, and no live view */
	struct reclaim_options reclaim;
	struct watch_options watch;
	struct tap_options tap;
	char *const *words; /**< what follows "--", of a command that runs others; or NULL */
	struct ps_wish ps;
	uint32_t *users;      /**< ps: those of its wish */
	struct handle *tasks; /**< likewise */
};

struct command {
	const char *name;
	const char *group;                 /**< the need it serves: "lost a file" */
	const char *asks;                  /**< the question it answers, for `procowl` alone */
	const char *usage;                 /**< what follows the name: "[TARGET…]" */
	const char *details;               /**< further lines of --help, or NULL */
	const struct table *table;         /**< its columns, or NULL */
	const struct argp_option *options; /**< its own, ended by {0} */
	const struct argp_option *shared;  /**< those it shares with others, ended by {0} */
	/** Take one of its own options. 0, or -EINVAL and a message. */
	int (*take)(struct invocation *invocation, int key, const char *value, struct error *err);
	/** Do it; returns an exit status. A message is printed by the caller. */
	enum status (*run)(struct invocation *invocation, struct error *err);
	/** Print the recipe that does it by hand. */
	void (*how)(const struct invocation *invocation, FILE *out);
	bool words_are_text; /**< what follows is no TARGET; it is taken as it stands */
	bool is_live;        /**< it tells what happens: --source may be fanotify, too */
	bool runs_command;   /**< what follows "--" is a program to run with its arguments */
	bool hidden;         /**< not shown to people */
};

/** All commands, ended by NULL, in the order they are shown. */
extern const struct command *const commands[];

extern const struct command command_deleted, command_recover, command_hold, command_reclaim;
extern const struct command command_files, command_who, command_where, command_sql;
extern const struct command command_ps, command_what, command_progress, command_watch, command_tap;
extern const struct command command_help, command_completion;

/** The command called `name`, or NULL. */
const struct command *command_find(const char *name);

/** The message for a name that no command has, with the nearest one. Returns -EINVAL. */
int command_unknown(const char *name, struct error *err);

/** "procowl: MESSAGE" on standard error; in red on a terminal. */
void command_complain(const char *message);

/** The first target when it is a handle, or NULL. */
const struct handle *command_handle(const struct invocation *invocation);

/** Where its link is below /proc, "4076/fd/7"; false when it is no handle, or one without a link. */
bool command_link(const struct invocation *invocation, char ret[OPEN_FILE_PATH_MAX]);

/** A recipe: three labelled lines. */
void command_recipe(FILE *out, const char *by_hand, const char *why, const char *adds);
