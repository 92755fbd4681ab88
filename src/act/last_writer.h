/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Is anybody left who may write to a file? A read lease says so at once where it can be believed;
 * elsewhere all processes are looked at, as seldom as will do.
 */
#pragma once
#include "act/held.h"

struct last_writer {
	const struct source *source;
	const struct held *held;
	bool lease;        /**< ask for a lease: lease_take */
	bool due;          /**< a look is wanted */
	int64_t pause_ns;  /**< look after so long, also when nobody said that something happened */
	int64_t looked_ns; /**< when the last look was; 0: none yet */
	int64_t earliest_ns; /**< the next one not before this: it takes its time */
};

/** `told`: somebody will tell when a writer closes the file, so that it need not be asked often. */
void last_writer_begin(struct last_writer *last, const struct source *source,
		       const struct held *held, bool lease, bool told);

/**
 * True when nobody is left who was seen to be able to write. `closed`: a writer has closed it; only
 * then, and now and then, is it looked at all.
 */
bool last_writer_is_gone(struct last_writer *last, bool closed);
