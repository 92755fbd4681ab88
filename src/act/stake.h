/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who has a stake in a deleted file, and which: every descriptor and mapping of it, by identity. It
 * may only be emptied where nobody can read what is in it.
 */
#pragma once
#include "act/held.h"

/** Ordered: the greatest is the one that stands most in the way. */
enum stake_kind {
	STAKE_POINTS,  /**< O_PATH: keeps it alive, and can neither read nor write */
	STAKE_APPENDS, /**< O_WRONLY and O_APPEND */
	STAKE_WRITES,  /**< O_WRONLY */
	STAKE_READS,
	STAKE_READS_WRITES,
	STAKE_UNKNOWN, /**< a descriptor that did not say how it was opened */
	STAKE_MAPS,
	STAKE_KEEPS, /**< by procowl hold: somebody wants it back */
	STAKE_RUNS,  /**< an executable, or a mapping that is code */
};

struct stake {
	struct handle handle;
	struct text comm;
	enum stake_kind kind;
};

/** Why it cannot be said that nobody else reads it; the first that is true. */
enum stakes_unseen {
	UNSEEN_NONE,
	UNSEEN_PROCESSES,  /**< processes that could not be looked at */
	UNSEEN_NAMESPACE,  /**< we see only the processes of a PID namespace */
	UNSEEN_RING,       /**< an io_uring has it registered */
	UNSEEN_IN_FLIGHT,  /**< descriptors in flight over unix sockets */
	UNSEEN_FILESYSTEM, /**< FUSE or network: others reach it by other ways */
};

struct stakes {
	struct stake *items; /**< by ascending pid; in the arena, as their texts are */
	size_t count, room;
	enum stakes_unseen unseen;
	bool in_ring; /**< an io_uring has a file registered that is called like it */
	struct tally tally;
	struct text backed; /**< the block device that has it as its disk: "loop0"; empty: none */
};

/** One file of a set, and who has a stake in it. */
struct staked {
	const struct held *held;
	struct stakes *stakes;
};

/** Look at all processes, once for the whole set. 0, or -errno and a message. */
int stakes_look(const struct source *source, struct staked *files, size_t count,
		struct arena *arena, struct error *err);

/** The stake that stands most in the way, or NULL when there is none. */
const struct stake *stakes_worst(const struct stakes *stakes);

/** How many other processes have a stake of a kind from `least` to `most`, beside that of `but`. */
size_t stakes_others(const struct stakes *stakes, enum stake_kind least, enum stake_kind most,
		     const struct stake *but);

/** True when a stake of this kind lets nobody read the file. */
static inline bool stake_is_harmless(enum stake_kind kind)
{
	return kind <= STAKE_WRITES;
}

/** "appends only", "reads and writes": what is said of it. */
const char *stake_words(enum stake_kind kind);
