/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How many columns of a terminal a text takes: CJK and emoji take two, combining marks none; wcwidth(3), in
 * the locale of the program.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/** So many blanks. */
void cells_pad(FILE *out, size_t cells);

/** The next character of `text`, which is not empty: its bytes, and the columns it takes into `cells`. */
size_t cells_next(struct text text, size_t *cells);

/** The columns that all of it takes. */
size_t cells_of(struct text text);

/** How many bytes of its beginning take at most `cells` columns, and of its end. */
size_t cells_head(struct text text, size_t cells);
size_t cells_tail(struct text text, size_t cells);
