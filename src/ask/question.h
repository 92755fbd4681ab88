/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The unit of growth: a question has a name, a sentence, its columns, and a function that pushes rows
 * into a sink. Facts in, rows out; what to print around them it tells the sink too.
 */
#pragma once
#include "model/target.h"
#include "row/sink.h"
#include "scan/source.h"

/** What `ps` is asked beside its targets. */
struct ps_wish {
	const uint32_t *users; /**< only processes of these effective users */
	size_t user_count;
	const struct handle *tasks; /**< of these processes (`pid`) only these threads (`tid`) */
	size_t task_count;
	struct text cgroup;  /**< only processes in this control group or below; empty: any */
	bool threads;        /**< each thread */
	bool tree;           /**< parents before their children */
	bool near;           /**< only who is near a limit */
	bool full;           /**< command lines instead of names */
	bool any_size;       /**< page tables of any size are walked */
	int64_t interval_ns; /**< rates over so long; 0: none */
};

/**
 * What is known beforehand of the rows that are wanted. A question may leave out all others, and need not:
 * whoever asks so looks at every row himself. Zeroed: nothing is known.
 */
struct narrow {
	bool by_place;                  /**< `files`: only this place of every process … */
	struct handle place;            /**< … by `use` and `fd` */
	unsigned int sorts;             /**< `files`: enum look_sorts; 0: all */
	uint64_t inode;                 /**< `files`, `sockets`: 0: any */
	uint64_t local_port, peer_port; /**< `sockets`: 0: any */
};

/** What somebody wants to know. */
struct inquiry {
	const struct source *source;
	const struct target *targets; /**< none: everything */
	size_t target_count;
	bool all;                 /**< the quiet classes too; of variables the secrets */
	bool words_are_processes; /**< a bare word is a process name, not first a file's */
	bool ports_are_sockets; /**< a port means sockets, not all of the processes that have them */
	bool loops_are_devices; /**< /dev/loop3 means the device, not the deleted file behind it */
	bool in_short; /**< `files`: of what is mapped only what may be deleted; sockets as they tell */
	bool pids_only;           /**< `who`: rows that have no process are only told of */
	struct handle place;      /**< `where`: which place of every process, by `use` and `fd` */
	const struct ps_wish *ps; /**< `ps`: NULL: nothing beside its targets */
	const struct narrow *narrow; /**< or NULL */
	const char *program; /**< how the program was called, for hints; quoted for the shell */
	const char *line;    /**< the whole command line, quoted likewise */
	const char *acts;    /**< the command that acts on what is chosen: "hold"; or NULL */
	struct sink *sink;
};

/** What came of it, beside the rows. */
struct outcome {
	struct tally tally;
	uint64_t rows;
	bool no_process;                /**< a process given by number does not exist */
	bool hidden_target;             /**< one that may be there, but /proc hides it */
	bool unsure;                    /**< nothing was found, but somewhere could not be looked */
	bool denied_target;             /**< a process or handle that was named could not be read */
	unsigned int namespaces_unread; /**< network namespaces whose sockets are not known */
	struct error complaints;        /**< one line each, about single targets; mostly empty */
};

struct question {
	const char *name;
	const char *asks; /**< the question itself, as in `procowl` alone */
	const struct table *table;
	bool words_are_processes; /**< see struct inquiry */
	bool ports_are_sockets;   /**< likewise */
	bool loops_are_devices; /**< likewise; and what lies on a mount that does not answer is told
				       by its name, if need be */
	/** 0, or -errno and a message. Finding nothing is 0. */
	int (*ask)(const struct inquiry *inquiry, struct outcome *outcome, struct error *err);
};

extern const struct question question_deleted, question_files, question_where, question_who;
extern const struct question question_ps, question_progress;

/** About the machine itself. */
extern const struct question question_memory, question_processors, question_load, question_pressure,
	question_disks, question_networks, question_mounts;

/** About processes, beside their files. */
extern const struct question question_limits, question_environment, question_maps, question_sockets,
	question_locks;
