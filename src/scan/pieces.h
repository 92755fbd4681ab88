/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What was copied of calls, in records (bpf/tap.h) that those of other calls lie between, put together
 * again: call by call, and what is missing where it is missing.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "bpf/tap.h"

/** Bytes that went through, but are not there to be told. */
struct tap_gap {
	uint64_t bytes;
	enum tap_is why; /**< TAP_HIDDEN, TAP_UNSEEN; 0: lost */
	enum tap_way way;
	struct text path; /**< TAP_UNSEEN: what they are from; empty where that is not known */
};

/** Whoever is told. The bytes stay where they are until pieces_forget. */
struct pieces_reader {
	void *context;
	void (*bytes)(void *context, struct text bytes);
	void (*gap)(void *context, const struct tap_gap *gap);
};

/** A call that is not yet whole. */
struct pieces_call {
	struct pieces_call *next;
	uint64_t id, lost;             /**< as struct tap_record has them */
	uint32_t total, told, missing; /**< bytes; `missing`: pieces */
	enum tap_is is;
	enum tap_way way;
	struct text path; /**< on the heap */
	char *kept;       /**< records that came before it was its turn, one behind the other */
	size_t kept_len;
};

/** What was kept, and is told. */
struct pieces_spent {
	struct pieces_spent *next;
	const char *kept;
};

struct pieces {
	struct pieces_reader reader;
	struct pieces_spent *spent;
	struct pieces_call *first, *last;
	uint64_t lost; /**< as the last call told it, of calls that found no room at all */
	/** Sums of what went through: told, lost, typed without echo, or from other files. */
	uint64_t told_bytes, lost_bytes, hidden_bytes, unseen_bytes;
};

void pieces_begin(struct pieces *pieces, const struct pieces_reader *reader);

/**
 * Take a record, in the order in which they lie in the ring. It must stay where it is until
 * pieces_forget.
 */
void pieces_take(struct pieces *pieces, struct text record);

/** What was told up to now need not stay. */
void pieces_forget(struct pieces *pieces);

/** There is no more to come. `lost`: as it is now, what found no room after the last call included. */
void pieces_end(struct pieces *pieces, uint64_t lost);
