/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Bringing a copy up to date while those who may write stand still.
 */
#pragma once
#include "act/transfer.h"

struct mend {
	struct interrupt *interrupt;
	unsigned int
		passes;     /**< 1: once is enough. More: until nothing differs, so often at most */
	int64_t settled_ns; /**< CLOCK_MONOTONIC: the last comparison begins no sooner; 0: at once */
	bool clean;         /**< the last comparison found no difference */
	struct inode before; /**< when the reading began that this comparison confirms */
	struct inode after;  /**< behind it */
};

/**
 * Compare `held` with its copy `to`, as long as `transfer` says, and write what differs over again. The
 * copy is then as long as the file is. 0, -ECANCELED, or -errno.
 */
int mend_copy(struct mend *mend, const struct held *held, int to, struct transfer *transfer);
