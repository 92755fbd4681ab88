/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which namespaces a process is in, by the inodes its links in /proc/PID/ns lead to: namespaces(7).
 * Who may not look into it (PTRACE_MODE_READ) may not read the links.
 */
#pragma once
#include "base/text.h"

enum namespace_kind {
	NAMESPACE_CGROUP,
	NAMESPACE_IPC,
	NAMESPACE_MNT,
	NAMESPACE_NET,
	NAMESPACE_PID,
	NAMESPACE_TIME, /**< Linux 5.6 */
	NAMESPACE_USER,
	NAMESPACE_UTS,
	NAMESPACE_COUNT,
};

struct namespaces {
	uint64_t ino[NAMESPACE_COUNT]; /**< 0: this kernel does not have it */
};

/** "mnt" */
const char *namespaces_word(enum namespace_kind kind);

/** Read the links below DIRFD, a directory like /proc/PID. 0 or -errno. */
int namespaces_read(int dirfd, struct namespaces *out);
