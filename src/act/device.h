/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The bytes of a deleted file of which only a loop device can be read: the part that the device shows,
 * at its place in the new file, with nothing before it.
 */
#pragma once
#include "act/transfer.h"

/**
 * Copy what `held` has of the file to the empty file `to`; what is all zero stays a hole. Read anew and
 * compared as any other copy. 0, -ECANCELED, or -errno.
 */
int device_copy(const struct transfer_context *context, const struct held *held, int to,
		struct transfer *ret);

/** Write it to the stream `to`, zeros for what lies before the part; compared by hashes. The same. */
int device_stream(const struct transfer_context *context, const struct held *held, int to,
		  struct transfer *ret);
