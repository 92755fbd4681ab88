/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is said of targets that meant no open file: each gets a line, for "nobody" and "no such thing" are
 * different answers.
 */
#pragma once
#include "ask/scope.h"

/** Put a line for each of them into `outcome->complaints`, and note whether it could not be read. */
void unmatched_explain(const struct inquiry *inquiry, const struct scope *scope,
		       struct outcome *outcome);
