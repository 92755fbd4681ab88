/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Signals by name: signal(7). Masks have bit N - 1 for signal N, as in proc_pid_status(5).
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"

enum { SIGNALS_LAST = 64, SIGNALS_NAME_MAX = 16 };

/** "INT", "RTMIN+3"; the two that the C library keeps for itself "32", "33". Returns `buffer`. */
const char *signals_name(char buffer[SIGNALS_NAME_MAX], int number);

/** The names of those in `mask`, in the arena. */
struct texts signals_list(struct arena *arena, uint64_t mask);
