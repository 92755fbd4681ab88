/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Capabilities by name: capabilities(7), by libcap. Bit N of a mask is capability number N.
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"

enum { CAPABILITY_COUNT = 64, CAPABILITY_NAME_MAX = 48 };

/** "net_admin"; its number where libcap does not know it yet. Returns `buffer`. */
const char *capability_name(char buffer[CAPABILITY_NAME_MAX], unsigned int number);

/** All that this kernel knows: cap_max_bits(3). */
uint64_t capability_all(void);

/** The names of those in `mask`, in the arena. */
struct texts capability_list(struct arena *arena, uint64_t mask);
