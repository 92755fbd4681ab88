/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the actor is made of: a script, the slots it has opened, and the operations it knows.
 * Operations end the program with a message when they fail; a test program needs no more.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	ACTOR_SLOTS = 4096,
	ACTOR_CHILDREN = 64,
	OP_ARGS = 4,
	EXIT_UNSUPPORTED = 77, /**< the kernel here does not know this; a test skips */
};

/** A process (or a thread with a descriptor table of its own) and how far its script is. */
struct actor {
	char **arg;          /**< the script */
	char *line;          /**< its bytes, where it came as a line of input */
	int args, at;        /**< words in it, and the next one to look at */
	int fd[ACTOR_SLOTS]; /**< descriptor of each slot */
	int slots;
	pid_t child[ACTOR_CHILDREN];
	int children;
	bool stop;        /**< stop once ready */
	bool leader_exit; /**< end the main thread once ready */
};

/** One operation. Words after `min` are taken only where they start with a digit. */
struct op {
	const char *name;
	int min, max;
	void (*run)(struct actor *actor, char **arg);
};

extern const struct op slot_ops[];   /**< one open file: open, write, close … */
extern const struct op memory_ops[]; /**< memfd, mappings, and threads that go on writing */
extern const struct op place_ops[];  /**< names, directories, mounts, namespaces */
extern const struct op life_ops[];   /**< threads, processes, identity */
extern const struct op kind_ops[];   /**< descriptors of every kind, and locks */
extern const struct op socket_ops[]; /**< sockets of every family: see socket.c */
extern const struct op mover_ops[];  /**< children that move through a file */
extern const struct op wait_ops[];   /**< children that wait in one call, or for nobody */

/** Run the script up to its end or to the `end` of its block, which is consumed. */
void script_run(struct actor *actor);

/** Step over the block that begins here, its `end` included. */
void script_skip(struct actor *actor);

/** Make a slot of `fd`; ends the program with `what` if it is negative. */
void slot_add(struct actor *actor, int fd, const char *what);

/** The descriptor of the slot with this number. */
int slot_fd(const struct actor *actor, const char *number);

/** For a mutex that a thread "owner" has: plain, robust, inherit; or that it has itself: own. */
void wait_mutex(struct actor *actor, const char *kind);

/** In poll(2) for slot 0, with a list that lies on a page of this file by then. */
void wait_polls_behind(struct actor *actor, const char *path);

/** For the thread "owner" to end. */
void wait_join(struct actor *actor, const char *unused);

/** A size with an optional suffix K, M or G. */
off_t size_parse(const char *text);

/** Fill with the pattern that belongs to this offset of a file. */
void pattern_fill(unsigned char *bytes, size_t len, off_t offset);

/** Write all of it, or end the program. */
void write_all(int fd, const void *bytes, size_t len);

/** Wait until standard input ends, running each line of it as a script: words between tabs. */
void actor_wait(struct actor *actor);

/** The script has run: say so, hold still as long as wanted, and end. */
_Noreturn void life_begin(struct actor *actor);

/** A child of `fork` that will not return from its script is ready now. */
void life_say_ready(void);

/** End this process and its children. */
_Noreturn void actor_exit(struct actor *actor);

/** Check a system call: end with a message, or with EXIT_UNSUPPORTED where it does not exist. */
void check(int rc, const char *what, const char *object);
