/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * recover --freeze: several files as they are at one moment, at which all who hold them stand still.
 * So that this is short, all that can be done before is done before: a clone is tried, the room is
 * seen to, and what has to be copied is copied while everybody still works. Then they stand still, the
 * files are cloned, or compared and mended, and they go on; the disk can wait until then.
 */
#pragma once
#include "act/recover.h"

enum frozen_end {
	FROZEN_DONE,        /**< each result tells for itself */
	FROZEN_REFUSED,     /**< they could not be stopped; see the message */
	FROZEN_DECLINED,    /**< that was not wanted */
	FROZEN_UNASKED,     /**< there was nobody to ask */
	FROZEN_INTERRUPTED, /**< nobody stands still, nothing was left behind */
};

/**
 * Recover `count` files, with their paths below --directory. `ret` has as many results. Where the set
 * could not be stopped those that needed it are RECOVER_LEFT, and `err` has the message.
 */
enum frozen_end frozen_recover(const struct recovering *context, const struct deleted_file *files,
			       const struct text *below, size_t count, struct recovered *ret,
			       struct error *err);
