/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which descriptors of which process `tap` is about.
 */
#pragma once
#include "base/arena.h"
#include "cmd/command.h"
#include "kernel/inode.h"
#include "scan/tap.h"

struct tap_choice {
	struct tap_wish wish;
	struct text links[TAP_FILES]; /**< where its descriptors lead; in the arena */
	struct inode inodes[TAP_FILES];
	int pidfd; /**< of the process; or -errno, where it was named by another thread's number */
};

/**
 * What the target means: the named descriptor, which must still be the file that a guard tells, or the
 * usual ones that are open. 0, or -errno and a message: -ENOENT, -ESRCH there is no such thing, -ESTALE it
 * is another file now, -EACCES, -EPERM not ours to look into, -EINVAL it cannot be meant.
 */
int tap_choose(const struct invocation *invocation, const struct source *source,
	       struct arena *arena, struct tap_choice *ret, struct error *err);

/**
 * Is it that process still, and are its descriptors those files? Once they are tapped this is to be asked:
 * the kernel finds them by their numbers. 0, or -ESTALE and a message.
 */
int tap_choice_holds(const struct tap_choice *choice, struct error *err);

void tap_choice_end(struct tap_choice *choice);
