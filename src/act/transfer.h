/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The copy and how sure it is. Every byte is read twice: one that was the same both times was so at
 * the moment between, so an equal comparison is a state the file really had. What that leaves open
 * (a writer who puts things back) the grades rule out or name.
 */
#pragma once
#include "act/copy.h"
#include "act/follow.h"
#include "act/holders.h"
#include "model/recovery.h"

enum { TRANSFER_PASSES = 3 };

struct transfer {
	enum grade grade;
	uint64_t size;              /**< bytes in the copy */
	int64_t mtime_ns;           /**< when these were written last; 0: as it was when bound */
	unsigned int passes;        /**< comparisons it took */
	uint64_t added;             /**< bytes the source has grown by since */
	int64_t begun_ns, ended_ns; /**< wall clock: between these it is exact */
	int64_t copied_ns;          /**< how long the copying itself took */
	bool mapped;                /**< somebody maps it writable: nothing can be proved */
	bool blind;                 /**< somebody writes whom we cannot see */
	struct holders holders;
	struct followed followed;
	bool read_failed; /**< the source could not be read, at `failed_at` */
	uint64_t failed_at;
};

/** Who wants to know how a transfer goes on. */
struct transfer_context {
	const struct source *source;
	struct arena *arena;
	struct bar *bar;
	struct interrupt *interrupt;
	bool follow;                         /**< go on with what is appended: follow_on */
	void (*notice)(const char *message); /**< for a person, at once; or NULL */
	bool lease_is_true; /**< the filesystem is one whose leases can be believed */
};

/** FICLONE: all of it at once, as it is at one instant; ioctl_ficlone(2). 0 or -errno. */
int transfer_clone(const struct held *held, int to);

/** Copy `held` to the empty file `to`, and grade it. 0, -ECANCELED, or -errno. */
int transfer_copy(const struct transfer_context *context, const struct held *held, int to,
		  struct transfer *ret, struct error *err);

/**
 * Write it to the stream `to`, which cannot be read again: the second reading is compared by hashes.
 * The same results.
 */
int transfer_stream(const struct transfer_context *context, const struct held *held, int to,
		    struct transfer *ret, struct error *err);
