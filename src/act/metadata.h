/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Owner, mode, ACL, attributes and times of the file that was lost, on the one that is back.
 */
#pragma once
#include "kernel/inode.h"

#include <stdbool.h>

struct metadata {
	unsigned int attributes; /**< how many were restored */
	unsigned int missed;     /**< how many were not: refused by rights or filesystem */
	bool owner_missed;
	bool mode_missed;
	bool times_missed;
	bool privileges_left; /**< setuid, setgid or a capability was there and was left out */
};

/**
 * What must be so before the first byte: NOCOW on btrfs (ioctl_iflags(2)). Failing does not matter.
 */
void metadata_prepare(int from, int to);

/**
 * Bring all of it from `from` (whose inode is `inode`) to `to`. setuid, setgid, security.capability,
 * security.ima and trusted.overlay.*  and security.evm only with
 * `keep_privileges`. Times last.
 */
void metadata_restore(int from, int to, const struct inode *inode, int64_t atime_ns,
		      bool keep_privileges, struct metadata *ret);

/** The time of last access, which reading may change: ask before. Nanoseconds. */
int64_t metadata_atime(int fd);
