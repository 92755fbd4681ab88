/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The other files of the same process, by number and by inode: to name what one of them speaks of.
 */
#pragma once
#include "scan/source.h"

struct neighbours {
	const struct process *process;
	bool complete; /**< these are all its descriptors: a number that is not there is closed */
	struct arena *arena;
	const struct open_file **by_fd, **by_ino; /**< made when they are first needed */
	size_t fds, inos;
};

/** Begin with the files of `process`, whose memory must last as long; the indices go to the arena. */
void neighbours_begin(struct neighbours *neighbours, const struct process *process, bool complete,
		      struct arena *arena);

/** Descriptor `fd` in the table of thread `tid` (0: the process's), or NULL. */
const struct open_file *neighbours_fd(struct neighbours *neighbours, unsigned int tid,
				      unsigned int fd);

/** Some file with a path that is inode `ino` on device `dev`, or NULL. */
const struct open_file *neighbours_file(struct neighbours *neighbours, dev_t dev, uint64_t ino);
