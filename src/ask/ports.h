/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a port means: the processes that have a socket with it at their end, in whichever network
 * namespace.
 */
#pragma once
#include "ask/scope.h"

/**
 * Find the processes of every wish that is a port: their `pids`, ascending. Where a port is open but
 * nobody seen has it, that is complained about. 0, or -errno and a message.
 */
int ports_mean(const struct inquiry *inquiry, struct scope *scope, struct outcome *outcome,
	       struct error *err);
