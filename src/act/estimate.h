/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How long will it take? Measured on a part, before anything is done.
 */
#pragma once
#include "act/held.h"

/**
 * How long comparing the first `size` bytes of `held` with a copy in `draft` will take, nanoseconds. A
 * part of it is read, and written to `draft`, which is empty before and after.
 */
int64_t estimate_compare(const struct held *held, int draft, uint64_t size);
