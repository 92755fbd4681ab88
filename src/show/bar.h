/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A progress bar for anything that takes more than a second, on a terminal only:
 *   access.log  copying  ━━━━━━━━━━━━╸─────────  1.7G of 3.2G   391M/s   4 s left
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"
#include "show/style.h"

struct bar {
	FILE *out; /**< NULL: nothing is ever drawn */
	struct style style;
	struct text name;
	const char *doing;
	uint64_t total, done;
	int64_t begun_ns, drawn_ns;
	double rate; /**< bytes a second, smoothed */
	uint64_t rated_done;
	int64_t rated_ns;
	bool visible;
};

/** A bar named `name` onto `out` if that is a terminal. `name` must outlive it. */
void bar_init(struct bar *bar, FILE *out, struct text name);

/** Begin a new stretch of `total` bytes: "copying", "comparing". */
void bar_begin(struct bar *bar, const char *doing, uint64_t total);

/** `done` bytes of the stretch are through; draws now and then. */
void bar_update(struct bar *bar, uint64_t done);

/** `size` bytes are there, `added` of them came while it was followed: "app.log  following  3.2G, +14K". */
void bar_follow(struct bar *bar, uint64_t size, uint64_t added);

/** Wipe the bar off the screen, if it is there. */
void bar_clear(struct bar *bar);
