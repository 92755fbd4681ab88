/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who stands still, or stood still, and how that is said.
 */
#pragma once
#include <stdio.h>

#include "base/text.h"

/** A process that stands still. */
struct stopped {
	unsigned int pid, threads;
	struct text comm;
	bool still; /**< it does now */
};

struct standstill {
	const struct stopped *who;
	size_t count;
	int64_t begun_ns; /**< wall clock */
	int64_t lasted_ns;
	bool proved; /**< everybody, from beginning to end */
};

/** What somebody is asked to agree to. */
struct standstill_plan {
	const struct stopped *who;
	size_t count;
	size_t files;
	uint64_t bytes;
	bool cloned; /**< nothing has to be read: a clone is made in an instant */
	int64_t length_ns;
	bool provable; /**< nobody who may hold them is out of sight */
};

enum assent {
	ASSENT_GIVEN,
	ASSENT_REFUSED,
	ASSENT_UNASKED, /**< there is nobody to ask */
	ASSENT_INTERRUPTED,
};

/** The plan in two lines or three; `would`: not as something that is about to happen. */
void standstill_tell_plan(FILE *out, const struct standstill_plan *plan, bool would);

/** "mysqld (1423) stood still for 0.8 s, from 03:14:07." */
void standstill_tell(FILE *out, const struct standstill *still);

/** "12 min", "under a second". */
const char *standstill_length(char buffer[64], int64_t ns);
