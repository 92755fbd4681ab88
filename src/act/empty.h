/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Emptying a file that others have open: ftruncate(2), or fallocate(2) with FALLOC_FL_PUNCH_HOLE,
 * which frees the same blocks and leaves size and mappings as they are.
 */
#pragma once
#include <fcntl.h>

#include "kernel/inode.h"
#include "model/reclamation.h"

/** Seals of a memfd that forbid it: fcntl(2), F_GET_SEALS; mm/shmem.c, shmem_fallocate. */
enum { EMPTY_SEALS = F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE };

/** Empty the file behind `fd`, which may be written to and is as `inode` says. 0 or -errno. */
int empty(int fd, enum emptying how, const struct inode *inode);

/** True for filesystems whose free space shows only after syncfs(2) what was given back. */
bool empty_needs_sync(struct text type);
