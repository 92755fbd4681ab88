/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Going on with what is appended to a file, until the last writer has closed it or somebody asks to
 * stop. What was copied once is kept, whatever the file loses: when it is truncated, what comes then
 * goes behind what was copied.
 */
#pragma once
#include "act/held.h"
#include "act/stream.h"

struct copy;
struct transfer_context;

/** Where the file was truncated: from here on the copy has what was written afterwards. */
struct seam {
	uint64_t at; /**< byte of the copy */
	int64_t when_ns;
};

enum { FOLLOWED_SEAMS = 4 };

/** How it went. */
struct followed {
	bool on;        /**< it was followed at all */
	bool asked;     /**< it ended because somebody asked, not because nobody writes any more */
	bool rewritten; /**< what was copied already was written over */
	int rc;         /**< 0; or why it could not go on: -ENOSPC */
	int64_t took_ns, ended_ns;
	unsigned int seam_count; /**< of these the first FOLLOWED_SEAMS are known */
	struct seam seams[FOLLOWED_SEAMS];
};

struct follow {
	const struct transfer_context *context;
	const struct held *held;
	struct copy *copy;     /**< into a file, or */
	struct stream *stream; /**< to a stream */
	struct followed *out;
	uint64_t at;      /**< up to this byte of the file it is copied */
	uint64_t written; /**< bytes that were */
	uint64_t lost;    /**< it was emptied, and nothing has come since: how long it was */
	bool in_place;    /**< it is known that writers change what is there already */
};

/** Follow `held` into one of `copy` and `stream`, which have begun. */
void follow_begin(struct follow *follow, const struct transfer_context *context,
		  const struct held *held, struct copy *copy, struct stream *stream,
		  struct followed *out);

/**
 * Copy what is there and what comes, until the end. 0, also when it could go no further but something
 * was copied (see `rc` of struct followed); -ECANCELED when somebody asked before anything was
 * begun; or -errno.
 */
int follow_on(struct follow *follow);

/** Copy what has come by now, up to `size`. As above; -ECANCELED when somebody asks. */
int follow_rest(struct follow *follow, uint64_t size);
