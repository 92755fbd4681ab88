/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Is there room, and if not, where is some?
 */
#pragma once
#include "act/held.h"
#include "act/place.h"

struct room {
	uint64_t needed, free; /**< bytes; `free` at the place */
	bool enough;
};

/** Ask whether `needed` bytes fit where `place` is. Root may use the reserve. 0 or -errno. */
int room_check(const struct place *place, uint64_t needed, struct room *ret);

/** A local filesystem with room. */
struct room_elsewhere {
	struct text point;
	uint64_t free;
};

enum { ROOM_ELSEWHERE_MAX = 2 };

/** The local writable filesystems with room for `needed`, most first; how many. */
size_t room_find(const struct source *source, struct mounts *mounts, uint64_t needed,
		 struct arena *arena, struct room_elsewhere ret[ROOM_ELSEWHERE_MAX]);
