/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which locks and leases are there, who has them, and who waits for them? /proc/locks tells who made a
 * lock, which of an ofd lock is nobody; who has it is told by the descriptors it is held through.
 */
#pragma once
#include "ask/crowd.h"
#include "kernel/filelock.h"

/** A process that has a lock. */
struct claimant {
	unsigned int pid;
	struct text command;
	struct texts handles;
};

/** A line of /proc/locks. */
struct claim {
	uint64_t id;
	struct filelock lock;
	unsigned int blocker; /**< who made the lock it waits for; 0: nobody, or it does not wait */
	size_t like;          /**< index of the first that looks the same */
	size_t likes;         /**< of that: how many there are */
	size_t taken;         /**< of that: claimants so far, dealt out among them in turn */
	struct claimant *claimants;
	size_t count;
	struct text path;
};

struct claims {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct scope scope;
	struct arena arena;
	struct claim *items;
	size_t count;
	uint64_t *inos; /**< of the files they are on, ascending */
};

/** Read /proc/locks into `claims`. 0, or -errno and a message. */
int claims_read(struct claims *claims, struct error *err);

/** Find out who has them, and what the files are called. 0, or -errno and a message. */
int claims_look(struct claims *claims, struct error *err);
