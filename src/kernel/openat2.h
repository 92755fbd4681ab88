/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * openat2(2), Linux 5.6: opening a path that somebody else may have prepared.
 */
#pragma once
#include <linux/openat2.h>

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20 /* Linux 5.12 */
#endif

/**
 * Open `path` below `dirfd` with O_CLOEXEC and the RESOLVE_* flags. The descriptor, or -errno: -EAGAIN only by
 * RESOLVE_CACHED.
 */
int openat2_open(int dirfd, const char *path, int flags, unsigned long long resolve);
