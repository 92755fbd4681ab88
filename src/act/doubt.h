/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is said of a recovery that may be torn, exit status 5: why, and what to do about it.
 */
#pragma once
#include "act/recover.h"

/** `recovered` is done, of grade `changed`. The whole message, which begins with "procowl:". */
void doubt_tell(const struct recovering *context, const struct recovered *recovered, FILE *out);
