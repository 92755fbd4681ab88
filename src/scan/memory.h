/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which "files" are memory only. memfd, SysV segments and shared /dev/zero lie on a tmpfs that the
 * kernel keeps for itself (mm/shmem.c, shm_mnt); its device number is learned by making one. Their
 * names prove nothing: anybody can call a file /memfd:x.
 */
#pragma once
#include <sys/types.h>

#include "base/text.h"
#include "scan/source.h"

enum { MEMORY_DEVICES_MAX = 8 };

struct memory_devices {
	dev_t devices[MEMORY_DEVICES_MAX];
	size_t count;
	bool asked_secret, asked_aio;
};

/** True when a file with this link text on `dev` is memory; learns the devices as they are needed. */
bool memory_is(struct memory_devices *known, struct text link, dev_t dev);

/**
 * The F_SEAL_* of a memfd that memory_is has told: F_GET_SEALS of fcntl(2). The very file is opened for
 * a moment, which waits for nobody. 0, or -errno: not permitted, gone, or another file by now.
 */
int memory_seals(const struct source *source, const struct open_file *file, unsigned int *ret);
