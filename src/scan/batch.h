/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Some processes that one worker asks about, all in one helper process where something may have to be
 * waited for; those whose texts find no room are asked again with more.
 */
#pragma once
#include "scan/facts.h"
#include "scan/probe.h"
#include "scan/worker.h"

/** Who is asked about. */
struct question {
	unsigned int pid, tid;
	const struct wire_task *told; /**< what is known of it; NULL: nothing yet */
};

/** Answers with one kind of room. */
struct answers {
	struct probe probe;
	struct facts_reading reading;
	const struct question *questions;
	void *all; /**< facts_answer after facts_answer */
	bool probed;
};

enum { BATCH_MORE_ROOMS = 3 };

/** What one worker has read. */
struct batch {
	struct question *questions;
	size_t count;
	struct answers first;
	struct answers again[BATCH_MORE_ROOMS];   /**< of some, in the same order */
	struct question *asked[BATCH_MORE_ROOMS]; /**< of whom */
};

void batch_add(struct batch *batch, const struct question *question);

/**
 * Ask them all. Of what finds no room at first, `room_together` bytes are given out at a time: whoever
 * gets none keeps what fitted before. batch_end frees.
 */
void batch_ask(struct batch *batch, const struct facts_reading *reading, size_t room_together,
	       struct job *job);
void batch_end(struct batch *batch);

/** Goes through the answers of a batch, each with the most room it was given. */
struct batch_walk {
	const struct batch *batch;
	size_t index, next[BATCH_MORE_ROOMS];
};

/** The next answer; NULL: that was the last. */
struct facts_answer *batch_next(struct batch_walk *walk);

/** True when it keeps much memory. */
bool batch_is_large(const struct batch *batch);
