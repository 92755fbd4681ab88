/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Descriptors that no table shows: in flight over a unix socket, registered with an io_uring. They are
 * found through the descriptor that carries them.
 */
#pragma once
#include "scan/reading.h"

/**
 * Look into descriptor NAME of the directory `list`, whose fdinfo lies below `table_dir`: a socket or an
 * io_uring may have files of its own. `file` is what was found out about it, by a look that wants deleted
 * files or one inode.
 */
void carriers_read(struct reading *reading, int table_dir, int list, const char *name,
		   const struct open_file *file, struct handle handle);

/** The files registered with the io_uring at `handle`. One that will not tell may have any. */
void carriers_read_ring(struct reading *reading, int table_dir, struct handle handle);
