/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What another program writes, as it keeps coming: on a terminal what would steer it is shown instead,
 * \xNN as by the encoder, lines and tabs aside; elsewhere, or if asked for, byte for byte.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

enum { ECHO_TAIL = 4 };

struct echo {
	FILE *out;
	bool shown;           /**< escapes are shown */
	char tail[ECHO_TAIL]; /**< what came so far of a character, or of the end of a line */
	size_t tail_len;
};

/** Write `text`, or as much of it as can be told without what follows. */
void echo_write(struct echo *echo, struct text text);

/** Write what is left: nothing follows, or something that is none of it. */
void echo_end(struct echo *echo);
