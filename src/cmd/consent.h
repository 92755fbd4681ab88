/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Asking a person before something is done that cannot be undone.
 */
#pragma once
#include <stdbool.h>

#include "act/interrupt.h"

enum consent { CONSENT_GIVEN, CONSENT_REFUSED, CONSENT_INTERRUPTED };

/** True when there is somebody to ask: standard input and standard output are terminals. */
bool consent_can_ask(void);

/**
 * Print `question` and " [y/N] ", and wait for a line. Only "y" and "yes" mean yes, in any case; so the end
 * of the input does not. Between interrupt_begin and interrupt_end.
 */
enum consent consent_ask(struct interrupt *interrupt, const char *question);
