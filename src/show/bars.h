/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Several progress bars on a terminal, under a sentence, redrawn in place:
 *   cp (4076)  /home/bork/owl.iso → /mnt/usb/owl.iso
 *     ━━━━━━━━━━━━╸─────────   53 %  1.7G of 3.2G   391M/s   4 s left
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"
#include "show/style.h"

/** What one of them shows. Texts that another program chose are encoded already. */
struct bars_item {
	struct text label; /**< "cp (4076)" */
	struct text title; /**< "A → B"; cut in its middle where it is too long */
	bool measured;     /**< `part` is known: there is a bar */
	double part;       /**< 0 to 1 */
	struct text tail;  /**< what stands behind the bar */
	bool doubtful;     /**< in yellow: it stands still */
};

enum { BARS_MAX = 100, BARS_LINES = 2 * BARS_MAX + 3 };

struct bars {
	FILE *out;
	struct style style;
	unsigned int lines;             /**< on the screen now */
	unsigned int width;             /**< of the terminal, when they were drawn */
	unsigned int cells[BARS_LINES]; /**< in each of them */
};

/** Nothing is drawn yet. */
void bars_init(struct bars *bars, FILE *out);

/** Draw them instead of what stood there, as many as fit, with one write; the cursor stands below. */
void bars_draw(struct bars *bars, struct text headline, const struct bars_item *items,
	       size_t count);

/** Wipe them off the screen; what is written next stands in their place. */
void bars_clear(struct bars *bars);
