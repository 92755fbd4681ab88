/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the io_urings of a process have registered.
 */
#pragma once
#include "kernel/ringfiles.h"
#include "scan/source.h"

/** True for the link of a descriptor that is an io_uring. */
bool rings_is(struct text link);

/**
 * The list of the ring that is descriptor `fd` of the table below `table_dir`, a directory such as
 * /proc/PID; in the arena. 0; -EBUSY when the ring works all the time; or -errno.
 */
int rings_read(int table_dir, unsigned int fd, struct arena *arena, struct text *list);

/** The next slot with its path as it is. False at the end. */
bool rings_next(struct text *list, struct arena *arena, struct ringfile *out);

/** The path in the slot that `handle` names. 0; -ENOENT when there is nothing; or -errno. */
int rings_slot(const struct source *source, const struct handle *handle, struct arena *arena,
	       struct text *ret);
