/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which descriptors of which process `tap` is about.
 */
#pragma once
#include "base/arena.h"
#include "cmd/command.h"
#include "scan/tap.h"

struct tap_choice {
	struct tap_wish wish;
	struct text links[TAP_FILES]; /**< where its descriptors lead; in the arena */
};

/**
 * What the target means: the named descriptor, which must still be the file that a guard tells, or the
 * usual ones that are open. 0, or -errno and a message: -ENOENT, -ESRCH there is no such thing, -ESTALE it
 * is another file now, -EACCES, -EPERM not ours to look into, -EINVAL it cannot be meant.
 */
int tap_choose(const struct invocation *invocation, const struct source *source,
	       struct arena *arena, struct tap_choice *ret, struct error *err);
