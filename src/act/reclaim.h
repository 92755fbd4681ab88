/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Giving back the space of deleted files while processes go on using them: bind, see who has a stake
 * in them, plan; and once somebody has said yes, open them, see again, truncate or punch. Until then
 * they are not even opened for writing. To see means to look at all processes, once for all of them.
 */
#pragma once
#include "act/interrupt.h"
#include "act/stake.h"
#include "model/reclamation.h"

struct reclaim_options {
	bool yes;
	bool discard; /**< also what somebody may still read */
};

struct reclaiming {
	const struct source *source;
	struct mounts *mounts;
	struct arena *arena; /**< for texts that outlive one file */
	const struct reclaim_options *options;
	const char *program; /**< as in struct inquiry */
	const char *line;
	struct interrupt *interrupt;
};

enum reclaim_result {
	RECLAIM_PLANNED, /**< nothing stands in the way */
	RECLAIM_DONE,
	RECLAIM_REFUSED,     /**< see the message, which says what state it is in */
	RECLAIM_INTERRUPTED, /**< nothing was changed */
};

struct reclaimed {
	enum reclaim_result result;
	const struct deleted_file *file;
	struct held held;
	int write; /**< to empty it; -1 but while that is done */
	struct stakes stakes;
	enum emptying method;
	bool shared;                    /**< a clone or a snapshot has some of its blocks too */
	struct inode before, after;     /**< just before and just after */
	struct space room_before, room; /**< of its filesystem, likewise */
	struct error err;
	struct reclamation row;
};

/**
 * Plan for each of `files`. 0, and each has its result; or -EMFILE and a message: we may not have so
 * many open. reclaim_end lets go of one.
 */
int reclaim_plan(const struct reclaiming *context, const struct deleted_file *files, size_t count,
		 struct reclaimed *ret, struct error *err);

/** Carry out what was planned, unless something has come in the way since. */
void reclaim_carry_out(const struct reclaiming *context, struct reclaimed *files, size_t count);

void reclaim_end(struct reclaimed *reclaimed);

/** Bytes on disk that it gave back. */
uint64_t reclaim_freed(const struct reclaimed *reclaimed);
