/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What stands around the table of those who use something: what must stop, or that nobody does.
 */
#pragma once
#include "ask/scope.h"

/** The sentences above and below the table. */
void who_tell(const struct inquiry *inquiry, const struct scope *scope,
	      const struct outcome *outcome);
