/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the kernel's records of deeds say (bpf/deed.h): which path their names come to, and whether it was
 * asked for.
 */
#pragma once
#include "scan/cached.h"
#include "scan/watcher.h"

enum {
	DEEDS_BEGUN = 1024, /**< under way at a time */
	DEEDS_TEXT_MAX = 2 * DEED_RECORD_MAX,
};

/** The names of what has begun, until it is known what came of it. */
struct deeds_begun {
	unsigned long long id;
	char *record;
};

struct deeds {
	const struct watcher_wish *wish;
	int64_t offset_ns; /**< from CLOCK_MONOTONIC to the time of day */
	struct deeds_begun begun[DEEDS_BEGUN];
	struct cached cached;
	char path[DEEDS_TEXT_MAX], to[DEEDS_TEXT_MAX];
};

void deeds_begin(struct deeds *deeds, const struct watcher_wish *wish);

/** Time has passed: the clocks may have been set, symlinks may lead elsewhere. */
void deeds_date(struct deeds *deeds);

/** One record. False: there is nothing to tell, yet. The texts of `ret` live until the next one. */
bool deeds_read(struct deeds *deeds, struct text bytes, struct sighting *ret);

void deeds_end(struct deeds *deeds);
