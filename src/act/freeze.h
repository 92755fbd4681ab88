/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Making everybody who holds some files stand still, all of their threads, until we let go or end.
 * Who they are is looked at anew while they stand still, until nobody new is found: a descriptor can
 * be handed on while its holder is being stopped.
 */
#pragma once
#include "act/interrupt.h"
#include "act/standstill.h"
#include "act/warden.h"
#include "scan/source.h"

enum { FREEZE_MS = 2000 };

/** What is to be held still, and how far that is. */
struct freeze {
	const struct source *source;
	struct arena *arena;
	const struct sought *files; /**< by ascending inode number */
	size_t file_count;
	struct stopped *who; /**< the holders, by pid; malloc'ed */
	size_t count;
	struct tally tally;   /**< of the last look */
	int64_t looking_ns;   /**< how long that took */
	bool mapped;          /**< one of them maps a file shared and writable */
	bool direct;          /**< one of them may write with O_DIRECT */
	bool writable;        /**< one of them may write at all */
	bool newcomer;        /**< the last look found somebody who does not stand still */
	bool newcomer_mapped; /**< and may write without a trace */
	struct text mapper;   /**< who maps it; in the arena */
	struct warden warden;
	struct interrupt *interrupt;  /**< it beats for the warden */
	int64_t begun_ns, stopped_ns; /**< wall clock; CLOCK_MONOTONIC */
};

/** Prepare; freeze_end gives back, also whoever stands still. */
void freeze_begin(struct freeze *freeze, const struct source *source, struct arena *arena,
		  const struct sought *files, size_t count);

/** See who would have to stand still. 0, or -errno and a message. */
int freeze_look(struct freeze *freeze, struct error *err);

/** True when nobody who holds one of them can be out of sight. */
bool freeze_sees_all(const struct freeze *freeze);

/** Nobody may be stopped whom we or this terminal need. 0, or -EPERM and a message. */
int freeze_allowed(const struct freeze *freeze, struct error *err);

/**
 * Make them stand still, within FREEZE_MS. 0; -ECANCELED when interrupted; or -errno and a message, and
 * then nobody stands still.
 */
int freeze_stop(struct freeze *freeze, struct interrupt *interrupt, struct error *err);

/**
 * Look once more, and let them go. True when it is proved that everybody who holds one of the files
 * stood still from freeze_stop to now. `ret` says who and for how long.
 */
bool freeze_release(struct freeze *freeze, struct standstill *ret);

void freeze_end(struct freeze *freeze);
