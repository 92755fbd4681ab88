/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Weight and colour on a terminal, and which characters it can show. No screen needs either to be
 * understood.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

struct style {
	bool colour; /**< a terminal, NO_COLOR unset, TERM not dumb */
	bool utf8;   /**< the locale's character set is UTF-8 */
};

/** The style for a stream. See no-color.org. */
struct style style_of(FILE *out);

/** Escape sequences, or empty strings without colour. */
const char *style_bold(struct style style);
const char *style_dim(struct style style);
const char *style_red(struct style style);
const char *style_yellow(struct style style);
const char *style_off(struct style style);

/** Columns of the terminal behind `out`: ioctl_tty(2), then COLUMNS, then 80. */
unsigned int style_width(FILE *out);
